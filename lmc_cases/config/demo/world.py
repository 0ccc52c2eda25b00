"""The invented officers, units and cases of the demo. Building it twice changes nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.officers import open_account
from lmc_cases.accounts.services.rights import ensure_groups
from lmc_cases.cases.models import Case, CaseShare, CaseText, Level
from lmc_cases.cases.services import casework, sharing
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Agency, Clearance, Jurisdiction
from lmc_cases.jurisdictions.services import save_agency

# Printed by the demo; no such account exists anywhere else.
PASSWORD = "invented-people-only"  # noqa: S105


@dataclass(frozen=True)
class Unit:
    """An invented unit."""

    country: str
    code: str
    name: str
    kind: Agency.Kind = Agency.Kind.POLICE


@dataclass(frozen=True)
class Person:
    """An invented officer."""

    key: str
    unit: str
    name: str
    rank: str
    roles: tuple[str, ...]

    @property
    def email(self) -> str:
        """The address to sign in with: ``.invalid`` is reserved and receives no mail."""
        return f"{self.key}@demo.invalid"


UNITS = (
    Unit("TH", "TH-DEMO", "หน่วยประสานงานสาธิต (สมมติ)"),
    Unit("CN", "CN-DEMO", "示范联络组（虚构）"),
    Unit("CN", "CN-DEMO-PP", "示范检察组（虚构）", Agency.Kind.PROSECUTION),
    Unit("VN", "VN-DEMO", "Tổ liên lạc minh họa (hư cấu)"),
    Unit("KH", "KH-DEMO", "ក្រុមទំនាក់ទំនងសាកល្បង (ប្រឌិត)"),
    Unit("LA", "LA-DEMO", "ໜ່ວຍປະສານງານສາທິດ (ສົມມຸດ)"),
    Unit("MM", "MM-DEMO", "သရုပ်ပြ ဆက်သွယ်ရေးအဖွဲ့ (စိတ်ကူးယဉ်)"),
    Unit("SG", "SG-DEMO", "Demonstration partner unit (invented)"),
)

OFFICERS = (
    Person("liaison.th", "TH-DEMO", "สมศรี ใจสมมติ", "พ.ต.ต.", ("liaison_officer",)),
    Person("supervisor.th", "TH-DEMO", "วิชัย สมมติวงศ์", "พ.ต.อ.", ("supervisor",)),
    Person("custodian.th", "TH-DEMO", "มาลี ตัวอย่าง", "ร.ต.อ.", ("evidence_custodian",)),
    Person("auditor.th", "TH-DEMO", "ประเสริฐ ตัวอย่าง", "", ("auditor",)),
    Person("admin.th", "TH-DEMO", "กมล สมมติ", "", ("country_administrator",)),
    Person("liaison.cn", "CN-DEMO", "李示范", "二级警督", ("liaison_officer",)),
    Person("supervisor.cn", "CN-DEMO", "王示例", "一级警督", ("supervisor",)),
    Person("prosecutor.cn", "CN-DEMO-PP", "张虚构", "检察官", ("prosecutor",)),
    Person("admin.cn", "CN-DEMO", "赵样例", "", ("country_administrator",)),
    Person("liaison.vn", "VN-DEMO", "Nguyễn Minh Họa", "Thiếu tá", ("liaison_officer",)),
    Person("liaison.kh", "KH-DEMO", "សុខ ឧទាហរណ៍", "", ("liaison_officer",)),
    Person("liaison.la", "LA-DEMO", "ສົມພອນ ຕົວຢ່າງ", "", ("liaison_officer",)),
    Person("liaison.mm", "MM-DEMO", "ဦးဥပမာ", "", ("liaison_officer",)),
    Person("partner.sg", "SG-DEMO", "Tan Sample (invented)", "", ("partner_agency",)),
    Person("admin.sg", "SG-DEMO", "Lim Sample (invented)", "", ("country_administrator",)),
)

# One quiet case per country, so that lists are not empty and nobody sees another's. Only Cambodia's is known to
# Singapore, by its summary: so that the partner agency's token has something to read.
OTHER_CASES = (
    ("liaison.vn", "vi", "Vụ án hư cấu: giả danh cơ quan chức năng qua điện thoại", "official_impersonation"),
    ("liaison.kh", "km", "សំណុំរឿងប្រឌិត៖ ការបោកប្រាស់វិនិយោគតាមអនឡាញ", "investment"),
    ("liaison.la", "lo", "ຄະດີສົມມຸດ: ການຫຼອກລວງໃຫ້ລົງທຶນທາງອອນລາຍ", "investment"),
    ("liaison.mm", "my", "စိတ်ကူးယဉ်အမှု - အွန်လိုင်းရင်းနှီးမြှုပ်နှံမှု လိမ်လည်ခြင်း", "romance_investment"),
    ("liaison.cn", "zh-hans", "虚构案件：冒充公检法电信诈骗", "official_impersonation"),
)


@transaction.atomic
def build() -> None:
    """Make units, officers and quiet cases that are missing."""
    for unit in UNITS:
        country = Jurisdiction.objects.get(code=unit.country)
        save_agency(country=country, code=unit.code, name=unit.name, kind=unit.kind, is_demo=True)
    for code in {unit.country for unit in UNITS}:
        ensure_groups(Jurisdiction.objects.get(code=code))
    for person in OFFICERS:
        if not User.objects.filter(email=person.email).exists():
            open_account(
                actor=None,
                agency=Agency.objects.get(code=person.unit),
                email=person.email,
                full_name=person.name,
                rank=person.rank,
                password=PASSWORD,
                role_codes=list(person.roles),
                clearance=Clearance.CONFIDENTIAL,
                is_demo=True,
            )
    for key, language, title, typology in OTHER_CASES:
        actor = officer(key)
        with acting_as(actor):
            if CaseText.objects.visible_to(actor).filter(kind=CaseText.Kind.TITLE, text=title).exists():
                continue
            case = casework.open_case(actor=actor, title=title, language=language, typology_code=typology)
            if key == "liaison.kh":
                _share_with_partner(actor, case)


def _share_with_partner(actor: User, case: Case) -> None:
    sharing.share_case(
        actor=actor,
        case_id=case.uuid,
        recipient_code="SG",
        level=Level.SUMMARY,
        purpose=CaseShare.Purpose.INVESTIGATION,
        reason="Demonstration of the API (invented)",
        expires_at=timezone.now() + dt.timedelta(days=365),
    )


def officer(key: str) -> User:
    """Return an invented officer by key, e.g. ``"liaison.th"``."""
    return User.objects.select_related("agency__jurisdiction").get(email=f"{key}@demo.invalid")
