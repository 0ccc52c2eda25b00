"""The identity sheets of a dossier: what was disclosed of each person, and what both sides recorded since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmc_cases.dossiers import facts as f
from lmc_cases.dossiers.services.composing_law import count_facts
from lmc_cases.dossiers.services.values import coded_fact, country_fact, marks_fact
from lmc_cases.handovers.models import PersonCheck, PersonCheckGrounds
from lmc_cases.handovers.services.belongings import property_of
from lmc_cases.handovers.services.custody_read import HandShown, hands_of
from lmc_cases.handovers.services.disclosure import GOES, read_photo
from lmc_cases.handovers.services.sealed import opened_people
from lmc_cases.handovers.services.standing import PersonStanding, Standing, standings_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest, PropertyItem
    from lmc_cases.jurisdictions.models import Jurisdiction

# What is printed of the grounds of a check that hides none; the officer's own words are not.
GROUNDS = (
    "language",
    "interpreter",
    "decision_maker",
    "follow_up",
    "guardian",
    "escort",
    "best_interest",
    "document",
)


def subject_facts(user: User, handover: HandoverRequest) -> tuple[f.Subject, ...]:
    """Return the sheet of each person who still goes; a fixed number of statements, however many persons.

    Raises:
        OSError: the copy of a disclosed photograph is missing.
    """
    rows = {
        subject.snapshot["suspect"]: subject
        for subject in handover.subjects.filter(outcome__in=GOES)
        if subject.snapshot
    }
    checks = _checks(user, handover)
    belongings = property_by_person(user, handover)
    counts = count_facts(user, handover)
    hands = hands_of(user, handover)
    zone = handover.requested.time_zone
    return tuple(
        subject_fact(
            person,
            str(rows[person["suspect"]].uuid),
            checks=checks.get(person["suspect"], ()),
            belongings=belongings.get(person["suspect"], ()),
            counts=counts.get(rows[person["suspect"]].pk, ()),
            hands=tuple(
                hand_fact(hand, zone)
                for hand in hands.get(rows[person["suspect"]].pk, ())
                if not hand.is_corrected
            ),
        )
        for person in opened_people(handover, handover.disclosed["subjects"])
        if person["suspect"] in rows
    )


def _checks(user: User, handover: HandoverRequest) -> dict[str, tuple[f.PersonCheck, ...]]:
    """Return what both sides found of each person, by public id; empty before one of them recorded anything."""
    standings = standings_of(handover)
    if not any(row.sending or row.receiving or row.exception for person in standings for row in person.rows):
        return {}
    grounds = _open_grounds(user, standings)
    zone = handover.requested.time_zone
    return {
        person.subject.snapshot.get("suspect", ""): tuple(
            f.PersonCheck(
                kind=row.check.kind.value,
                answers=tuple(
                    _answer(found, side, zone, grounds.get(found.pk))
                    for side, found in (
                        (handover.requested, row.sending),
                        (handover.requesting, row.receiving),
                    )
                    if found is not None
                ),
                exception=_exception(row, zone),
            )
            for row in person.rows
        )
        for person in standings
    }


def _open_grounds(user: User, standings: Collection[PersonStanding]) -> dict[int, PersonCheckGrounds]:
    """Return the grounds that both countries read: a dossier says the same whoever asked for it."""
    found = [row for person in standings for each in person.rows for row in (each.sending, each.receiving)]
    rows = PersonCheckGrounds.objects.visible_to(user).filter(
        is_confidential=False, check_row__in=[row.pk for row in found if row is not None]
    )
    return {row.check_row_id: row for row in rows}


def _answer(
    found: PersonCheck, side: Jurisdiction, zone: str, grounds: PersonCheckGrounds | None
) -> f.CheckAnswer:
    said = {name: getattr(grounds, name) for name in GROUNDS} if grounds else {}
    return f.CheckAnswer(
        country=country_fact(side),
        outcome=found.outcome,
        by=found.recorded_by.full_name,
        at=f.Moment(found.recorded_at, zone),
        **said,
    )


def _exception(row: Standing, zone: str) -> f.CheckException | None:
    """Only what a second officer has confirmed is one."""
    made = row.exception
    if made is None or made.confirmed_by is None or made.confirmed_at is None:
        return None
    return f.CheckException(
        reason=made.reason,
        proposed_by=made.proposed_by.full_name,
        confirmed_by=made.confirmed_by.full_name,
        at=f.Moment(made.confirmed_at, zone),
    )


def hand_fact(hand: HandShown, zone: str) -> f.Hand:
    """Return an entry of a custody record as it is printed."""
    row = hand.row
    return f.Hand(
        at=f.Moment(row.at, zone),
        country=country_fact(row.country),
        by=row.recorded_by.full_name,
        place=row.place,
        from_holder=row.from_holder,
        to_holder=row.to_holder,
        seen=row.injuries,
        injuries=hand.injuries,
        medication=hand.medication,
        note=hand.note,
    )


def property_by_person(user: User, handover: HandoverRequest) -> dict[str, tuple[f.Property, ...]]:
    """Return what stands on the lists of a request, by public id of the person."""
    lists = property_of(user, handover)
    return {
        subject.snapshot.get("suspect", ""): tuple(property_fact(item) for item in lists[subject.pk])
        for subject in handover.subjects.filter(pk__in=lists)
    }


def property_fact(item: PropertyItem) -> f.Property:
    """Return an entry of a list as it is printed."""
    return f.Property(
        description=item.description,
        quantity=item.quantity,
        disposition=item.disposition,
        money=item.sum_text,
        exhibit=item.exhibit_number,
        reason=item.reason,
        return_what=item.return_what,
        return_to=item.return_to,
        return_by=item.return_by.isoformat() if item.return_by else "",
        return_source=item.return_source,
        third_party=item.third_party,
    )


def subject_fact(
    person: dict[str, Any],
    code: str,
    *,
    belongings: tuple[f.Property, ...],
    counts: tuple[f.Count, ...],
    checks: tuple[f.PersonCheck, ...] = (),
    hands: tuple[f.Hand, ...] = (),
    statements: tuple[f.Statement, ...] = (),
) -> f.Subject:
    """Return the sheet of a person as copied with a request.

    Raises:
        OSError: the copy of the photograph is missing.
    """
    birth = person["birth"]
    photo = person["photo_sha256"]
    return f.Subject(
        name=f.Name(person["name"] or person["romanised"], person["name_language"]),
        romanised_name=person["romanised"],
        aliases=tuple(f.Name(alias) for alias in person["aliases"]),
        documents=tuple(
            f.IdentityDocument(
                kind=paper["kind"],
                number=paper["number"],
                issuing_country=coded_fact(paper["issuing_country"]),
                status=paper["status"],
            )
            for paper in person["documents"]
        ),
        birth_date=f.BirthDate(**birth) if birth["as_written"] or birth["year"] else None,
        sex=person["sex"],
        nationality=coded_fact(person["nationality"]),
        role=person["role"],
        category=person["category"],
        is_contested=person.get("is_contested", False),
        photo=f.Photo(read_photo(photo)) if photo else None,
        marks=marks_fact(person),
        checks=checks,
        belongings=belongings,
        counts=counts,
        hands=hands,
        statements=statements,
        code=code,
    )
