"""Invented rows of law, proposed and confirmed by invented legal officers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lmc_cases.accounts.models import User
from lmc_cases.jurisdictions.models import LegalInstrument, RequestElement, TimeLimit
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services import proposing
from tests.factories import officer

SAID = {"source": "Gazette (invented)", "confidence": "verified"}
LIMIT: dict[str, Any] = {"law": "Invented law", "article": "7", "event": "ARREST", "days": 20, **SAID}
ELEMENT: dict[str, Any] = {
    "law": "Invented law",
    "article": "9",
    "procedure": "EXTRADITION",
    "element": "WARRANT",
    "due": "WITH_REQUEST",
    **SAID,
}
GROUND: dict[str, Any] = {
    "law": "Invented law",
    "article": "4",
    "ground": "POLITICAL",
    "bearing": "MANDATORY",
    "statement": "Political offence (invented).",
    **SAID,
}


def pair(code: str) -> tuple[User, User]:
    """Two legal officers of a country."""
    return officer(code, "legal_officer"), officer(code, "legal_officer")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def confirmed(proposal: LawProposal, second: User) -> Any:
    """Confirm, and return the row."""
    proposing.confirm_proposal(actor=second, proposal_id=proposal.uuid)
    model = {"limit": TimeLimit, "element": RequestElement, "instrument": LegalInstrument}.get(proposal.kind)
    return model.objects.filter(line=proposal.line).latest("version") if model else None


def added(
    officers: tuple[User, User], kind: str, cells: dict[str, Any], since: str = "2020-01-01", **more: Any
) -> Any:
    """A row through both officers."""
    first, second = officers
    proposal = proposing.propose_row(
        actor=first, kind=kind, cells=cells, valid_from=day(since), reason="Invented", **more
    )
    return confirmed(proposal, second)


def changed(officers: tuple[User, User], kind: str, row: Any, since: dt.date, **cells: Any) -> Any:
    """A new version through both officers."""
    first, second = officers
    before = {name: getattr(row, name) for name in proposing.BY_CODE[kind].all_fields}
    proposal = proposing.propose_version(
        actor=first, kind=kind, line=row.line, cells={**before, **cells}, valid_from=since, reason="Invented"
    )
    return confirmed(proposal, second)
