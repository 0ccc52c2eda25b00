"""The document numbers in what a request keeps of people, and its messages: sealed with the request's own key.

Both countries own a request, so its key is wrapped with the key of each: either opens it alone, and erasing the
person in the owning country takes nothing from what was disclosed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, Place, is_sealed, key_to_seal, keys_of

NOT_READABLE = ""


def sealed_people(handover: HandoverRequest, people: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return copies of many persons as they are stored, in their order: numbers of documents sealed."""
    key, place = request_key(handover), number_place(handover)
    return [with_numbers(person, lambda number: key.seal_text(number, place)) for person in people]


def opened_people(handover: HandoverRequest, people: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return stored copies of people with their numbers in the clear.

    Raises:
        KeyUnavailable: the request's key opens with neither country's key here.
    """
    rows = list(people)
    if not any(is_sealed(paper["number"]) for person in rows for paper in person.get("documents", ())):
        return [dict(person) for person in rows]
    key = keys_of([handover.uuid]).get(handover.uuid)
    if key is None:
        raise KeyUnavailable(f"no key of request {handover.uuid}")
    return [with_numbers(person, opener(handover, key)) for person in rows]


def shown_people(handover: HandoverRequest, people: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return stored copies of people for a page: without the key their numbers are empty."""
    rows = list(people)
    try:
        return opened_people(handover, rows)
    except KeyUnavailable:
        return [with_numbers(person, lambda _number: NOT_READABLE) for person in rows]


def request_key(handover: HandoverRequest) -> DataKey:
    """Return the key of a request, made where it has none.

    Raises:
        KeyUnavailable: the key of a country is not here.
    """
    return key_to_seal(RecordKey.Kind.HANDOVER, handover.uuid, handover.requested, also=[handover.requesting])


def opener(handover: HandoverRequest, key: DataKey) -> Callable[[str], str]:
    """Return what opens a number of the request."""
    place = number_place(handover)
    return lambda number: key.open_text(number, place) if is_sealed(number) else number


def with_numbers(person: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return a copy of a person whose document numbers went through ``change``."""
    papers = [{**paper, "number": change(paper["number"])} for paper in person.get("documents", ())]
    return {**person, "documents": papers} if "documents" in person else dict(person)


def message_place(message_uuid: UUID) -> Place:
    """Return where the text of a message stands."""
    return Place("handovers_handovermessage", "text", message_uuid)


def count_place(field: str, row_uuid: UUID) -> Place:
    """Return where a text on a count stands: its ``conduct``, the ``note`` of a side, the ``ground`` of a decision."""
    tables = {"conduct": "count", "note": "countassessment", "ground": "countdecision"}
    return Place(f"handovers_{tables[field]}", field, row_uuid)


def hand_place(field: str, hand_uuid: UUID) -> Place:
    """Return where a text of a custody record stands: its ``injuries``, ``medication`` or ``note``."""
    return Place("handovers_personhand", field, hand_uuid)


def statement_place(statement_uuid: UUID) -> Place:
    """Return where the words of a statement stand."""
    return Place("handovers_requeststatement", "text", statement_uuid)


def reasons_place(link_uuid: UUID) -> Place:
    """Return where the reasons stand why one of two requests goes first: under the key of their link."""
    return Place("handovers_competingdecision", "reasons", link_uuid)


def number_place(handover: HandoverRequest) -> Place:
    """Return where the numbers of a request stand."""
    return Place("handovers_handoverrequest", "document number", handover.uuid)
