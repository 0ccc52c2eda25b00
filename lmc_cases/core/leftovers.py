"""Files that belong to nothing: what an upload left when its request broke off or was rolled back.

A file is written before its row commits, so a crash leaves a file without a row and never a row without its
file. Such a file holds names and numbers, and is taken away once it is older than any request could still be
running. Each app says which of its folders may be swept, and by which function of the database: the function is
given names and returns those that no record holds, over all countries, so that the sweeping role needs to see
no record.

Exhibits are not swept by the clock: ``manage.py sweep_files`` lists them for a person to decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.core.files.storage import Storage, default_storage
from django.db import connection
from django.utils import timezone

# No request and no job lives as long as this.
LEAST_AGE: Final = dt.timedelta(hours=1)
USUAL_AGE: Final = dt.timedelta(hours=24)
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Shelf:
    """A folder of the storage, and the function that knows which of its files no record holds.

    Attributes:
        unknown_by: name of a SQL function ``(text[]) RETURNS SETOF text``.
        is_deep: its files lie in folders of their own; else a folder in it is nobody's concern.
    """

    folder: str
    unknown_by: str
    is_deep: bool = False


@dataclass(frozen=True)
class Leftover:
    """A file without a record: its name in the storage, and when it was written."""

    name: str
    written_at: dt.datetime


_shelves: dict[str, Shelf] = {}


def add_shelf(shelf: Shelf) -> None:
    """Have a folder swept."""
    _shelves[shelf.folder] = shelf


def leftovers(*, older_than: dt.timedelta = USUAL_AGE, storage: Storage | None = None) -> list[Leftover]:
    """Return the files that no record holds and that no upload still running can have written."""
    place = storage or default_storage
    limit = timezone.now() - max(older_than, LEAST_AGE)
    found: list[Leftover] = []
    for shelf in _shelves.values():
        old = ((name, at) for name, at in _files(place, shelf.folder, deep=shelf.is_deep) if at < limit)
        # Some are listed first and the records asked afterwards: a file that got its record meanwhile is known.
        while some := dict(islice(old, _AT_ONCE)):
            found += [Leftover(name, some[name]) for name in _unknown(shelf, sorted(some))]
    return found


def sweep(*, older_than: dt.timedelta = USUAL_AGE, storage: Storage | None = None) -> int:
    """Delete them; return how many."""
    place = storage or default_storage
    found = leftovers(older_than=older_than, storage=place)
    for leftover in found:
        place.delete(leftover.name)
    return len(found)


def _files(place: Storage, folder: str, *, deep: bool) -> Iterator[tuple[str, dt.datetime]]:
    """Walk a folder, one file at a time: dossiers have a folder each, and there may be many thousands."""
    try:
        folders, names = place.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        try:
            yield f"{folder}/{name}", place.get_modified_time(f"{folder}/{name}")
        except FileNotFoundError:  # taken away by its own service meanwhile
            continue
    if deep:
        for inner in sorted(folders):
            yield from _files(place, f"{folder}/{inner}", deep=True)


def _unknown(shelf: Shelf, names: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        # The name is an app's own, never a caller's.
        cursor.execute(f"SELECT {shelf.unknown_by}(%s)", [names])
        return [name for (name,) in cursor.fetchall()]
