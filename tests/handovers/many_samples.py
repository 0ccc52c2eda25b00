"""Long lists of invented people in mixed scripts, and requests made of them through the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone
from openpyxl import Workbook

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.handovers.checks import asked_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.services import checking, deciding, proceeding, sending, surrendering, whole_lists
from lmc_cases.handovers.services.checking_many import record_check_of_many
from lmc_cases.handovers.services.whole_lists import Whom
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.services import DocumentDetails
from lmc_cases.suspects.services.bulk import ImportedPerson, insert_suspects
from tests.factories import officer, open_case, share
from tests.handovers.samples import passing

NAMES = ("陈示例", "นายสมมติ", "ຄຳ ແສງ", "សុខ គំរូ", "မောင် နမူနာ", "Nguyễn Văn Mẫu")


def people(
    count: int, *, nationalities: Iterable[str] = ("CN",), start: int = 1, birth: str = "1990-03-07"
) -> Iterator[ImportedPerson]:
    """Yield invented people in six scripts, one document each, their nationalities in turn."""
    countries = list(nationalities)
    for place in range(start, start + count):
        yield ImportedPerson(
            row=place + 1,
            fingerprint=f"{place:064x}",
            name_original=f"{NAMES[place % 6]} {place}",
            name_romanised=f"Invented {_word(place)}",
            birth_date_text=birth,
            nationality=countries[place % len(countries)],
            documents=(DocumentDetails(kind="PASSPORT", number=f"DEMO{place:07}", issuing_country="CN"),),
        )


def write_sheet(
    path: Path, count: int, *, twice: int = 0, same_papers: int = 0, young: int = 0, start: int = 1
) -> Path:
    """Write a spreadsheet of ``count`` invented people in six scripts, and more of whom an officer is asked.

    Args:
        twice: further rows that repeat a person whole.
        same_papers: further rows of somebody else with the document of another.
        young: how many of the people are fifteen years old.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("INVENTED people")
    sheet.append(
        [
            "姓名 / ชื่อ",
            "Romanised name",
            "Ngày sinh / 出生日期",
            "ສັນຊາດ / Nationality",
            "证件号码 / Document number",
        ]
    )
    child = f"{timezone.localdate().year - 15}-02-03"
    rows = [
        [
            f"{NAMES[place % 6]} {place}",
            f"Invented {_word(place)}",
            child if place < start + young else f"19{70 + place % 30}-03-{1 + place % 28:02}",
            "CN",
            f"DEMO{place:07}",
        ]
        for place in range(start, start + count)
    ]
    rows += [list(rows[-1 - each]) for each in range(twice)]
    rows += [
        [f"别名 {each}", f"Other {_word(each)}", "1988-08-08", "CN", rows[count // 2 + each][4]]
        for each in range(same_papers)
    ]
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _word(number: int) -> str:
    """A word of its own for each number, so that nobody is like another by chance."""
    letters = "bdfghjklmnprstvwz"
    text = ""
    while number or not text:
        number, rest = divmod(number, len(letters))
        text += letters[rest] + "aeiou"[rest % 5]
    return text.capitalize()


@dataclass
class Crowd:
    """A Thai case with a list of invented people, shared with China in full."""

    thai: User
    supervisor: User
    chinese: User
    case: Case
    run: UUID

    @property
    def words(self) -> dict[str, object]:
        """What requests of the list share."""
        return {
            "instrument_id": None,
            "legal_basis": "第二条（虚构）",
            "facts": "上述人员在园区内实施诈骗（虚构）。",
            "facts_language": "zh-hans",
        }

    def drafts(self, *, size: int = 1_000, whom: Whom | None = None) -> list[HandoverRequest]:
        """Drafts of China for the whole list, looked at first."""
        wanted = {
            "actor": self.chinese,
            "case_id": self.case.uuid,
            "whom": whom or Whom(),
            "procedure": Procedure.POLICE_HANDOVER.value,
            "size": size,
        }
        with acting_as(self.chinese):
            seen = whole_lists.looked_at(**wanted)  # type: ignore[arg-type]
        return whole_lists.draft_whole_list(mark=seen.mark, **wanted, **self.words)  # type: ignore[arg-type]

    def granted(self, handover: HandoverRequest) -> HandoverRequest:
        """The request sent, acknowledged, granted and planned."""
        sending.submit(actor=self.chinese, handover_id=handover.uuid)
        proceeding.acknowledge(actor=self.thai, handover_id=handover.uuid)
        deciding.approve(actor=self.supervisor, handover_id=handover.uuid)
        return surrendering.plan(
            actor=self.thai,
            handover_id=handover.uuid,
            at=timezone.now() + dt.timedelta(days=1),
            place="Mae Sot (invented)",
        )

    def checked(self, handover: HandoverRequest) -> None:
        """Every check of every person passed: together what may be, the rest one by one."""
        with acting_as(self.thai):
            ids = list(handover.subjects.values_list("uuid", flat=True))
        for check in asked_of(handover.procedure, is_minor=False):
            outcome, findings = passing(check.kind)
            actor = self.supervisor if check.by_another else self.thai
            if not check.one_by_one:
                record_check_of_many(
                    actor=actor,
                    handover_id=handover.uuid,
                    kind=check.kind,
                    outcomes=dict.fromkeys(ids, outcome),
                    on=timezone.localdate(),
                    findings=findings,
                )
                continue
            for each in ids:
                checking.record_check(
                    actor=actor,
                    handover_id=handover.uuid,
                    subject_id=each,
                    kind=check.kind,
                    outcome=outcome,
                    on=timezone.localdate(),
                    findings=findings,
                )


def crowd(count: int, *, nationalities: Iterable[str] = ("CN",), title: str = "Invented list") -> Crowd:
    """Return a fresh world with a list of ``count`` people."""
    thai = officer("TH")
    case = open_case(thai, title=title)
    run = uuid4()
    insert_suspects(
        actor=thai, case_id=case.uuid, rows=people(count, nationalities=nationalities), import_run=run
    )
    share(thai, case, "CN")
    return Crowd(thai, officer("TH", "supervisor"), officer("CN"), case, run)


__all__ = ["Crowd", "crowd", "people", "write_sheet"]
