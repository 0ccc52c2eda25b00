"""A Thai case with invented people, shared with China, and the requests made of it. People are made through the
services of their apps where those stand; here only rows that every test of this folder needs."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseShare
from lmc_cases.cases.services import casework
from lmc_cases.core.history import save_as
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.handovers.checks import CHECKS, Effect, Kind, asked_of, check_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import checking, drafting, proceeding, sending, surrendering
from lmc_cases.handovers.services.checking import Findings
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import LegalInstrument
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.papers import seal_number
from tests.factories import officer, open_case, share


def jpeg(tint: int = 0) -> bytes:
    """Return an invented photograph as the upload would store it."""
    out = io.BytesIO()
    Image.new("RGB", (600, 800), (200, 210 - tint, 220)).save(out, "JPEG", quality=82)
    return out.getvalue()


def person(
    actor: User, case: Case, number: int, name: str = "王样例", *, with_photo: bool = False, **fields: Any
) -> Suspect:
    """Return an invented person of ``case``."""
    suspect = Suspect(
        originator_id=case.owner_id,
        case=case,
        number=number,
        name_original=name,
        name_language=fields.pop("name_language", "zh-hans"),
        name_romanised=f"Invented Person {number}",
        aliases=["老王"],
        sex=Suspect.Sex.MALE,
        birth_date_text="1990年3月7日",
        birth_year=1990,
        birth_month=3,
        birth_day=7,
        birth_calendar="gregorian",
        birth_precision=Suspect.Precision.DAY,
        nationality="CN",
        role=Suspect.Role.MEMBER,
        **fields,
    )
    if with_photo:
        photo = jpeg(number)
        suspect.photo.save("", ContentFile(photo), save=False)
        suspect.photo_sha256 = hashlib.sha256(photo).hexdigest()
    save_as(suspect, actor=actor, reason="recorded")
    document = IdentityDocument(
        suspect=suspect,
        kind=IdentityDocument.Kind.PASSPORT,
        issuing_country="CN",
        status=IdentityDocument.Status.FORGED,
    )
    seal_number(document, f"E{number:07d}X", suspect)
    save_as(document, actor=actor, reason="recorded")
    return suspect


def exhibits(actor: User, case: Case, count: int) -> None:
    """Record invented exhibits, each with one custody event without a known time."""
    items = EvidenceItem.objects.bulk_create(
        EvidenceItem(
            originator_id=case.owner_id,
            case=case,
            exhibit_number=f"E-{number:04d}",
            kind=EvidenceItem.Kind.PHONE,
            description=f"โทรศัพท์เคลื่อนที่ หมายเลข {number} (สมมติ)",
            language="th",
            collected_at=timezone.now() - dt.timedelta(days=3),
            collected_where="แม่สอด (สมมติ)",
            collected_by="Invented Officer",
            file_name=f"phone-{number}.zip",
            size_bytes=1_482_113 * number,
            sha256=hashlib.sha256(f"invented exhibit {number}".encode()).hexdigest(),
            scan_status=EvidenceItem.ScanStatus.NOT_SCANNED,
            recorded_by=actor,
        )
        for number in range(1, count + 1)
    )
    CustodyEvent.objects.bulk_create(
        CustodyEvent(
            item=item,
            kind=CustodyEvent.Kind.IMPORTED,
            from_holder="Scene",
            to_holder="Evidence room (invented)",
            recorded_by=actor,
        )
        for item in items
    )


@dataclass
class World:
    """Officers of three countries around one Thai case that is shared with China in full."""

    thai: User
    supervisor: User
    thai_prosecutor: User
    chinese: User
    chinese_prosecutor: User
    viet: User
    case: Case
    share: CaseShare
    suspects: list[Suspect]
    victim: Suspect

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """What a draft is made of."""
        instrument = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
        return {
            "suspect_ids": [suspect.uuid for suspect in self.suspects],
            "instrument_id": instrument.uuid,
            "legal_basis": "第二条（虚构）",
            "facts": "上述人员在园区内实施诈骗（虚构）。",
            "facts_language": "zh-hans",
            **changes,
        }

    def draft(self, **changes: Any) -> HandoverRequest:
        """A draft of the Chinese officer."""
        return drafting.draft_request(actor=self.chinese, case_id=self.case.uuid, **self.arguments(**changes))

    def submitted(self) -> HandoverRequest:
        """A request China has sent."""
        return sending.submit(actor=self.chinese, handover_id=self.draft().uuid)

    def cleared(self, handover: HandoverRequest) -> HandoverRequest:
        """A granted request, planned for tomorrow, with every check of every person passed."""
        surrendering.plan(
            actor=self.thai,
            handover_id=handover.uuid,
            at=timezone.now() + dt.timedelta(days=1),
            place="Mae Sot (invented)",
        )
        for subject in handover.subjects.all():
            pass_checks(self.thai, self.supervisor, handover, subject.uuid)
        return surrendering.clear(actor=self.supervisor, handover_id=handover.uuid)

    def acknowledged(self) -> HandoverRequest:
        """A request Thailand has received."""
        return proceeding.acknowledge(actor=self.thai, handover_id=self.submitted().uuid)


CARE = {"guardian": "Aunt (invented)", "escort": "Nurse (invented)", "best_interest": "Family (invented)"}


def passing(kind: str) -> tuple[str, Findings]:
    """The first outcome that clears a check, with everything it asks for."""
    check = check_of(kind)
    assert check is not None
    outcome = next(each for each in check.outcomes if each.effect == Effect.CLEARS)
    given = {
        "language": "ไทย",
        "interpreter": "Invented",
        "decision_maker": "Judge (invented)",
        "follow_up": "x",
    }
    return outcome.code, Findings(reason="seen (invented)", indicators=("NONE",), **given, **CARE)


def pass_checks(
    first: User, second: User, handover: HandoverRequest, subject_id: UUID, *, consent: bool = False
) -> None:
    """Record every check the procedure asks of one person; the second opinion is another officer's."""
    asked = asked_of(handover.procedure, is_minor=False)
    if consent:
        asked = [*(check for check in asked if check.kind != Kind.CONSENT), CHECKS[-1]]
    for check in asked:
        outcome, findings = passing(check.kind)
        checking.record_check(
            actor=second if check.by_another else first,
            handover_id=handover.uuid,
            subject_id=subject_id,
            kind=check.kind,
            outcome=outcome,
            on=timezone.localdate(),
            findings=findings,
        )


