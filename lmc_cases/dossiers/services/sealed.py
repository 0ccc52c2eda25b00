"""Frozen facts as they are stored: the document numbers sealed with the key of the request they belong to.

The checksum of the facts is taken over the numbers in the clear; it is compared after they were opened.
"""

from __future__ import annotations

from typing import Any

from lmc_cases.dossiers.models import Dossier
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.sealed import number_place, opener, request_key, with_numbers
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import is_sealed, keys_of


def sealed_facts(handover: HandoverRequest, plain: dict[str, Any]) -> dict[str, Any]:
    """Return plain facts as a dossier stores them."""
    key, place = request_key(handover), number_place(handover)
    subjects = [
        with_numbers(subject, lambda number: key.seal_text(number, place)) for subject in plain["subjects"]
    ]
    return {**plain, "subjects": subjects}


def opened_facts(dossier: Dossier) -> dict[str, Any]:
    """Return the plain facts of a dossier.

    Raises:
        KeyUnavailable: the request's key opens with neither country's key here.
    """
    plain: dict[str, Any] = dossier.facts
    numbers = [paper["number"] for person in plain["subjects"] for paper in person["documents"]]
    if not any(map(is_sealed, numbers)):
        return plain
    handover = dossier.handover
    key = keys_of([handover.uuid]).get(handover.uuid)
    if key is None:
        raise KeyUnavailable(f"no key of request {handover.uuid}")
    change = opener(handover, key)
    return {**plain, "subjects": [with_numbers(subject, change) for subject in plain["subjects"]]}
