"""Columns of the desk as it goes out as a file: what the page shows, one thing to a column."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.list_export import Column, written
from lmc_cases.desk.services.waiting import OnDesk


def _second(row: OnDesk) -> str:
    if row.second is None:
        return ""
    if row.second.is_needed:
        return gettext("Needed")
    is_open = any(ground.is_open for ground in row.second.grounds)
    return gettext("Not known") if is_open else gettext("Not needed")


DESK_COLUMNS: tuple[Column, ...] = (
    (_("Request"), lambda row: row.handover.reference),
    (_("Version"), lambda row: row.dossier.number),
    (_("Requested country"), lambda row: row.handover.requested.name),
    (_("Requesting country"), lambda row: row.handover.requesting.name),
    (_("Persons"), lambda row: row.persons),
    (_("Status"), lambda row: row.standing_label),
    (_("Second reader"), _second),
    (_("Time limit ends"), lambda row: written(row.clock.ends) if row.clock else ""),
)
