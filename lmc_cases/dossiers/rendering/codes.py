"""QR codes on paper: drawn as one path, so that equal text gives equal bytes."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

import qrcode
from django.conf import settings
from django.urls import reverse


def qr_path(text: str) -> dict[str, object]:
    """Return a QR code as one SVG path: ``d``, and ``size`` in modules with the quiet zone.

    The path is to be stroked one module wide: a line for each row of dark modules that touch, since a square for each
    module cost a tenth of the whole drawing.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    parts = []
    for line, row in enumerate(rows):
        column = 0
        for is_dark, run in groupby(row):
            length = sum(1 for _module in run)
            if is_dark:
                parts.append(f"M{column} {line}.5h{length}")
            column += length
    return {"d": "".join(parts), "size": len(rows)}


def person_address(person_id: str, version: int) -> str:
    """Return the address that a person's code in a dossier names: an id and a version, nothing else.

    Args:
        person_id: public id of the person within the request; the same in every version.
    """
    return settings.BASE_URL + reverse("dossiers:person", args=[UUID(person_id), version])
