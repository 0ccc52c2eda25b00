"""Why a bundle cannot be read, and where in the file the reason stands."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

_MESSAGES: Final[dict[str, str]] = {
    "TOO_LARGE": gettext_noop("The file is too large."),
    "NOT_TEXT": gettext_noop("The file is not text in UTF-8. Export the bundle again as JSON-LD."),
    "NOT_JSON": gettext_noop("The file is not valid JSON. Export the bundle again as JSON-LD."),
    "DUPLICATE_KEY": gettext_noop("The same key stands twice in one object, so one value would be lost."),
    "TOO_DEEP": gettext_noop("The objects in the file are nested too deeply."),
    "TOO_MANY_NODES": gettext_noop("The bundle holds too many objects. Split it into smaller bundles."),
    "REMOTE_CONTEXT": gettext_noop(
        "The bundle refers to a context on the network, which is never fetched. Export it with its context."
    ),
    "BAD_CONTEXT": gettext_noop("The context of the bundle cannot be read."),
    "BAD_NODE": gettext_noop("An object of the bundle breaks the rules of JSON-LD."),
    "NO_CASE_CONTENT": gettext_noop("The file holds nothing in the CASE or UCO vocabulary."),
}


class BundleError(Exception):
    """A bundle is broken; nothing of it may be used.

    Attributes:
        code: stable, upper case, for tests and the API.
        where: ``line 3, column 14`` for JSON, a JSON pointer or an ``@id`` for the graph, or ``""``.
    """

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the active language; without the place."""
        return gettext(_MESSAGES[self.code])

    def __str__(self) -> str:
        return f"{self.message} ({self.where})" if self.where else self.message
