"""Columns of the list of requests for assistance as a file: what the page shows, one thing to a column."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lmc_cases.core.list_export import Column, written

ASSISTANCE_COLUMNS: tuple[Column, ...] = (
    (_("Request"), lambda row: row.reference),
    (_("Case"), lambda row: row.case_reference),
    (_("Requesting country"), lambda row: row.requesting.name),
    (_("Requested country"), lambda row: row.requested.name),
    (_("Status"), lambda row: row.get_status_display()),
    (_("Updated"), lambda row: written(row.updated_at)),
)
