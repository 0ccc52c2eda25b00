"""Requests that are decided, in numbers, for tests of runs: one person each, no photograph, no exhibit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import uuid4

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.dossiers.models import DossierRun, DossierRunItem, Scope
from lmc_cases.dossiers.services import drawing, runs
from lmc_cases.dossiers.services.scopes import Asked
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding, drafting, proceeding, sending
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.bulk import insert_suspects
from tests.factories import officer, open_case, share
from tests.handovers.many_samples import people


@dataclass
class Party:
    """A country with a case, and the requests it granted to another: no dossier is owed yet."""

    holder: User
    supervisor: User
    liaison: User
    case: Case
    requests: list[HandoverRequest]


def granted(count: int, *, owner: str = "TH", asking: str = "CN", first: int = 1) -> Party:
    """Return ``count`` granted requests of ``owner``; ``first`` numbers the invented persons."""
    holder, supervisor, liaison = officer(owner), officer(owner, "supervisor"), officer(asking)
    case = open_case(holder, title="Invented case")
    insert_suspects(actor=holder, case_id=case.uuid, rows=people(count, start=first), import_run=uuid4())
    share(holder, case, asking)
    with acting_as(holder):
        persons = list(Suspect.objects.filter(case=case).order_by("number").values_list("uuid", flat=True))
    made = []
    for person in persons:
        draft = drafting.draft_request(
            actor=liaison,
            case_id=case.uuid,
            suspect_ids=[person],
            instrument_id=None,
            legal_basis="Invented",
            facts="Invented",
            facts_language="en",
        )
        sending.submit(actor=liaison, handover_id=draft.uuid)
        proceeding.acknowledge(actor=holder, handover_id=draft.uuid)
        made.append(deciding.approve(actor=supervisor, handover_id=draft.uuid))
    return Party(holder, supervisor, liaison, case, made)


def start(
    party: Party,
    languages: Collection[str] = ("en",),
    *,
    priority: int | None = None,
    requests: Collection[HandoverRequest] | None = None,
) -> DossierRun:
    """Start a run of some of the requests, or of all."""
    chosen = frozenset(row.uuid for row in (party.requests if requests is None else requests))
    asked = Asked(Scope.REQUESTS, requests=chosen)
    return runs.start_run(actor=party.holder, asked=asked, languages=languages, priority=priority)


def drain() -> int:
    """Do what a worker would until nothing waits; return how many pieces there were."""
    count = 0
    while drawing.draw_next():
        count += 1
    return count


def rows_of(reader: User, run: DossierRun) -> list[DossierRunItem]:
    """The rows of a run as its officer sees them."""
    with acting_as(reader):
        rows = DossierRunItem.objects.visible_to(reader).filter(run=run).order_by("position")
        return list(rows.select_related("handover", "dossier"))


def seen(reader: User, run: DossierRun) -> DossierRun:
    """The run as it stands now."""
    with acting_as(reader):
        return DossierRun.objects.visible_to(reader).get(pk=run.pk)
