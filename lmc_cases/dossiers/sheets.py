"""Columns of the lists of dossiers as they go out as files: what the pages show, one thing to a column."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lmc_cases.core.display import language_name
from lmc_cases.core.list_export import Column, written
from lmc_cases.dossiers.printed_models import InLanguages


def languages_of(row: InLanguages) -> str:
    """Name the languages of a document."""
    return " · ".join(language_name(code) for code in (row.language, row.beside) if code)


DOSSIER_COLUMNS: tuple[Column, ...] = (
    (_("Request"), lambda row: row.handover.reference),
    (_("Requesting country"), lambda row: row.handover.requesting.name),
    (_("Requested country"), lambda row: row.handover.requested.name),
    (_("Language"), languages_of),
    (_("Version"), lambda row: row.number),
    (_("Pages"), lambda row: row.pages),
    (_("Status"), lambda row: row.get_job_state_display()),
    (_("Created"), lambda row: written(row.requested_at)),
)
