"""What a request rests on, as facts: its papers, statements, counts with the offences of both sides, assurances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.dossiers import facts as f
from lmc_cases.dossiers.services.values import country_fact
from lmc_cases.handovers.models import RequestPaper, RequestStatement
from lmc_cases.handovers.services.counts_read import CountShown, counts_of
from lmc_cases.handovers.services.followed import assurances_of
from lmc_cases.handovers.services.offences import law_of
from lmc_cases.handovers.services.stated import statements_of
from lmc_cases.keys.providers import KeyUnavailable

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest, HandoverSubject


def paper_facts(user: User, handover: HandoverRequest) -> tuple[f.Paper, ...]:
    """Return what was given last for each element of the request, in the order it was first given."""
    newest: dict[str, RequestPaper] = {}
    for paper in RequestPaper.objects.visible_to(user).filter(handover=handover).order_by("pk"):
        newest[paper.element] = paper
    return tuple(
        f.Paper(element=row.element, given=row.given, text=f.Text(row.language, row.text))
        for row in newest.values()
    )


def statement_facts(user: User, handover: HandoverRequest) -> dict[int | None, tuple[f.Statement, ...]]:
    """Return what was stated last by primary key of the person, ``None`` for the request as a whole.

    Raises:
        KeyUnavailable: some of it does not open here; it must not be printed as not known.
    """
    held = statements_of(user, handover)
    if not all(shown.is_readable for kinds in held.values() for shown in kinds.values()):
        raise KeyUnavailable(f"no key of request {handover.uuid}")
    return {
        subject: tuple(
            f.Statement(
                kind=kind.value,
                given=kinds[kind].row.given,
                text=f.Text(kinds[kind].row.language, kinds[kind].text),
                given_by=kinds[kind].row.given_by,
                given_on=given_on.isoformat() if (given_on := kinds[kind].row.given_on) else "",
            )
            for kind in RequestStatement.Kind
            if kind in kinds
        )
        for subject, kinds in held.items()
    }


def assurance_facts(user: User, handover: HandoverRequest) -> tuple[f.Assurance, ...]:
    """Return the assurances, the oldest first; one for a single person names that person."""
    return tuple(
        f.Assurance(
            country=country_fact(row.country),
            given_by=row.given_by,
            given_on=row.given_on.isoformat(),
            text=row.text,
            document=row.document,
            person=_called(row.subject),
        )
        for row in assurances_of(user, handover)
    )


def _called(subject: HandoverSubject | None) -> str:
    if subject is None:
        return ""
    return str(subject.snapshot.get("romanised") or subject.snapshot.get("name", ""))


def count_facts(user: User, handover: HandoverRequest) -> dict[int, tuple[f.Count, ...]]:
    """Return the counts by primary key of the person."""
    zone = handover.requested.time_zone
    return {
        subject: tuple(_count(count, handover, zone) for count in counts)
        for subject, counts in counts_of(user, handover).items()
    }


def _count(count: CountShown, handover: HandoverRequest, zone: str) -> f.Count:
    row = count.row
    sides = ((handover.requesting, count.asking), (handover.requested, count.asked))
    return f.Count(
        number=row.number,
        conduct=f.Text(row.language, count.conduct),
        typology=row.typology,
        asking_law=law_of(row.asking_offence) if row.asking_offence else "",
        asked_law=law_of(row.asked_offence) if row.asked_offence else "",
        place=row.place,
        on=row.on.isoformat() if row.on else "",
        is_sentenced=row.is_sentenced,
        months_left=row.months_left,
        limitation_ends_on=row.limitation_ends_on.isoformat() if row.limitation_ends_on else "",
        limitation_rule=row.limitation_rule,
        answers=tuple(
            f.CountAnswer(
                country=country_fact(side),
                outcome=said.row.outcome,
                verdict=said.row.verdict,
                by=said.row.recorded_by.full_name,
                at=f.Moment(said.row.recorded_at, zone),
            )
            for side, said in sides
            if said is not None
        ),
        decision=count.decision.outcome if count.decision else "",
        ground=count.ground,
    )
