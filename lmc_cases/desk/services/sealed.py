"""How the words of the desk are sealed: what both sides read with the key of the request, the rest with own keys."""

from __future__ import annotations

from uuid import UUID

from lmc_cases.desk.models import DossierComment, DossierCopy, DossierReview
from lmc_cases.handovers.services.sealed import request_key
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, Place, key_to_seal, keys_of


def seal_reasons(review: DossierReview, text: str) -> bytes:
    """Return the reasons of a return, sealed with the key that both sides hold."""
    return request_key(review.handover).seal(text, _reasons_place(review.uuid))


def reasons_of(review: DossierReview) -> str:
    """Return the reasons of a return; "" without any, or where no key opens them here."""
    if not review.reasons_sealed:
        return ""
    try:
        key = keys_of([review.handover.uuid]).get(review.handover.uuid)
        return key.open(review.reasons_sealed, _reasons_place(review.uuid)) if key else ""
    except KeyUnavailable:
        return ""


def own_key(row: DossierComment | DossierCopy) -> DataKey:
    """Return the key of a remark or a copy, which its country alone holds; made where there is none."""
    return key_to_seal(RecordKey.Kind.HANDOVER, row.uuid, row.country)


def text_place(comment_uuid: UUID) -> Place:
    """Return where the text of a remark stands."""
    return Place("desk_dossiercomment", "text", comment_uuid)


def for_whom_place(copy_uuid: UUID) -> Place:
    """Return where it stands for whom a copy is."""
    return Place("desk_dossiercopy", "for_whom", copy_uuid)


def open_one(key: DataKey | None, sealed: bytes, place: Place) -> str:
    """Return a text, "" where its key is not here."""
    try:
        return key.open(sealed, place) if key else ""
    except KeyUnavailable:
        return ""


def keys_here(uuids: list[UUID]) -> dict[UUID, DataKey]:
    """Return the keys of many rows; none where a key of the country is not here."""
    try:
        return keys_of(uuids)
    except KeyUnavailable:
        return {}


def _reasons_place(review_uuid: UUID) -> Place:
    return Place("desk_dossierreview", "reasons", review_uuid)
