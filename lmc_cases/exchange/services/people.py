"""Persons of a list or a bundle against the persons a case holds: who may be there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lmc_cases.cases.models import NumberMark
from lmc_cases.core.text import document_number_form
from lmc_cases.exchange.sheet_people import PersonRow, row_fingerprint
from lmc_cases.keys.marks import marker_of
from lmc_cases.suspects.ages import partial_date_of
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.papers import opened

if TYPE_CHECKING:
    from lmc_cases.cases.models import Case

Why = Literal["IN_CASE", "DOCUMENT_IN_CASE", "IN_LIST", "DOCUMENT_IN_LIST"]


@dataclass(frozen=True, slots=True)
class Alike:
    """Who a row looks like: ``number`` is a person's number in the case, or a row of the same list."""

    why: Why
    number: int


class KnownPeople:
    """Whom the case holds, and whom the list has named so far.

    It only proposes: two people of whom a list says the same look alike too. Keys are 16 bytes each, so that a
    list of 50,000 people takes a few megabytes.
    """

    def __init__(self, case: Case) -> None:
        self._in_case: dict[bytes, int] = {}
        self._documents_in_case: dict[bytes, int] = {}
        self._in_list: dict[bytes, int] = {}
        self._documents_in_list: dict[bytes, int] = {}
        self.marker = marker_of(case.owner)
        imported = Suspect.objects.filter(case=case).exclude(import_fingerprint="")
        for fingerprint, number in imported.values_list("import_fingerprint", "number").iterator():
            self._in_case.setdefault(_short(fingerprint), number)
        numbers = dict(Suspect.objects.filter(case=case).values_list("uuid", "number").iterator())
        marks = NumberMark.objects.filter(case=case).order_by("pk")
        for person, mark in marks.values_list("object_uuid", "mark").iterator():
            if person in numbers:
                self._documents_in_case.setdefault(bytes(mark)[:16], numbers[person])
        by_hand = Suspect.objects.filter(case=case, import_fingerprint="", erased_at__isnull=True)
        for suspect in by_hand.prefetch_related("documents").iterator(chunk_size=500):
            papers = [document.number for document in opened(suspect.documents.all())]
            for paper in [*papers, ""]:
                printed = fingerprint_of(as_row(suspect, paper), self.marker.people_key)
                self._in_case.setdefault(_short(printed), suspect.number)

    def find(self, fingerprint: str, numbers: Iterable[str], row: int) -> Alike | None:
        """Say whom a row looks like, and remember the row."""
        key = _short(fingerprint)
        documents = [self.marker.number(number)[:16] for number in numbers if document_number_form(number)]
        found: Alike | None = None
        if key in self._in_case:
            found = Alike("IN_CASE", self._in_case[key])
        elif key in self._in_list:
            found = Alike("IN_LIST", self._in_list[key])
        for document in documents:
            if found is None and document in self._documents_in_case:
                found = Alike("DOCUMENT_IN_CASE", self._documents_in_case[document])
            if found is None and document in self._documents_in_list:
                found = Alike("DOCUMENT_IN_LIST", self._documents_in_list[document])
            self._documents_in_list.setdefault(document, row)
        self._in_list.setdefault(key, row)
        return found


def fingerprint_of(row: PersonRow, key: bytes) -> str:
    """Return the fingerprint under which an imported person is known again.

    Args:
        key: ``Marker.people_key`` of the case's country: without it nobody finds out whose it is by trying names.
    """
    return row_fingerprint(row, key=key)


def as_row(suspect: Suspect, document_number: str = "") -> PersonRow:
    """Return a person of the case as a list would name it."""
    return PersonRow(
        name_original=suspect.name_original,
        name_romanised=suspect.name_romanised,
        sex="" if suspect.sex == Suspect.Sex.UNKNOWN else suspect.sex,
        birth_date_written=suspect.birth_date_text,
        birth_date=partial_date_of(suspect),
        nationality=suspect.nationality,
        document_number=document_number,
    )


def _short(digest: str) -> bytes:
    return bytes.fromhex(digest[:32])
