"""Columns of the lists of this app as they go out as files: what the page shows, one thing to a column.

A copy keeps its restrictions: handling codes stand in each line, with the words of H3.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Level
from lmc_cases.cases.models.handling import Handled
from lmc_cases.cases.services.listing import CaseRow
from lmc_cases.core.list_export import Column, written, written_day


def handling_of(thing: Handled) -> str:
    """Return the codes in force, H3 with its words: ``H1, H3: not to the press``."""
    return ", ".join(
        f"{code}: {thing.handling_h3}" if code == "H3" else code for code in thing.handling_codes
    )


def _level_of(row: CaseRow) -> str:
    return "" if row.is_own else str(Level(row.level).label)


CASE_COLUMNS: tuple[Column, ...] = (
    (_("Case"), lambda row: row.case.reference),
    (_("Title"), lambda row: row.title.text if row.title else ""),
    (_("Owner"), lambda row: row.case.owner.name),
    (_("Status"), lambda row: row.case.get_status_display()),
    (_("Level"), _level_of),
    (_("Handling codes"), lambda row: handling_of(row.case)),
    (_("Typology"), lambda row: row.case.typology.label if row.case.typology else ""),
    (_("Updated"), lambda row: written(row.case.updated_at)),
)


# The marks of a person or an exhibit, at the end of its line.
ITEM_COLUMNS: tuple[Column, ...] = (
    (_("Comes from"), lambda item: item.originator.name),
    (_("Withheld"), lambda item: item.get_withheld_display()),
    (_("Handling codes"), handling_of),
    (_("Grading"), lambda item: item.grading),
    (_("Fact or assessment"), lambda item: item.get_statement_kind_display()),
)


def _recipient(row: Any) -> str:
    agency = row.recipient_agency.name if row.recipient_agency else ""
    officer = row.recipient_officer.full_name if row.recipient_officer else ""
    return ", ".join(part for part in (officer, agency) if part)


LEDGER_COLUMNS: tuple[Column, ...] = (
    (_("What"), lambda row: row.get_kind_display()),
    (_("Reference"), lambda row: row.reference),
    (_("Level"), lambda row: row.get_level_display()),
    (_("Version"), lambda row: " · ".join(f"{part} {version}" for part, version in row.shown_versions)),
    (_("Checksum (SHA-256)"), lambda row: row.sha256),
    (_("Recipient country"), lambda row: row.recipient.name),
    (_("Recipient"), _recipient),
    (_("How"), lambda row: row.get_path_display()),
    (_("Date and time"), lambda row: written(row.happened_at)),
    (_("Reason"), lambda row: row.reason_label if row.reading_reason else ""),
    (_("Opened by"), lambda row: row.get_rule_display()),
    (_("Purpose"), lambda row: row.get_purpose_display() if row.purpose else ""),
    (_("Handling codes"), lambda row: ", ".join(row.handling_codes)),
    (_("H3: other restriction"), lambda row: row.handling_h3),
    (_("Legal basis"), lambda row: row.legal_basis),
    (_("Approval number"), lambda row: row.approval_number),
)

OPERATION_COLUMNS: tuple[Column, ...] = (
    (_("Reference"), lambda row: row.reference),
    (_("Operation"), lambda row: row.name),
    (_("Owner"), lambda row: row.owner.name),
    (_("Status"), lambda row: row.get_status_display()),
    (_("Started on"), lambda row: written_day(row.started_on)),
)

CONSENT_COLUMNS: tuple[Column, ...] = (
    (_("Reference"), lambda row: row.reference),
    (_("Kind"), lambda row: row.get_kind_display()),
    (_("What for"), lambda row: row.get_use_display()),
    (_("Asked by"), lambda row: row.asking.name),
    (_("Asked of"), lambda row: row.originator.name),
    (_("For"), lambda row: row.to_country.name),
    (_("Status"), lambda row: row.state_label),
    (_("Answer by"), lambda row: written(row.answer_by)),
)
