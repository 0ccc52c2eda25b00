"""The ``@context`` of a JSON-LD file: what its short names stand for. Never fetched, only read.

JSON-LD processors fetch contexts from the network as a matter of course; a police system that does so tells
a stranger what it reads, and lets the stranger decide what it says. So names are expanded here, for the part
of JSON-LD 1.1 that CASE bundles use, and what cannot be read with certainty is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

from lmc_cases.exchange.bundle_errors import BundleError

KEYWORDS: Final = frozenset(
    [
        *("@base", "@container", "@context", "@direction", "@graph", "@id", "@import", "@included", "@index"),
        *("@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse"),
        *("@set", "@type", "@value", "@version", "@vocab"),
    ]
)
_READ_CONTAINERS: Final = frozenset({"@list", "@set", "@language", "@index"})
_READ_TERM_KEYS: Final = frozenset(
    {"@id", "@type", "@container", "@language", "@reverse", "@protected", "@prefix"}
)


@dataclass(frozen=True, slots=True)
class Term:
    """One name of a context: the IRI it stands for and how its values are to be read."""

    iri: str | None
    type: str = ""
    language: str = ""
    containers: frozenset[str] = frozenset()
    is_reverse: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """The names that hold at one place of a file."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    vocab: str = ""
    base: str = ""
    language: str = ""

    def extended(self, source: Any, *, where: str) -> Context:
        """Return this context with a local ``@context`` value laid over it.

        Raises:
            BundleError: REMOTE_CONTEXT for a URL, BAD_CONTEXT for what is broken or not read here.
        """
        context = self
        for part in source if isinstance(source, list) else [source]:
            if part is None:
                context = Context()
            elif isinstance(part, str):
                raise BundleError("REMOTE_CONTEXT", where)
            elif isinstance(part, dict):
                context = context._with(part, where=where)
            else:
                raise BundleError("BAD_CONTEXT", where)
        return context

    def _with(self, source: dict[str, Any], *, where: str) -> Context:
        if "@import" in source:
            raise BundleError("REMOTE_CONTEXT", where)
        for keyword in ("@vocab", "@base", "@language"):
            if not isinstance(source.get(keyword), str | None):
                raise BundleError("BAD_CONTEXT", f"{where}/{keyword}")
        terms = dict(self.terms)
        reader = _TermReader(source, terms, where)
        for name in source:
            if name not in KEYWORDS:
                reader.define(name)
        vocab = source.get("@vocab", self.vocab) or ""
        base = source.get("@base", self.base) or ""
        return Context(
            terms=terms,
            vocab=reader.iri(vocab) if vocab else "",
            base=urljoin(self.base, base) if base else "",
            language=(source.get("@language", self.language) or ""),
        )

    def key(self, name: str) -> str | None:
        """Return the keyword or IRI that a key stands for, or None when it stands for nothing."""
        if name in KEYWORDS:
            return name
        term = self.terms.get(name)
        if term is not None:
            return term.iri
        prefix, colon, rest = name.partition(":")
        if colon:
            known = self.terms.get(prefix)
            return f"{known.iri}{rest}" if known and known.iri and not rest.startswith("//") else name
        return self.vocab + name if self.vocab and not name.startswith("@") else None

    def type_iri(self, name: str) -> str:
        """Return the IRI of a value of ``@type``."""
        return self.key(name) or self.node_id(name)

    def node_id(self, name: str) -> str:
        """Return the IRI of a value of ``@id``; blank labels (``_:``) stay."""
        prefix, colon, rest = name.partition(":")
        if colon:
            known = self.terms.get(prefix)
            return f"{known.iri}{rest}" if known and known.iri and not rest.startswith("//") else name
        return urljoin(self.base, name) if self.base else name


class _TermReader:
    """Defines the terms of one context, each of which may use the others, in any order."""

    def __init__(self, source: dict[str, Any], terms: dict[str, Term], where: str) -> None:
        self.source = source
        self.terms = terms
        self.where = where
        self.defining: list[str] = []
        self.done: set[str] = set()

    def define(self, name: str) -> None:
        if name in self.done:
            return
        place = f"{self.where}/{name}"
        # A chain longer than this is a loop or an attack; real contexts need two steps.
        if name in self.defining or len(self.defining) > 10:
            raise BundleError("BAD_CONTEXT", place)
        self.defining.append(name)
        self.terms[name] = self._term(name, self.source[name], place)
        self.defining.pop()
        self.done.add(name)

    def _term(self, name: str, source: Any, place: str) -> Term:
        if source is None:
            return Term(iri=None)
        if isinstance(source, str):
            return Term(iri=self.iri(source))
        if not isinstance(source, dict) or set(source) - _READ_TERM_KEYS:
            raise BundleError("BAD_CONTEXT", place)
        containers = source.get("@container") or []
        containers = frozenset([containers] if isinstance(containers, str) else containers)
        target = source.get("@reverse") or source.get("@id", name)
        kind, language = source.get("@type") or "", source.get("@language") or ""
        if (
            containers - _READ_CONTAINERS
            or not isinstance(target, str | None)
            or not isinstance(kind, str)
            or not isinstance(language, str)
        ):
            raise BundleError("BAD_CONTEXT", place)
        return Term(
            iri=None if target is None else self.iri(target),
            type=self.iri(kind) if kind else "",
            language=language,
            containers=containers,
            is_reverse="@reverse" in source,
        )

    def iri(self, name: str) -> str:
        if name in KEYWORDS:
            return name
        prefix, colon, rest = name.partition(":")
        wanted = prefix if colon else name
        if wanted in self.source and wanted not in KEYWORDS and wanted not in self.defining:
            self.define(wanted)
        if colon and wanted in self.source and wanted in self.defining and not rest.startswith("//"):
            raise BundleError("BAD_CONTEXT", f"{self.where}/{wanted}")
        known = self.terms.get(wanted)
        if known is not None and known.iri and not rest.startswith("//"):
            return known.iri + rest
        vocab = self.source.get("@vocab")
        return vocab + name if not colon and isinstance(vocab, str) else name
