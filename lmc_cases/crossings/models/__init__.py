"""Models of crossings: one vehicle or flight, who sits on it, and what both sides marked and counted."""

from lmc_cases.crossings.models.crossings import Crossing, CrossingRequest, Seat, Status
from lmc_cases.crossings.models.manifests import ManifestDocument, ManifestRequest
from lmc_cases.crossings.models.marks import HeadCount, Mark, mark_photo_path
from lmc_cases.crossings.models.packs import BorderPack
from lmc_cases.crossings.models.receipts import Receipt, ReceiptDocument, ReceiptSignature

__all__ = [
    "BorderPack",
    "Crossing",
    "CrossingRequest",
    "HeadCount",
    "ManifestDocument",
    "ManifestRequest",
    "Mark",
    "Receipt",
    "ReceiptDocument",
    "ReceiptSignature",
    "Seat",
    "Status",
    "mark_photo_path",
]
