"""Keyed marks: a document's number is found by the mark of its one spelling, under the owning country's index key.

A mark says nothing without that key. The same number has another mark in each country, so that nobody can join the
records of two countries by their marks.
"""

from __future__ import annotations

import logging
from typing import Final

from lmc_cases.core.text import document_number_form
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys import crypto
from lmc_cases.keys.models import CountryKey
from lmc_cases.keys.providers import KeyUnavailable, provider
from lmc_cases.keys.sealing import active_key

logger = logging.getLogger(__name__)
_NUMBERS: Final = "document numbers"
_PEOPLE: Final = "fingerprint of a person"


class Marker:
    """Makes the marks of one country's records; for lists, where the key is derived once."""

    def __init__(self, country: str) -> None:
        index = provider().index_key(country)
        self._numbers = crypto.derived(index, _NUMBERS)
        self.people_key = crypto.derived(index, _PEOPLE)

    def number(self, number: str) -> bytes:
        """Return the mark of a document's number: 32 bytes. Digits of any script and separators do not matter."""
        return crypto.mark(self._numbers, document_number_form(number))


def marker_of(country: Jurisdiction) -> Marker:
    """Return the marker of a country, its keys made where this is their first use.

    Raises:
        KeyUnavailable: the country has no key here.
    """
    active_key(country)
    return Marker(country.code)


def marks_everywhere(number: str) -> list[bytes]:
    """Return the marks of a number in every country that has keys here: what a search asks for."""
    codes = CountryKey.objects.filter(state=CountryKey.State.ACTIVE).order_by("country__code")
    found = []
    for code in codes.values_list("country__code", flat=True):
        try:
            found.append(Marker(code).number(number))
        except KeyUnavailable as error:
            # The other countries' records are still found.
            logger.error("no index key: %s", error.what)
    return found
