"""The search text of a case: written beside the change it follows, read through the access rule."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL

from lmc_cases.cases.models import Case, Level, SearchEntry
from lmc_cases.core.text import document_number_form, search_form

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

BIGRAM_MATCHES = "SELECT id FROM cases_searchentry WHERE bigrams(body) @> bigrams(%s)"
# More matches than this are never ranked: the officer is asked for a longer term.
MAX_MATCHES = 5000


def put_entry(*, case_id: int, kind: SearchEntry.Kind, object_uuid: UUID, level: Level, text: str) -> None:
    """Write or replace the search text of one object."""
    SearchEntry.objects.update_or_create(
        kind=kind,
        object_uuid=object_uuid,
        defaults={"case_id": case_id, "level": level, "body": search_form(text)},
    )


def drop_entry(*, kind: SearchEntry.Kind, object_uuid: UUID) -> None:
    """Remove the search text of an object that is gone."""
    SearchEntry.objects.filter(kind=kind, object_uuid=object_uuid).delete()


def blind_number(number: str) -> str:
    """Return the keyed hash under which a document number is found: hex, 64 characters.

    Digits of any script, spaces and separators do not matter.
    """
    key = settings.BLIND_INDEX_KEY.encode()
    return hmac.new(key, document_number_form(number).encode(), hashlib.sha256).hexdigest()


def matching_cases(user: User, term: str) -> models.QuerySet[Case]:
    """Return the visible cases in which the officer may find ``term``.

    Found by reference, titles and summaries in any language, names in any script and romanised (three
    characters by trigram, two by bigram index), and document numbers by their keyed hash, each only at the
    level that shows it.
    """
    wanted = search_form(term)
    if not wanted:
        return Case.objects.none()
    by_text = SearchEntry.objects.visible_to(user).filter(body__contains=wanted)
    if any(ord(character) > 127 for character in wanted) and len(wanted) > 1:
        # The trigram index cannot serve a two-character word; the bigram index can.
        by_text = by_text.filter(pk__in=RawSQL(BIGRAM_MATCHES, [wanted]))
    by_number = SearchEntry.objects.visible_to(user).filter(
        kind=SearchEntry.Kind.SUSPECT, body__contains=blind_mark(term)
    )
    found = set(by_text.values_list("case_id", flat=True)[:MAX_MATCHES])
    found.update(by_number.values_list("case_id", flat=True)[:MAX_MATCHES])
    return Case.objects.visible_to(user).filter(pk__in=found)


def blind_mark(number: str) -> str:
    """Return how a document number stands in a search text: ``#`` and 20 hex digits of its keyed hash."""
    return f"#{blind_number(number)[:20]}"


def put_suspect_entry(*, case_id: int, object_uuid: UUID, names: list[str], numbers: list[str]) -> None:
    """Write the search text of a person: names of every script, document numbers as marks only."""
    SearchEntry.objects.update_or_create(
        kind=SearchEntry.Kind.SUSPECT,
        object_uuid=object_uuid,
        defaults={"case_id": case_id, "level": Level.FULL, "body": suspect_body(names, numbers)},
    )


def suspect_body(names: list[str], numbers: list[str]) -> str:
    """Return the search text of a person, also used by the bulk import."""
    marks = [blind_mark(number) for number in numbers if document_number_form(number)]
    return " ".join([*(search_form(name) for name in names if name), *marks])
