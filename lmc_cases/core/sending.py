"""How a file leaves: the one place that builds such an answer.

Nothing that somebody handed in is ever shown as a page of ours. It goes out as an attachment, its type is not
guessed, it is kept in no cache, no other site may embed it, and a browser that opens it all the same runs
nothing in it. A photograph, drawn anew by us, is sent no differently: a page shows it as a picture, its own
address only saves it.
"""

from __future__ import annotations

import io
from typing import Any, Final

from django.conf import settings
from django.http import FileResponse

UNKNOWN: Final = "application/octet-stream"


def send_file(content: Any, *, name: str, media_type: str = UNKNOWN) -> FileResponse:
    """Return a file to be saved under ``name``.

    Args:
        content: an open binary file, closed when it is sent, or the bytes themselves.
        name: any text; it is encoded as RFC 6266 says.
        media_type: only of what this product made itself; what was uploaded stays ``UNKNOWN``.
    """
    opened = io.BytesIO(content) if isinstance(content, bytes) else content
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=media_type)
    response.headers["Content-Security-Policy"] = settings.FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
