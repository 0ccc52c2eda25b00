"""What the codes in a report mean, in the reader's language."""

from __future__ import annotations

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.exchange.services.lists import FIELD_LABELS
from lmc_cases.exchange.sheet_people import RowError

PROBLEMS: Final[dict[str, Promise]] = {
    "REFERENCE_MISSING": gettext_lazy("It points to something that is not in the file."),
    "BAD_TIME": gettext_lazy("The time cannot be read."),
    "TIME_WITHOUT_ZONE": gettext_lazy("The time names no time zone, so it is not used."),
    "BAD_HASH": gettext_lazy("The checksum is not valid."),
    "CONFLICTING_HASH": gettext_lazy("Two different checksums are stated for the same file."),
    "BAD_SIZE": gettext_lazy("The size of the file cannot be read."),
    "DUPLICATE_EXHIBIT_NUMBER": gettext_lazy("The exhibit number stands twice in the file."),
    "EXHIBIT_WITHOUT_NUMBER": gettext_lazy("The exhibit has no number."),
    "ACTION_WITHOUT_RECORD": gettext_lazy("The act names no exhibit that it resulted in."),
    "UNKNOWN_WORD": gettext_lazy("The word is not known."),
    "BIRTH_DATE": gettext_lazy("The date of birth cannot be read, or two dates contradict each other."),
}
UNREAD: Final[dict[str, Promise]] = {
    "TYPE_NOT_READ": gettext_lazy("This kind of object is not read."),
    "PROPERTIES_NOT_READ": gettext_lazy("Some properties are not read."),
}
FAILURES: Final[dict[str, Promise]] = {
    "file-missing": gettext_lazy("The uploaded file is not there any more, or was changed. Upload it again."),
    "file-changed": gettext_lazy("The uploaded file is not there any more, or was changed. Upload it again."),
    "too-long": gettext_lazy("The import took too long. Split the file into several files."),
    "too-many-attempts": gettext_lazy("The import was interrupted too often. Upload the file again."),
    "not-allowed": gettext_lazy("The officer who confirmed the import may not edit the case any more."),
}
# Objects of a bundle that are read and have no place among the records of a case.
NOT_TAKEN: Final[dict[str, Promise]] = {
    "Organization": gettext_lazy("Organisations"),
    "Relationship": gettext_lazy("Relationships"),
    "Annotation": gettext_lazy("Annotations"),
    "Place": gettext_lazy("Places"),
    "Tool": gettext_lazy("Tools"),
    "Investigation": gettext_lazy("Investigations"),
}


def alike_text(entry: dict[str, Any]) -> str:
    """Say whom a row looks like."""
    number = {"number": entry["number"]}
    match entry["why"]:
        case "IN_CASE":
            return _("Looks like person no. %(number)s of the case.") % number
        case "DOCUMENT_IN_CASE":
            return _("Has the same document number as person no. %(number)s of the case.") % number
        case "IN_LIST":
            return _("Looks like row %(number)s of the same file.") % number
        case "DOCUMENT_IN_LIST":
            return _("Has the same document number as row %(number)s of the same file.") % number
        case "SAME_HASH":
            return _("The file of exhibit %(number)s has the same checksum.") % number
        case _:
            return _("Exhibit %(number)s is in the case already.") % number


def error_rows(errors: list[list[Any]], headers: list[str]) -> list[dict[str, Any]]:
    """Return stored row errors as what a person reads: row, column, field, value, remedy."""
    shown = []
    for row, column, field, code, value in errors:
        header = headers[column] if column is not None and column < len(headers) else ""
        shown.append(
            {
                "row": row,
                "column": header,
                "field": capfirst(str(FIELD_LABELS.get(field, field))),
                "value": value,
                "remedy": RowError(row, column, field, code, value).message,
            }
        )
    return shown


def failure_text(code: str, message: str) -> str:
    """Say why a run ended without importing anything."""
    return message or str(FAILURES.get(code, _("The import could not be carried out.")))
