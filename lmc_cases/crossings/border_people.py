"""Who crosses, as a phone or a sheet of paper shows it: name, photograph, what travels along. Noted in the ledger."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.crossings.models import Crossing, Seat
from lmc_cases.dossiers.rendering.photos import shrunk
from lmc_cases.dossiers.services.reading import newest_versions
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.models import HandoverRequest, PersonCheck, PropertyItem
from lmc_cases.handovers.services.belongings import property_of
from lmc_cases.handovers.services.disclosure import pieces_of_request, read_photo, terms_of_request
from lmc_cases.handovers.services.reading import RequestedPerson, persons_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# What a phone shows: a face, 200 of which a bad line still carries.
PHOTO_SIZE: Final = (240, 320)
PHOTO_QUALITY: Final = 75


def seats_of(actor: User, crossing: Crossing) -> list[Seat]:
    """Return the seats the officer may see, in their order."""
    rows = Seat.objects.visible_to(actor).filter(crossing=crossing)
    return list(rows.select_related("subject").order_by("position", "pk"))


def people_at_border(actor: User, seats: list[Seat]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the persons in the order of the seats, and the property that travels with them."""
    wanted = {seat.handover_id for seat in seats}
    requests = HandoverRequest.objects.visible_to(actor).select_related("requesting", "requested")
    shown: dict[int, tuple[RequestedPerson, HandoverRequest]] = {}
    property_: list[str] = []
    for handover in requests.filter(pk__in=wanted).order_by("pk"):
        subjects = [seat.subject for seat in seats if seat.handover_id == handover.pk]
        for person in persons_of(actor, handover, subjects=subjects):
            shown[person.subject.pk] = (person, handover)
        property_ += [
            f"{handover.reference} · {exhibit['number']} · {exhibit['description']}"
            for exhibit in handover.disclosed.get("exhibits", [])
        ]
        property_ += _belongings(actor, handover, {seat.subject_id: seat.position for seat in seats})
        ledger.disclose(
            actor=actor,
            pieces=pieces_of_request(actor, handover),
            terms=terms_of_request(handover),
            path=Disclosure.Path.EXPORT,
        )
    minors = minors_among(actor, seats)
    versions = newest_versions(actor, wanted)
    people = [
        _person(
            seat,
            *shown[seat.subject_id],
            is_minor=seat.subject_id in minors,
            version=versions.get(seat.handover_id, 0),
        )
        for seat in seats
        if seat.subject_id in shown
    ]
    return people, property_


def minors_among(actor: User, seats: list[Seat]) -> set[int]:
    """Return the persons whom a side found to be minors, by primary key."""
    return set(
        PersonCheck.objects.visible_to(actor)
        .filter(subject__in=[seat.subject_id for seat in seats], kind=Kind.AGE, outcome="MINOR")
        .values_list("subject_id", flat=True)
    )


def _belongings(actor: User, handover: HandoverRequest, numbers: dict[int, int]) -> list[str]:
    """Name the things and sums that cross with persons on board, each behind the number of its person's seat."""
    return [
        f"{numbers[pk]} · {item.quantity} × {item.description} {item.sum_text}".strip()
        for pk, items in property_of(actor, handover).items()
        if pk in numbers
        for item in items
        if item.disposition in PropertyItem.CROSSES
    ]


def _person(
    seat: Seat, person: RequestedPerson, handover: HandoverRequest, *, is_minor: bool, version: int
) -> dict[str, Any]:
    held = person.shown
    return {
        "seat": str(seat.uuid),
        "number": seat.position,
        "name": held.get("name", ""),
        "lang": held.get("name_language", ""),
        "romanised": held.get("romanised", ""),
        "birth": held["birth"]["as_written"] if held else "",
        "nationality": person.nationality if held else "",
        "request": handover.reference,
        # What the code on the person's sheet of a dossier names, and the newest one there is, 0 without any.
        "code": str(person.subject.uuid),
        "dossier": version,
        "flags": [_("Minor")] if is_minor else [],
        "photo": _photo(held.get("photo_sha256", "")),
    }


def _photo(sha256: str) -> str:
    """Return a small picture in base64, "" where there is none."""
    if not sha256:
        return ""
    try:
        raw = read_photo(sha256)
    except OSError:
        return ""
    return base64.b64encode(shrunk(raw, PHOTO_SIZE, PHOTO_QUALITY)).decode()
