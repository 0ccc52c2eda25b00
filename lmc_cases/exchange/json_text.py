"""JSON from a stranger: strict, bounded, and with the place of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from lmc_cases.exchange.bundle_errors import BundleError

# A number longer than this is kept as text: it would lose digits as a float and stop an integer parser.
_LONGEST_NUMBER: Final = 18
# PostgreSQL's jsonb takes neither U+0000 nor a lone surrogate.
_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class _DuplicateKeyError(Exception):
    pass


def parse_json(data: bytes, *, max_bytes: int, max_depth: int) -> Any:
    """Return the value of ``data``.

    Numbers of more than 18 signs come as strings, unchanged. ``U+0000`` and lone surrogates become U+FFFD.

    Raises:
        BundleError: TOO_LARGE, NOT_TEXT, NOT_JSON (also for NaN and Infinity), DUPLICATE_KEY or TOO_DEEP.
    """
    if len(data) > max_bytes:
        raise BundleError("TOO_LARGE")
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BundleError("NOT_TEXT", _place(line, error.start - data.rfind(b"\n", 0, error.start))) from None
    text = text.removeprefix("\ufeff")
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=lambda number: int(number) if len(number) <= _LONGEST_NUMBER else number,
            parse_float=lambda number: float(number) if len(number) <= _LONGEST_NUMBER else number,
            parse_constant=_refuse_constant,
        )
        return storable(value)
    except json.JSONDecodeError as error:
        raise BundleError("NOT_JSON", _place(error.lineno, error.colno)) from None
    except _DuplicateKeyError as error:
        raise BundleError("DUPLICATE_KEY", error.args[0]) from None


def _place(line: int, column: int) -> str:
    return f"line {line}, column {column}"


def _check_depth(text: str, max_depth: int) -> None:
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        sign = found.group()
        if sign in "[{":
            depth += 1
            if depth > max_depth:
                line = text.count("\n", 0, found.start()) + 1
                raise BundleError(
                    "TOO_DEEP", _place(line, found.start() - text.rfind("\n", 0, found.start()))
                )
        elif sign in "]}":
            depth -= 1


def _refuse_constant(name: str) -> None:
    raise BundleError("NOT_JSON", name)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in ((storable(name), value) for name, value in pairs):
        if key in result:
            holder = next((v for k, v in pairs if k == "@id" and isinstance(v, str)), "")
            raise _DuplicateKeyError(f'"{key}"' + (f" in {holder}" if holder else ""))
        result[key] = storable(value)
    return result


def storable(value: Any) -> Any:
    """Return ``value`` with the strings in it, up to lists of strings, fit for a jsonb column."""
    if isinstance(value, str):
        return _NOT_STORABLE.sub("\ufffd", value) if _NOT_STORABLE.search(value) else value
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
