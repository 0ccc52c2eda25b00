"""Columns of crossings, and of the persons of one, as they go out as files."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from lmc_cases.core.list_export import Column, Sheet, written
from lmc_cases.crossings.models import Crossing, Mark
from lmc_cases.crossings.services.standing import SeatStanding
from lmc_cases.suspects.countries import country_name

CROSSING_COLUMNS: tuple[Column, ...] = (
    (_("Crossing"), lambda row: row.reference),
    (_("Flight or convoy"), lambda row: row.carrier),
    (_("Date and time"), lambda row: written(row.planned_at)),
    (_("Place"), lambda row: row.place),
    (_("Sending country"), lambda row: row.sending.name),
    (_("Receiving country"), lambda row: row.receiving.name),
    (_("Persons"), lambda row: row.persons),
    (_("Seats"), lambda row: row.seats),
    (_("Status"), lambda row: row.get_status_display()),
)


def _nationality(row: SeatStanding) -> str:
    code = row.seat.subject.snapshot.get("nationality", "")
    return country_name(code) if code else ""


def sheet_of_persons(crossing: Crossing, rows: Sequence[SeatStanding]) -> Sheet:
    """Return the persons of a crossing with their outcome."""
    # Words are asked for once each, not once a row.
    words = {code: str(label) for code, label in Mark.Outcome.choices}
    columns: tuple[Column, ...] = (
        (_("Place on the list"), lambda row: row.seat.position),
        (_("Request"), lambda row: row.seat.subject.handover.reference),
        (_("Number"), lambda row: f"S{row.seat.subject.snapshot.get('number', '')}"),
        (_("Name"), lambda row: row.seat.subject.snapshot.get("name", "")),
        (_("Romanised name"), lambda row: row.seat.subject.snapshot.get("romanised", "")),
        (
            _("Date of birth as written"),
            lambda row: row.seat.subject.snapshot.get("birth", {}).get("as_written", ""),
        ),
        (_("Nationality"), _nationality),
        (_("Outcome"), lambda row: words.get(row.outcome, "")),
    )
    return Sheet.of(crossing.reference.lower(), columns, rows)
