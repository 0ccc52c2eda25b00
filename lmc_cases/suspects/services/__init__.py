"""The services of suspects; ``bulk`` holds those of whole lists, ``reading`` those of the pages."""

from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.documents import add_document, remove_document
from lmc_cases.suspects.services.people import add_suspect, edit_suspect
from lmc_cases.suspects.services.photos import remove_photo, set_photo

__all__ = [
    "DocumentDetails",
    "PersonDetails",
    "add_document",
    "add_suspect",
    "edit_suspect",
    "remove_document",
    "remove_photo",
    "set_photo",
]
