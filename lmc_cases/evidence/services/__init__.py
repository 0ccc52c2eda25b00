"""The services of evidence; ``reading`` holds those of the pages, ``imported`` those of the importer."""

from lmc_cases.evidence.services.custody import record_custody
from lmc_cases.evidence.services.files import open_download, upload_file, verify_file
from lmc_cases.evidence.services.items import ExhibitDetails, add_item, edit_item

__all__ = [
    "ExhibitDetails",
    "add_item",
    "edit_item",
    "open_download",
    "record_custody",
    "upload_file",
    "verify_file",
]
