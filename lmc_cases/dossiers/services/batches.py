"""In which batches the persons of a request travel: an app above knows, and says it for every reader alike."""

from __future__ import annotations

from collections.abc import Callable

from lmc_cases.handovers.models import HandoverRequest

Batches = Callable[[HandoverRequest], tuple[str, ...]]
_known: list[Batches] = []


def add_batches(batches: Batches) -> None:
    """Let dossiers name batches of an app above.

    Args:
        batches: returns the references that everybody who reads the request may know; the same whoever asks.
    """
    _known.append(batches)


def batches_of(handover: HandoverRequest) -> tuple[str, ...]:
    """Return the references of the batches in which persons of the request travel."""
    return tuple(reference for batches in _known for reference in batches(handover))
