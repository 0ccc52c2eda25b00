"""The sealed numbers of identity documents: opened for a list at once, sealed and marked as they are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from lmc_cases.cases.services.search import put_marks
from lmc_cases.keys.marks import marker_of
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import key_to_seal, keys_of
from lmc_cases.suspects.models import IdentityDocument, Suspect


def opened(documents: Iterable[IdentityDocument]) -> list[IdentityDocument]:
    """Return documents, already read through the rule, with their numbers open: two statements for any number.

    Raises:
        KeyUnavailable: a key is not here.
    """
    rows = list(documents)
    absent = {row.suspect_id for row in rows if not IdentityDocument.suspect.is_cached(row)}
    holders = dict(Suspect.objects.filter(pk__in=absent).values_list("pk", "uuid")) if absent else {}
    holder_of = {row.pk: holders.get(row.suspect_id) or row.suspect.uuid for row in rows}
    keys = keys_of(holder_of.values())
    for row in rows:
        key = keys.get(holder_of[row.pk])
        if key is None:
            raise KeyUnavailable(f"no key of person {holder_of[row.pk]}")
        row.number = key.open(row.number_sealed, row.sealed_at)
    return rows


def open_papers(people: Iterable[Suspect]) -> None:
    """Open the prefetched documents of people who are about to be shown.

    Where a key is not available the page shows everything but the numbers, and says so.
    """
    with contextlib.suppress(KeyUnavailable):
        opened(document for person in people for document in person.documents.all())


def seal_number(document: IdentityDocument, number: str, suspect: Suspect) -> None:
    """Put a number into a document that is about to be saved, sealed with the person's key."""
    key = key_to_seal(RecordKey.Kind.PERSON, suspect.uuid, suspect.case.owner)
    document.number_sealed = key.seal(number, document.sealed_at)
    document.number = number


def put_person_marks(suspect: Suspect) -> None:
    """Write the marks under which the person's case is found by the numbers that stand now."""
    documents = list(IdentityDocument.objects.filter(suspect=suspect).order_by("pk"))
    for document in documents:
        document.suspect = suspect
    if not documents:
        put_marks(case_id=suspect.case_id, object_uuid=suspect.uuid, marks=[])
        return
    marker = marker_of(suspect.case.owner)
    marks = [marker.number(document.number) for document in opened(documents)]
    put_marks(case_id=suspect.case_id, object_uuid=suspect.uuid, marks=marks)
