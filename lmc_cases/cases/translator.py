"""The machine that drafts translations, behind a small protocol: a LibreTranslate server, or a class of one's own.

Nothing here asks who may send what: ``services.casework.machine`` does, and it is the only caller.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.module_loading import import_string

CONNECT_SECONDS: Final = 5.0
PIECE: Final = 16 * 1024
# An answer escapes each character in six bytes, and a translation is a few times as long as its original.
BYTES_PER_CHARACTER: Final = 24
LEAST_BYTES: Final = 64 * 1024


class TranslatorTrouble(Exception):
    """There is no translation. ``code`` says why; the answer itself is never kept, it may hold what was sent."""

    AWAY: Final = "translator-away"
    TOO_SLOW: Final = "translator-too-slow"
    REFUSED: Final = "translator-refused"
    LANGUAGE: Final = "translator-language"
    BUSY: Final = "translator-busy"
    FAILED: Final = "translator-failed"
    UNREADABLE: Final = "translator-unreadable"
    TOO_LONG: Final = "translator-too-long"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Translator(Protocol):
    """What the product asks of a machine."""

    @property
    def host(self) -> str:
        """Where the words go: a host name, for the record and for the officer who decides."""

    @property
    def engine(self) -> str:
        """What its drafts are marked with."""

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Return the text in another language.

        Args:
            source, target: codes of ``settings.LANGUAGES``.

        Raises:
            TranslatorTrouble: there is none, and why.
        """


def translator() -> Translator | None:
    """Return the machine of the settings; ``None`` where none is set, and nothing is ever sent."""
    if not settings.TRANSLATOR_URL:
        return None
    made: Translator = import_string(settings.TRANSLATOR)()
    return made


class LibreTranslate:
    """Speaks ``POST /translate`` of LibreTranslate. One try: who asks again decides again."""

    def __init__(self) -> None:
        self._url: str = settings.TRANSLATOR_URL

    @property
    def host(self) -> str:
        """Host and port of the setting."""
        return urlsplit(self._url).netloc.rpartition("@")[2]

    @property
    def engine(self) -> str:
        """The API and where it was."""
        return f"LibreTranslate ({self.host})"

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Return the text in another language, as the server has it."""
        asked = {"q": text, "source": _code(source), "target": _code(target), "format": "text"}
        if settings.TRANSLATOR_KEY:
            asked["api_key"] = settings.TRANSLATOR_KEY
        ends = time.monotonic() + settings.TRANSLATOR_SECONDS
        most = LEAST_BYTES + BYTES_PER_CHARACTER * len(text)
        try:
            # Neither a proxy nor a password of the surroundings, and no way to another host than the one of the record.
            with requests.Session() as session:
                session.trust_env = False
                with session.post(
                    f"{self._url}/translate",
                    json=asked,
                    timeout=(CONNECT_SECONDS, settings.TRANSLATOR_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    _check(answer)
                    return _text_of(_body(answer, most, ends))
        except requests.Timeout:
            raise TranslatorTrouble(TranslatorTrouble.TOO_SLOW) from None
        except requests.RequestException:
            raise TranslatorTrouble(TranslatorTrouble.AWAY) from None


def _code(language: str) -> str:
    return settings.TRANSLATOR_LANGUAGES.get(language, language)


def _check(answer: requests.Response) -> None:
    if answer.status_code == 200:
        return
    known = {
        400: TranslatorTrouble.LANGUAGE,
        401: TranslatorTrouble.REFUSED,
        403: TranslatorTrouble.REFUSED,
        413: TranslatorTrouble.TOO_LONG,
        429: TranslatorTrouble.BUSY,
    }
    usual = TranslatorTrouble.FAILED if answer.status_code >= 500 else TranslatorTrouble.UNREADABLE
    raise TranslatorTrouble(known.get(answer.status_code, usual))


def _body(answer: requests.Response, most: int, ends: float) -> bytes:
    """Read an answer piece by piece: neither its length nor its pace is the server's to choose."""
    body = bytearray()
    for piece in answer.iter_content(PIECE):
        body += piece
        if len(body) > most:
            raise TranslatorTrouble(TranslatorTrouble.UNREADABLE)
        if time.monotonic() > ends:
            raise TranslatorTrouble(TranslatorTrouble.TOO_SLOW)
    return bytes(body)


def _text_of(body: bytes) -> str:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise TranslatorTrouble(TranslatorTrouble.UNREADABLE) from None
    text = answer.get("translatedText") if isinstance(answer, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise TranslatorTrouble(TranslatorTrouble.UNREADABLE)
    return text
