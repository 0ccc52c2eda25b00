"""Record who looked at a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    Level,
)
from lmc_cases.cases.services import ledger

if TYPE_CHECKING:
    pass


def consult_case(*, actor: User, case: Case, level: Level, part: str) -> None:
    """Record that the officer looked at a case; the owner's audit shows it, also for recipients.

    Args:
        case: as read through the access rule.
        level: how much of it the officer sees.
        part: where: ``"overview"``, ``"sharing"``, ``"history"``, ``"api"``.
    """
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.viewed",
        target=case,
        codes={"level": int(level), "part": part},
    )
    if part in {"overview", "api"}:  # the other pages show the heading alone, which their frame notes
        ledger.note_case(actor=actor, case=case, level=level)
