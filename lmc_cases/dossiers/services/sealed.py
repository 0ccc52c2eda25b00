"""Frozen facts as they are stored: what is sealed in the request is sealed here, with the key of that request.

The checksum of the facts is taken over the words in the clear; it is compared after they were opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lmc_cases.dossiers.models import Dossier, RequestDocument
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.sealed import number_place, opener, request_key, with_numbers
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import is_sealed, keys_of

# Of the rows of a person, besides the numbers of papers; a text is sealed within its language.
SECRET_TEXTS = {
    "counts": ("conduct", "ground"),
    "hands": ("injuries", "medication", "note"),
    "statements": ("text",),
}


def sealed_facts(handover: HandoverRequest, plain: dict[str, Any]) -> dict[str, Any]:
    """Return plain facts as a dossier stores them."""
    key, place = request_key(handover), number_place(handover)
    return _changed(plain, lambda text: key.seal_text(text, place))


def opened_facts(dossier: Dossier) -> dict[str, Any]:
    """Return the plain facts of a dossier.

    Raises:
        KeyUnavailable: the request's key opens with neither country's key here.
    """
    return _opened(dossier.facts, dossier.handover)


def opened_document(document: RequestDocument) -> dict[str, Any]:
    """Return the plain facts of a document of a request.

    Raises:
        KeyUnavailable: the request's key opens with neither country's key here.
    """
    return _opened(document.facts, document.handover)


def _opened(plain: dict[str, Any], handover: HandoverRequest) -> dict[str, Any]:
    found: list[str] = []
    _changed(plain, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    if not any(map(is_sealed, found)):
        return plain
    key = keys_of([handover.uuid]).get(handover.uuid)
    if key is None:
        raise KeyUnavailable(f"no key of request {handover.uuid}")
    return _changed(plain, opener(handover, key))


def _changed(plain: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return a copy of facts whose secrets went through ``change``; facts without persons hold none."""
    if "subjects" not in plain:
        return plain
    changed = {**plain, "subjects": [_changed_person(subject, change) for subject in plain["subjects"]]}
    # What a request states as a whole, beside what it states of each person.
    if rows := plain.get("statements"):
        changed["statements"] = [_changed_texts(row, SECRET_TEXTS["statements"], change) for row in rows]
    return changed


def _changed_person(person: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    changed = with_numbers(person, change)
    for name, texts in SECRET_TEXTS.items():
        if name in person:
            changed[name] = [_changed_texts(row, texts, change) for row in person[name]]
    return changed


def _changed_texts(
    row: dict[str, Any], names: tuple[str, ...], change: Callable[[str], str]
) -> dict[str, Any]:
    changed = dict(row)
    for name in names:
        if isinstance(value := row.get(name), dict):
            changed[name] = {**value, "text": change(value["text"])}
        elif value:
            changed[name] = change(value)
    return changed
