"""How a dossier fails: what the engine only logs, and what looks right but is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from lmc_cases.core.errors import DomainError

_MESSAGES = {
    "missing-glyph": _("The dossier holds a character that its fonts cannot print."),
    "photo-unusable": _("A photograph cannot be printed. Upload it again."),
    "fonts-missing": _("The fonts of the dossier are not installed."),
}


class RenderingFailed(DomainError):
    """The dossier could not be drawn faithfully.

    Attributes:
        code: ``missing-glyph``, ``photo-unusable``, ``fonts-missing``, ``system-font``, ``dropped-image`` or
            ``engine-warning``.
        detail: for the log: code points, font names, the engine's own words; never a name or free text.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(str(_MESSAGES.get(code, _("The dossier could not be printed without faults."))))
        self.code = code
        self.detail = detail


@contextmanager
def no_warnings() -> Iterator[None]:
    """Turn what the engine only logs, and what it refuses to fetch, into a failed dossier."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, handler = logging.getLogger("weasyprint"), Keep(logging.WARNING)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    try:
        yield
    except Exception as error:
        raise RenderingFailed("engine-warning", type(error).__name__) from error
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    if lines:
        code = "missing-glyph" if any(".notdef" in line for line in lines) else "engine-warning"
        raise RenderingFailed(code, " | ".join(lines)[:500])
