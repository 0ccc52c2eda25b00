"""What kind of file it says it is, and looks like. A word for the reader only: nothing here opens a file.

Any type may be evidence. A type is named when the ending of the name and the first bytes agree; everything else
is ``application/octet-stream``. On download every file is sent as that, whatever is written here.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

UNKNOWN: Final = "application/octet-stream"
HEAD_BYTES: Final = 512
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

# Ending of the name to media type and the beginnings that belong to it; a text has none and must be UTF-8.
KNOWN: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".zip": ("application/zip", (b"PK\x03\x04", b"PK\x05\x06")),
    ".7z": ("application/x-7z-compressed", (b"7z\xbc\xaf\x27\x1c",)),
    ".gz": ("application/gzip", (b"\x1f\x8b",)),
    ".docx": (f"{_OFFICE}.wordprocessingml.document", (b"PK\x03\x04",)),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", (b"PK\x03\x04",)),
    ".sqlite": ("application/vnd.sqlite3", (b"SQLite format 3\x00",)),
    ".db": ("application/vnd.sqlite3", (b"SQLite format 3\x00",)),
    ".e01": ("application/x-ewf", (b"EVF\x09\x0d\x0a\xff\x00",)),
    ".mp3": ("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    ".ogg": ("audio/ogg", (b"OggS",)),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
    ".json": ("application/json", ()),
    ".jsonld": ("application/ld+json", ()),
}


def media_type_of(name: str, head: bytes) -> str:
    """Return the media type on which name and first bytes agree.

    Args:
        name: the file name as kept.
        head: the first ``HEAD_BYTES`` bytes, or fewer.
    """
    known = KNOWN.get(PurePath(name).suffix.lower())
    if known is None:
        return UNKNOWN
    media_type, beginnings = known
    agrees = head.startswith(beginnings) if beginnings else _is_text(head)
    return media_type if agrees else UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        # The last character may be cut: up to three bytes of it.
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and error.reason == "unexpected end of data"
    return True
