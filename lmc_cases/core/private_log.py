"""What a log line may hold: codes, ids, addresses of pages; never a secret, a name, a number, anybody's words.

Two rules hold it, whoever writes the line:

- an exception is logged by its type and the places it passed, never by its message: a database error quotes the row, a
  parser what it read. PostgreSQL's error code and the constraint's name stay, they are ours;
- in any text, what looks like a key, a mail address or the query of an address is masked. Ids of records and requests
  (UUIDs) are no keys and stay.

Free of Django, so that gunicorn's own process and the launcher can use it too.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType
from typing import Any, Final

MASK: Final = "***"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# In this order: an address's query goes whole, before its parts are looked at.
_QUERY: Final = re.compile(r"(?<=[\w/])\?[^\s\"'<>]*=[^\s\"'<>]*")
_MAIL: Final = re.compile(r"[^\s\"'<>(),;:/=\[\]]+@[^\s\"'<>(),;:/=\[\]]+")
_SECRET_IN_URL: Final = re.compile(r"(?<=://)[^\s/@]*@")
_AUTHORIZATION: Final = re.compile(r"\b(token|bearer|basic)(\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\b(password|passwd|secret|token|api[_-]?key|csrfmiddlewaretoken|sessionid|authorization)"
    r"(['\"]?\s*[=:]\s*)(['\"]?)[^\s'\",;&]+",
    re.IGNORECASE,
)
# Long runs of letters and digits are keys, unless they are an id or the 32 digits of a request.
_OPAQUE: Final = re.compile(
    rf"(?<![\w.-])(?!{_UUID}(?![\w-]))(?![0-9a-f]{{32}}(?![\w-]))[\w-]{{20,}}(?![\w.(-])"
)
_CELERY_TRACE: Final = "celery.app.trace"


def masked(text: str) -> str:
    """Return the text without what could open something or names a person's mailbox."""
    text = _SECRET_IN_URL.sub(f"{MASK}@", text)
    text = _QUERY.sub(f"?{MASK}", text)
    text = _MAIL.sub(lambda found: found[0] if found[0].startswith(f"{MASK}@") else MASK, text)
    text = _AUTHORIZATION.sub(rf"\1\2{MASK}", text)
    text = _NAMED.sub(rf"\1\2\3{MASK}", text)
    return _OPAQUE.sub(_opaque, text)


def _opaque(found: re.Match[str]) -> str:
    word = found[0]
    # A word of our own (a task, a view, a constraint) has no digit, or is written with single underscores.
    mixed = any(sign.isdigit() for sign in word) or (word.lower() != word and word.upper() != word)
    return MASK if mixed else word


def exception_name(error: BaseException) -> str:
    """Return the type of an exception; of a database error also its code and the constraint, never its text."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    source: Any = error if hasattr(error, "sqlstate") else error.__cause__
    code = getattr(source, "sqlstate", None)
    if code:
        constraint = getattr(getattr(source, "diag", None), "constraint_name", None)
        name += f" [{code}{f' {constraint}' if constraint else ''}]"
    return name


def exception_lines(error: BaseException | None) -> list[str]:
    """Return types and places of an exception and of those behind it, the first cause first."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        places = traceback.extract_tb(error.__traceback__)
        block = [f"{exception_name(error)} at"]
        block += [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
        lines = block + lines
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


class PrivateFormatter(logging.Formatter):
    """Formats every line of the product's processes; see the module."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, masked. The record itself is left alone: other handlers may read it."""
        copy = logging.makeLogRecord(record.__dict__)
        copy.exc_text = None
        copy.msg, copy.args = masked(_message(copy)), None
        return super().format(copy)

    def formatException(  # noqa: N802 - the standard library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return types and places, no message and no source line's values."""
        return "\n".join(exception_lines(ei[1]))


def _message(record: logging.LogRecord) -> str:
    # Celery writes the exception itself, and its traceback, into the message.
    if record.name == _CELERY_TRACE and isinstance(record.args, dict):
        error = record.exc_info[1] if record.exc_info else None
        told = exception_name(error) if error is not None else MASK
        record.args = {
            **record.args,
            "exc": told,
            "traceback": "",
            "return_value": MASK,
            "args": MASK,
            "kwargs": MASK,
        }
    else:
        record.args = _named(record.args)
    # One event, one line: a line break in a value must not look like another event.
    return record.getMessage().replace("\r", "\\r").replace("\n", "\\n")


def _named(args: Any) -> Any:
    """Exceptions among the arguments stand for their type alone."""
    if isinstance(args, tuple):
        return tuple(exception_name(value) if isinstance(value, BaseException) else value for value in args)
    return args


def keep_private(*names: str, line: str) -> None:
    """Give the handlers of these loggers the private formatter: for programs that set up logs of their own."""
    for name in names:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(PrivateFormatter(line))
