"""Columns of the lists of requests as they go out as files: what the pages show, one thing to a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.display import language_name
from lmc_cases.core.list_export import Column, Sheet, written, written_day
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.clocks import Clock
from lmc_cases.handovers.services.thread import MessageShown
from lmc_cases.handovers.services.work import WorkItem


def sheet_of_requests(name: str, rows: Sequence[HandoverRequest], clocks: Mapping[int, Clock]) -> Sheet:
    """Return requests, each with ``persons``, with the limit of each that ends first."""
    columns: tuple[Column, ...] = (
        (_("Request"), lambda row: row.reference),
        (_("Case"), lambda row: row.case_reference),
        (_("Requesting country"), lambda row: row.requesting.name),
        (_("Requested country"), lambda row: row.requested.name),
        (_("Persons"), lambda row: row.persons),
        (_("Procedure"), lambda row: row.get_procedure_display()),
        (_("Status"), lambda row: row.get_status_display()),
        (_("Time limit ends"), lambda row: written(clocks[row.pk].ends) if row.pk in clocks else ""),
        (_("Updated"), lambda row: written(row.updated_at)),
    )
    return Sheet.of(name, columns, rows)


def _work_kind(item: WorkItem) -> str:
    if item.question:
        return gettext("Question")
    if item.task:
        return item.task.text
    return item.duty.get_kind_display() if item.duty else item.handover.get_procedure_display()


WORK_COLUMNS: tuple[Column, ...] = (
    (_("What waits"), _work_kind),
    (
        _("Status"),
        lambda item: "" if item.question or item.duty or item.task else item.handover.get_status_display(),
    ),
    (_("Number"), lambda item: item.duties or 1),
    (_("Request"), lambda item: item.handover.reference),
    (_("Requesting country"), lambda item: item.handover.requesting.name),
    (_("Requested country"), lambda item: item.handover.requested.name),
    (_("Ends"), lambda item: written(item.ends)),
    (_("Updated"), lambda item: written(item.handover.updated_at)),
)


def _message_kind(message: MessageShown) -> str:
    if message.row.due_on:
        return gettext("Question") if message.is_open_question else gettext("Question, answered")
    if message.row.answers:
        return gettext("Answer")
    return gettext("Correction") if message.row.corrects else gettext("Message")


def _about(message: MessageShown) -> str:
    earlier = message.row.corrects or message.row.answers
    return written(earlier.created_at) if earlier else ""


MESSAGE_COLUMNS: tuple[Column, ...] = (
    (_("Date and time"), lambda message: written(message.row.created_at)),
    (_("Country"), lambda message: message.row.country.name),
    (_("Officer"), lambda message: message.row.author.full_name),
    (_("Kind"), _message_kind),
    (_("Answer by"), lambda message: written_day(message.row.due_on)),
    (_("About the message of"), _about),
    (_("Language"), lambda message: language_name(message.row.language)),
    (
        _("Text"),
        lambda message: message.text or gettext("This message cannot be read here: its key is missing."),
    ),
    (_("Exhibit"), lambda message: message.row.exhibit_number),
    (_("Paper"), lambda message: message.row.paper_name),
    (_("Mentioned"), lambda message: ", ".join(message.mentions)),
    (_("Read by the other side"), lambda message: written(message.read_at)),
)
