"""Turn a request, and the exhibits disclosed with it, into the facts of its printed documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lmc_cases.dossiers import facts as f
from lmc_cases.dossiers.request_facts import AnnexFacts, Element, NationalsRule, RequestFacts
from lmc_cases.dossiers.services.composing import asking_agency, basis_fact, exhibit_fact
from lmc_cases.dossiers.services.composing_law import (
    assurance_facts,
    count_facts,
    paper_facts,
    statement_facts,
)
from lmc_cases.dossiers.services.composing_persons import property_by_person, subject_fact
from lmc_cases.dossiers.services.values import country_fact
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.handovers.services.cautions import rules_on_nationals
from lmc_cases.handovers.services.completeness import ElementState, completeness_of
from lmc_cases.handovers.services.disclosure import instrument_copy, persons_as_seen
from lmc_cases.handovers.services.sealed import opened_people

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest

# What one worker draws at once in well under a minute; two thousand in one file take minutes and a gigabyte.
EXHIBITS_IN_PART = 500
# Of the manifest of a crossing (``crossings``): 600 persons in one file took half a gigabyte.
PERSONS_IN_PART = 500
_H0 = "H0"


def compose_request(
    user: User, handover: HandoverRequest, *, version: int, created_at: dt.datetime
) -> RequestFacts:
    """Return what a request says, with what it still lacks.

    Persons are those it asks for, as they were submitted; of a draft as the case shows them now. Whoever came into the
    protection of victims since has no sheet any more. Photographs are copied with the disclosure and stand in the
    dossier. What only one side holds is no fact here: grounds of refusal,
    and requests of others for the same person.

    Args:
        user: reads through the rule; after the sending both sides get the same.

    Raises:
        KeyUnavailable: the key of the numbers and of what is stated is not here.
    """
    zone = handover.requesting.time_zone
    instrument = handover.disclosed.get("instrument")
    if instrument is None and handover.instrument is not None:
        instrument = instrument_copy(handover.instrument)
    statements = statement_facts(user, handover)
    subjects = _subjects(user, handover, statements)
    marks = [subject.marks for subject in subjects if subject.marks]
    return RequestFacts(
        reference=handover.reference,
        case_reference=handover.case_reference,
        version=version,
        created_at=f.Moment(created_at, zone),
        procedure=handover.procedure,
        requesting_country=country_fact(handover.requesting),
        requested_country=country_fact(handover.requested),
        legal_basis=basis_fact(instrument, handover.legal_basis),
        statement=f.Text(handover.facts_language, handover.facts),
        subjects=subjects,
        requesting_agency=asking_agency(handover),
        requesting_officer=handover.created_by.full_name,
        sent_at=f.Moment(handover.submitted_at, zone) if handover.submitted_at else None,
        elements=_elements(user, handover),
        assurances=assurance_facts(user, handover),
        nationals_rules=tuple(
            NationalsRule(row.nationals_rule, row.title, row.source, row.confidence)
            for row in rules_on_nationals(user, handover)
        ),
        handling=_sorted(code for mark in marks for code in mark.handling if code != _H0),
        restrictions=_sorted(mark.restriction for mark in marks if mark.restriction),
        is_demo=_is_demo(handover),
        statements=statements.get(None, ()),
    )


def compose_annexes(handover: HandoverRequest, *, version: int, created_at: dt.datetime) -> list[AnnexFacts]:
    """Return the annex of the exhibits that were disclosed with a request, in parts where there are many."""
    case = handover.disclosed["case"]
    zone = handover.requested.time_zone
    rows = handover.disclosed["exhibits"]
    begins = range(0, max(len(rows), 1), EXHIBITS_IN_PART)
    return [
        AnnexFacts(
            reference=handover.reference,
            case_reference=case["reference"],
            version=version,
            created_at=f.Moment(created_at, zone),
            requesting_country=country_fact(handover.requesting),
            requested_country=country_fact(handover.requested),
            exhibits=tuple(exhibit_fact(row, zone) for row in rows[begin : begin + EXHIBITS_IN_PART]),
            requested_agency=case["agency"],
            first=begin + 1,
            total=len(rows),
            part=part,
            parts=len(begins),
            handling_code=case["classification"],
            handling=tuple(code for code in case.get("handling", []) if code != _H0),
            restriction=case.get("restriction", ""),
            is_demo=bool(case["is_demo"]),
        )
        for part, begin in enumerate(begins, 1)
    ]


def _subjects(
    user: User, handover: HandoverRequest, statements: Mapping[int | None, tuple[f.Statement, ...]]
) -> tuple[f.Subject, ...]:
    left = HandoverSubject.Outcome.VICTIM_TRACK
    rows = HandoverSubject.objects.visible_to(user).filter(handover=handover).exclude(outcome=left)
    subjects = list(rows.order_by("position"))
    live = persons_as_seen(user, [subject.suspect_id for subject in subjects if not subject.snapshot])
    held: list[tuple[HandoverSubject, dict[str, Any]]] = [
        (subject, copy)
        for subject in subjects
        if (copy := subject.snapshot or live.get(subject.suspect_id, {}))
    ]
    people = opened_people(handover, [copy for _subject, copy in held])
    belongings = property_by_person(user, handover)
    counts = count_facts(user, handover)
    return tuple(
        subject_fact(
            {**person, "photo_sha256": ""},
            str(subject.uuid),
            belongings=belongings.get(person["suspect"], ()),
            counts=counts.get(subject.pk, ()),
            statements=statements.get(subject.pk, ()),
        )
        for (subject, _copy), person in zip(held, people, strict=True)
    )


def _elements(user: User, handover: HandoverRequest) -> tuple[Element, ...]:
    papers = {paper.element: paper for paper in paper_facts(user, handover)}
    standing = completeness_of(user, handover)
    asked = standing.elements if standing is not None else ()
    found = [
        Element(
            element=row.element.value,
            state=_state(row),
            asked=tuple(
                f.Article(
                    country=None,
                    law=each.row.law,
                    number=each.article,
                    is_verified=each.row.is_verified,
                    source=each.row.source,
                    confidence=each.row.confidence,
                )
                for each in row.asked
            ),
            text=papers[row.element].text if row.element in papers else None,
        )
        for row in asked
    ]
    named = {element.element for element in found}
    return tuple(found) + tuple(
        Element(element=paper.element, state=paper.given, text=paper.text)
        for paper in papers.values()
        if paper.element not in named
    )


def _state(row: ElementState) -> str:
    if row.paper is not None:
        return row.paper.given
    if row.is_held:
        return "HELD"
    return "PARTLY" if row.lacking else "MISSING"


def _is_demo(handover: HandoverRequest) -> bool:
    agency = handover.created_by.agency
    return agency is not None and agency.is_demo


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))