def world(*, evidence: int = 2, with_photo: bool = True) -> World:
    """Return a fresh world: nothing in it exists."""
    thai = officer("TH")
    case = open_case(thai, title="คดีสมมติริมน้ำ", language="th")
    casework.write_text(
        actor=thai,
        case_id=case.uuid,
        kind="TITLE",
        language="zh-hans",
        text="虚构河畔案",
        translator="Translator",
    )
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="th", text="ข้อเท็จจริงสมมติ")
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="zh-hans", text="虚构的事实")
    with acting_as(thai):  # written past the services, so outside of any request
        suspects = [person(thai, case, number, with_photo=with_photo) for number in (1, 2, 3)]
        victim = person(
            thai,
            case,
            4,
            "อองนามูนา",
            name_language="th",
            category=Suspect.Category.PRESUMED_TRAFFICKING_VICTIM,
        )
        exhibits(thai, case, evidence)
    return World(
        thai=thai,
        supervisor=officer("TH", "supervisor"),
        thai_prosecutor=officer("TH", "prosecutor"),
        chinese=officer("CN"),
        chinese_prosecutor=officer("CN", "prosecutor"),
        viet=officer("VN", "supervisor"),
        case=case,
        share=share(thai, case, "CN"),
        suspects=suspects,
        victim=victim,
    )
