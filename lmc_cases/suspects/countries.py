"""Countries by ISO 3166 alpha-2 code, named in the active language by CLDR."""

from __future__ import annotations

import functools

from lmc_cases.core.display import babel_locale
from lmc_cases.core.text import search_form

# Codes in CLDR's list that are no country's: unions, territories without a code of their own, pseudo regions.
_NO_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)


@functools.cache
def _named(locale_id: str) -> tuple[tuple[str, str], ...]:
    from babel import Locale

    territories = Locale.parse(locale_id).territories
    named = [
        (code, str(name))
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return tuple(sorted(named, key=lambda pair: search_form(pair[1])))


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) pairs, sorted by name, in the active language."""
    return list(_named(str(babel_locale())))


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in _named("en"))


def is_country(code: str) -> bool:
    """Whether the code is one of a country, in upper case."""
    return code in _codes()


def country_name(code: str) -> str:
    """Return a country's name in the active language; "" for none, the code where nobody knows it."""
    return dict(_named(str(babel_locale()))).get(code, code)
