"""Draws a manifest with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.documents import render_document
from lmc_cases.dossiers.rendering.faults import RenderingFailed
from lmc_cases.dossiers.rendering.photos import check_photo, shrunk
from lmc_cases.dossiers.services.printing import FACTS_CHANGED
from lmc_cases.dossiers.services.working import PHOTO_MISSING
from lmc_cases.handovers.services.disclosure import read_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmc_cases.crossings.manifest_facts import ManifestFacts
    from lmc_cases.dossiers.rendering import RenderedDossier

# 22 mm high on paper: 370 to the inch.
PHOTO_SIZE: Final = (240, 320)
PHOTO_QUALITY: Final = 85


def render_manifest(
    facts: ManifestFacts, *, language: str, beside: str = "", read: Callable[[str], bytes] = read_photo
) -> RenderedDossier:
    """Draw a manifest with labels in ``language`` and ``beside``, not signed yet; each person with the code of a page.

    Args:
        read: returns the copy that the facts name by its SHA-256; ``OSError`` where it is missing.

    Raises:
        RenderingFailed: see its codes.
    """
    page = settings.BASE_URL + reverse("receipts:verify")
    named = dict.fromkeys(person.photo for person in facts.persons if person.photo)
    return render_document(
        facts,
        template="crossings/pdf/manifest.html",
        language=language,
        beside=beside,
        photos={name: _small(name, read) for name in named},
        rows=[(person, qr_path(seat_address(facts.crossing, person.seat))) for person in facts.persons],
        address=page,
        qr=qr_path(f"{page}?{urlencode({'number': facts.reference, 'sha256': facts.sha256})}"),
    )


def _small(sha256: str, read: Callable[[str], bytes]) -> bytes:
    """Return a photograph, checked, as large as its row shows it. One at a time: whole, five hundred are 50 MB."""
    try:
        jpeg = read(sha256)
    except OSError as error:
        raise RenderingFailed(PHOTO_MISSING, type(error).__name__) from error
    if hashlib.sha256(jpeg).hexdigest() != sha256:
        raise RenderingFailed(FACTS_CHANGED, sha256[:16])
    check_photo(jpeg)
    return shrunk(jpeg, PHOTO_SIZE, PHOTO_QUALITY)


def seat_address(crossing: UUID | str, seat: UUID | str) -> str:
    """Return the address that a person's code names: it opens nothing for whoever may not mark the person."""
    return settings.BASE_URL + reverse("crossings:person", args=[UUID(str(crossing)), UUID(str(seat))])
