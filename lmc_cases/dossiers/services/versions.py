"""Versions of printed documents: asked for in languages, found again, tried again, listed. One way for every kind.

What is composed now is compared with the newest version: the same facts give the same document, in other languages
under the same checksum. The rule, the lock and the transaction are the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar
from uuid import UUID

from lmc_cases.dossiers.facts import substance
from lmc_cases.dossiers.printed_models import VersionedDocument
from lmc_cases.dossiers.services.printing import queue, try_again

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lmc_cases.accounts.models import User

D = TypeVar("D", bound=VersionedDocument)
# A longer list of printed documents shows the newest.
MOST_SHOWN = 100


class Composed(Protocol):
    """Facts of one file of a version."""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the canonical bytes."""

    def canonical_bytes(self) -> bytes:
        """The one byte string of these facts."""


@dataclass(frozen=True)
class Edition(Generic[D]):
    """How one kind of document is kept in versions.

    Attributes:
        model: its manager has ``visible_to``.
        requested, retried: verbs of the audit.
        one_file: the columns that name one file of a version in whichever language.
        alike: further columns that are the same in every language, beside the facts and their checksum.
        codes: what the record says of a row beside languages, version and checksum.
        opened: returns the facts of a row in the clear.
    """

    model: type[D]
    requested: str
    retried: str
    one_file: tuple[str, ...]
    alike: tuple[str, ...]
    codes: Callable[[D], dict[str, Any]] = lambda _document: {}
    opened: Callable[[D], dict[str, Any]] = lambda document: document.facts

    @property
    def rows(self) -> Any:
        """The manager of the model."""
        return self.model._default_manager

    def parts_of(self, rows: QuerySet[D]) -> list[D]:
        """Return the files of a version by their order, each in whichever language it was printed first."""
        found: dict[tuple[Any, ...], D] = {}
        for row in rows.order_by("pk"):
            found.setdefault(self._file(row), row)
        return [found[key] for key in sorted(found)]

    def says(self, version: Iterable[D], composed: Sequence[Composed]) -> bool:
        """Whether a version says what is composed now; there is none where it is empty."""
        held = [substance(self.opened(row)) for row in version]
        return held == [substance(json.loads(facts.canonical_bytes())) for facts in composed]

    def in_languages(
        self, printed: D, *, actor: User, language: str, beside: str, **own: Any
    ) -> tuple[D, bool]:
        """Return a file of a version in a language or two, and whether it is new: one there is, is tried again.

        Args:
            own: further columns of a new one.
        """
        same = {name: getattr(printed, name) for name in self.one_file}
        row: D | None = self.rows.filter(**same, language=language, beside=beside).first()
        if row is not None:
            return self.again(row, actor), False
        same |= {name: getattr(printed, name) for name in (*self.alike, "facts", "facts_sha256")}
        row = self.model(**{**same, **own}, language=language, beside=beside)
        self.owe(row, actor)
        return row, True

    def owe(self, document: D, actor: User) -> None:
        """Owe a new row, in the caller's transaction."""
        document.requested_by = actor
        queue(document, actor, self.requested, self._codes(document))

    def again(self, document: D, actor: User) -> D:
        """Owe a row that failed again, with the facts it was asked for."""
        try_again(document, actor, self.retried, self._codes(document))
        return document

    def locked(self, actor: User, document_id: UUID, *related: str) -> D:
        """Return a row that the officer may see, locked.

        Raises:
            DoesNotExist: of the model; foreign and missing alike.
        """
        rows = self.rows.visible_to(actor).select_for_update(of=("self",))
        row: D = rows.select_related(*related).get(uuid=document_id)
        return row

    def listed(self, rows: QuerySet[D], *related: str) -> list[D]:
        """Return the last requested first, without what only the worker reads."""
        shown = rows.select_related("requested_by", *related).defer("facts", "engine")
        return list(shown.order_by("-pk")[:MOST_SHOWN])

    def _file(self, row: D) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.one_file)

    def _codes(self, row: D) -> dict[str, Any]:
        said = {"language": row.languages_code, "version": row.number, "facts": row.facts_sha256}
        return said | self.codes(row)
