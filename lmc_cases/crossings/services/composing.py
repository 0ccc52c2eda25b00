"""Turn a counted crossing into the facts of its receipt. Both sides get the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.crossings import receipt_facts as r
from lmc_cases.crossings.models import Crossing, HeadCount, Mark, Seat
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.composing_persons import property_fact
from lmc_cases.handovers.models import HandoverRequest, PropertyItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction


class NotReadyForReceipt(Conflict):
    """A dossier is not printed yet, or a person is not marked by both sides."""

    code = "not-ready-for-receipt"


def compose(actor: User, crossing: Crossing, *, version: int) -> r.ReceiptFacts:
    """Return the facts of one version as they stand now.

    Raises:
        NotReadyForReceipt: a dossier it has to name is not printed yet; a person is not marked by both sides.
    """
    zone = crossing.sending.time_zone
    seats = list(
        Seat.objects.visible_to(actor)
        .filter(crossing=crossing)
        .select_related("subject", "handover", "handover__requested")
        .order_by("position", "pk")
    )
    requests = {seat.handover_id: seat.handover for seat in seats}
    marks = _newest_marks(actor, crossing)
    present = {
        seat.subject_id
        for seat in seats
        if {row.outcome for row in marks.get(seat.pk, {}).values()} == {"PRESENT"}
    }
    items = _property(actor, present)
    handling, restrictions = handling_of(requests.values())
    return r.ReceiptFacts(
        number=f"{crossing.reference}-R{version}",
        version=version,
        crossing=crossing.reference,
        sending=_country(crossing.sending),
        receiving=_country(crossing.receiving),
        place=crossing.place,
        border_point=crossing.border_point.name_en if crossing.border_point else "",
        carrier=crossing.carrier,
        planned_at=Moment(crossing.planned_at, zone),
        escorts=crossing.escorts,
        interpreters=crossing.interpreters,
        drawn_at=Moment(timezone.now(), zone),
        drawn_by=actor.full_name,
        persons=tuple(_person(crossing, seat, marks.get(seat.pk, {}), items, zone) for seat in seats),
        counts=tuple(_counts(actor, crossing, zone)),
        exhibits=tuple(_exhibits(requests, items)),
        dossiers=tuple(_dossiers(actor, requests)),
        handling=handling,
        restrictions=restrictions,
        is_demo=any(bool(request.disclosed["case"]["is_demo"]) for request in requests.values()),
    )


def _newest_marks(actor: User, crossing: Crossing) -> dict[int, dict[int, Mark]]:
    """Return the newest mark of each side, by primary key of seat and country."""
    found: dict[int, dict[int, Mark]] = {}
    rows = Mark.objects.visible_to(actor).filter(crossing=crossing).select_related("marked_by")
    for row in rows.order_by("pk"):
        found.setdefault(row.seat_id, {})[row.country_id] = row
    return found


def _person(
    crossing: Crossing,
    seat: Seat,
    marks: dict[int, Mark],
    items: dict[int, list[PropertyItem]],
    zone: str,
) -> r.ReceiptPerson:
    copy: dict[str, Any] = seat.subject.snapshot
    sides = (crossing.sending, crossing.receiving)
    if any(side.pk not in marks or marks[side.pk].conflict for side in sides):
        raise NotReadyForReceipt(_("A person is not marked by both countries, or marked twice otherwise."))
    return r.ReceiptPerson(
        request=seat.handover.reference,
        number=copy.get("number", seat.subject.position),
        name=copy.get("name", ""),
        romanised_name=copy.get("romanised", ""),
        language=copy.get("name_language", ""),
        birth_year=copy.get("birth", {}).get("year"),
        nationality=Country(copy["nationality"]) if copy.get("nationality") else None,
        marks=tuple(
            r.ReceiptMark(
                country=_country(side),
                outcome=marks[side.pk].outcome,
                by=marks[side.pk].marked_by.full_name,
                at=Moment(marks[side.pk].marked_at, zone),
                reason=marks[side.pk].reason,
            )
            for side in sides
        ),
        belongings=tuple(property_fact(item) for item in items.get(seat.subject_id, ())),
    )


def _property(actor: User, subjects: set[int]) -> dict[int, list[PropertyItem]]:
    found: dict[int, list[PropertyItem]] = {}
    for item in PropertyItem.objects.visible_to(actor).filter(subject_id__in=subjects).on_the_list():
        found.setdefault(item.subject_id, []).append(item)
    return found


def _counts(actor: User, crossing: Crossing, zone: str) -> list[r.ReceiptCount]:
    newest: dict[int, HeadCount] = {}
    rows = HeadCount.objects.visible_to(actor).filter(crossing=crossing).select_related("counted_by")
    for row in rows.order_by("pk"):
        newest[row.country_id] = row
    return [
        r.ReceiptCount(
            country=_country(side),
            persons=newest[side.pk].persons,
            by=newest[side.pk].counted_by.full_name,
            at=Moment(newest[side.pk].counted_at, zone),
        )
        for side in (crossing.sending, crossing.receiving)
        if side.pk in newest
    ]


def _exhibits(
    requests: dict[int, HandoverRequest], items: dict[int, list[PropertyItem]]
) -> list[r.ReceiptExhibit]:
    """What a list names as an exhibit that travels, with the checksum it was disclosed with."""
    found: dict[tuple[str, str], r.ReceiptExhibit] = {}
    for rows in items.values():
        for item in rows:
            if item.exhibit_uuid is None or item.disposition != PropertyItem.Disposition.EVIDENCE:
                continue
            request = requests[item.handover_id]
            disclosed = {row["uuid"]: row["sha256"] for row in request.disclosed["exhibits"]}
            found[request.reference, item.exhibit_number] = r.ReceiptExhibit(
                request=request.reference,
                number=item.exhibit_number,
                sha256=disclosed.get(str(item.exhibit_uuid)) or "",
            )
    return [found[key] for key in sorted(found)]


def _dossiers(actor: User, requests: dict[int, HandoverRequest]) -> list[r.ReceiptDossier]:
    """The newest version of every request's dossier, in the languages it was issued in from the start."""
    newest: dict[int, list[Dossier]] = {}
    rows = (
        Dossier.objects.visible_to(actor)
        .filter(handover__in=requests, beside="")
        .order_by("handover", "number", "language")
    )
    for row in rows:
        held = newest.setdefault(row.handover_id, [])
        if held and held[0].number != row.number:
            held.clear()
        if row.language in row.facts.get("languages", ()):
            held.append(row)
    waiting = [
        requests[pk].reference
        for pk in requests
        if not newest.get(pk) or any(row.job_state != JobState.DONE for row in newest[pk])
    ]
    if waiting:
        raise NotReadyForReceipt(
            _("The dossier of %(references)s is not printed yet.") % {"references": ", ".join(waiting)}
        )
    return [
        r.ReceiptDossier(
            request=requests[pk].reference,
            version=row.number,
            language=row.language,
            facts_sha256=row.facts_sha256,
            file_sha256=row.sha256,
        )
        for pk, held in sorted(newest.items())
        for row in held
    ]


def handling_of(requests: Iterable[HandoverRequest]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the handling words of every case on board: classifications and codes; and the texts of H3."""
    cases = [request.disclosed["case"] for request in requests]
    codes = {case["classification"] for case in cases}
    codes |= {code for case in cases for code in case.get("handling", ()) if code != "H0"}
    return tuple(sorted(codes)), tuple(
        sorted({case["restriction"] for case in cases if case.get("restriction")})
    )


def _country(country: Jurisdiction) -> Country:
    return Country(country.code, {"en": country.name_en})
