"""Columns of the list of imports as it goes out as a file."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.jobs import JobState
from lmc_cases.core.list_export import Column, written
from lmc_cases.exchange.models import ImportRun


def _state_of(run: ImportRun) -> str:
    if run.undone_at:
        return gettext("Undone")
    return gettext("To be confirmed") if run.job_state == JobState.NEW else run.get_job_state_display()


IMPORT_COLUMNS: tuple[Column, ...] = (
    (_("File"), lambda run: run.file_name),
    (_("Case"), lambda run: run.case.reference),
    (_("Kind"), lambda run: run.get_kind_display()),
    (_("State"), _state_of),
    (_("Rows"), lambda run: run.rows_done),
    (_("Officer"), lambda run: run.requested_by.full_name),
    (_("Uploaded"), lambda run: written(run.requested_at)),
)
