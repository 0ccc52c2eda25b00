"""How a file leaves: the one place that builds such an answer.

Nothing that somebody handed in is ever shown as a page of ours. It goes out as an attachment, its type is not
guessed, it is kept in no cache, no other site may embed it, and a browser that opens it all the same runs
nothing in it. A photograph, drawn anew by us, is sent no differently: a page shows it as a picture, its own
address only saves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, overload

from django.conf import settings
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

UNKNOWN: Final = "application/octet-stream"


@overload
def send_file(content: bytes, *, name: str, media_type: str = UNKNOWN) -> HttpResponse: ...


@overload
def send_file(content: Any, *, name: str, media_type: str = UNKNOWN) -> FileResponse: ...


def send_file(content: Any, *, name: str, media_type: str = UNKNOWN) -> HttpResponse | FileResponse:
    """Return a file to be saved under ``name``.

    Args:
        content: an open binary file, streamed and closed when it is sent, or the bytes themselves.
        name: any text; it is encoded as RFC 6266 says.
        media_type: only of what this product made itself; what was uploaded stays ``UNKNOWN``.
    """
    response: HttpResponse | FileResponse
    if isinstance(content, bytes):
        response = HttpResponse(content, content_type=media_type)
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    else:
        response = FileResponse(content, as_attachment=True, filename=name, content_type=media_type)
    _guard(response)
    return response


def send_pieces(pieces: Iterator[bytes], *, name: str, media_type: str) -> StreamingHttpResponse:
    """Return a file that is made while it is sent: how long it will be is not known yet."""
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    _guard(response)
    return response


def _guard(response: HttpResponseBase) -> None:
    response.headers["Content-Security-Policy"] = settings.FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
