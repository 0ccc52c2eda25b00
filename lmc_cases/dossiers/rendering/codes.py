"""QR codes on paper: drawn as one path, so that equal text gives equal bytes."""

from __future__ import annotations

from uuid import UUID

import qrcode
from django.conf import settings
from django.urls import reverse


def qr_path(text: str) -> dict[str, object]:
    """Return a QR code as one SVG path: ``d``, and ``size`` in modules with the quiet zone."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    parts = [
        f"M{column} {line}h1v1h-1z"
        for line, row in enumerate(rows)
        for column, is_dark in enumerate(row)
        if is_dark
    ]
    return {"d": "".join(parts), "size": len(rows)}


def person_address(person_id: str, version: int) -> str:
    """Return the address that a person's code in a dossier names: an id and a version, nothing else.

    Args:
        person_id: public id of the person within the request; the same in every version.
    """
    return settings.BASE_URL + reverse("dossiers:person", args=[UUID(person_id), version])
