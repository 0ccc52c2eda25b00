"""Turn a crossing into the facts of its manifest. Both sides get the same, as the sheet in the browser shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage

from lmc_cases.cases.models import Operation
from lmc_cases.crossings import manifest_facts as m
from lmc_cases.crossings.border_people import minors_among, seats_of
from lmc_cases.crossings.services.composing import handling_of
from lmc_cases.dossiers.facts import BirthDate, Moment
from lmc_cases.dossiers.services.composing_request import PERSONS_IN_PART
from lmc_cases.dossiers.services.values import coded_fact, country_fact
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import photo_name
from lmc_cases.handovers.services.reading import persons_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from lmc_cases.accounts.models import User
    from lmc_cases.crossings.models import Crossing, Seat


def compose_manifest(
    actor: User, crossing: Crossing, *, version: int, created_at: dt.datetime
) -> tuple[list[m.ManifestFacts], list[HandoverRequest]]:
    """Return the facts of one version as they stand now, in parts where many sit on it, and the requests they name.

    None where nobody sits on it.
    """
    zone = crossing.sending.time_zone
    seats = seats_of(actor, crossing)
    wanted = {seat.handover_id for seat in seats}
    rows = HandoverRequest.objects.visible_to(actor).select_related("requesting", "requested")
    requests = list(rows.filter(pk__in=wanted).order_by("pk"))
    handling, restrictions = handling_of([row for row in requests if row.disclosed])
    facts = m.ManifestFacts(
        reference=crossing.reference,
        crossing=str(crossing.uuid),
        version=version,
        created_at=Moment(created_at, zone),
        sending=country_fact(crossing.sending),
        receiving=country_fact(crossing.receiving),
        place=crossing.place,
        border_point=crossing.border_point.name_en if crossing.border_point else "",
        planned_at=Moment(crossing.planned_at, zone),
        carrier=crossing.carrier,
        operation=_operation(actor, crossing),
        seats=crossing.seats,
        escorts=crossing.escorts,
        interpreters=crossing.interpreters,
        persons=_persons(actor, seats, requests),
        handling=handling,
        restrictions=restrictions,
        is_demo=any(bool(row.disclosed.get("case", {}).get("is_demo")) for row in requests),
    )
    return _parts(facts), requests


def _parts(facts: m.ManifestFacts) -> list[m.ManifestFacts]:
    persons = facts.persons
    if len(persons) <= PERSONS_IN_PART:
        return [facts] if persons else []
    begins = range(0, len(persons), PERSONS_IN_PART)
    return [
        replace(
            facts,
            persons=persons[begin : begin + PERSONS_IN_PART],
            first=begin + 1,
            total=len(persons),
            part=part,
            parts=len(begins),
        )
        for part, begin in enumerate(begins, 1)
    ]


def _operation(actor: User, crossing: Crossing) -> str:
    """Name the operation where both countries are of it: of another, one must not learn."""
    if crossing.operation_id is None:
        return ""
    operation = Operation.objects.visible_to(actor).filter(pk=crossing.operation_id).first()
    if operation is None:
        return ""
    known = {operation.owner_id, *operation.members.values_list("jurisdiction", flat=True)}
    if not {crossing.sending_id, crossing.receiving_id} <= known:
        return ""
    return f"{operation.reference} · {operation.name}"


def _persons(actor: User, seats: list[Seat], requests: list[HandoverRequest]) -> tuple[m.ManifestPerson, ...]:
    shown: dict[int, tuple[str, dict[str, Any], str]] = {}
    for handover in requests:
        photos = {row["suspect"]: row["photo_sha256"] for row in handover.disclosed.get("subjects", [])}
        subjects = [seat.subject for seat in seats if seat.handover_id == handover.pk]
        for person in persons_of(actor, handover, subjects=subjects):
            # Without a copy kept with the request, each side would see what its own rule shows of the case.
            held = person.shown if person.subject.snapshot else {}
            photo = photos.get(person.subject.snapshot.get("suspect"), "") if held else ""
            shown[person.subject.pk] = (handover.reference, held, photo if _is_kept(photo) else "")
    minors = minors_among(actor, seats)
    return tuple(_person(seat, *shown[seat.subject_id], minors) for seat in seats if seat.subject_id in shown)


def _is_kept(photo: str) -> bool:
    """Whether the copy of a disclosed photograph is there: the worker prints what is named."""
    return bool(photo) and default_storage.exists(photo_name(photo))


def _person(
    seat: Seat, request: str, held: dict[str, Any], photo: str, minors: Collection[int]
) -> m.ManifestPerson:
    flags = ("MINOR",) if seat.subject_id in minors else ()
    if not held:
        return m.ManifestPerson(str(seat.uuid), seat.position, request, flags=flags)
    return m.ManifestPerson(
        seat=str(seat.uuid),
        position=seat.position,
        request=request,
        name=held["name"],
        language=held["name_language"],
        romanised_name=held["romanised"],
        sex=held["sex"],
        birth_date=BirthDate(**held["birth"]),
        nationality=coded_fact(held["nationality"]),
        flags=flags,
        photo=photo,
    )
