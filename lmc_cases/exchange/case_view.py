"""Reading a graph while keeping count: what was read, what points nowhere, what needs an eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TypedDict

from lmc_cases.core.text import clean_text
from lmc_cases.exchange.case_graph import Graph, Literal, Node, Ref, Value
from lmc_cases.exchange.case_records import Moment, Problem, Unknown

_REMARKS: Final = ("rdfs:comment", "uco-core:tag")
# Types that only say what kind of thing a part is; a node with no other type is read by nobody.
_LONGEST_TEXT: Final = 20_000


class Basics(TypedDict):
    """The arguments that all records share."""

    id: str
    types: tuple[str, ...]
    path: str
    name: str
    description: str
    remarks: tuple[str, ...]
    raw: tuple[dict[str, Any], ...]


class View:
    """A graph with marks. Every property that is asked for counts as read; the rest is reported."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.problems: list[Problem] = []
        self._read: dict[str, set[str]] = {}
        self._missing: set[str] = set()

    def claim(self, node: Node) -> set[str]:
        """Say that the node is understood, and return the marks on its properties."""
        return self._read.setdefault(node.id, set())

    def basics(self, node: Node) -> Basics:
        """Return the shared arguments of a record and claim its node."""
        self.claim(node)
        return {
            "id": node.id,
            "types": tuple(node.types),
            "path": node.path,
            "name": self.text(node, "uco-core:name"),
            "description": "\n".join(self.texts(node, "uco-core:description", multiline=True)),
            "remarks": tuple(t for name in _REMARKS for t in self.texts(node, name, multiline=True)),
            "raw": tuple(node.raw),
        }

    def values(self, node: Node, name: str) -> list[Value]:
        """Return the values of a property."""
        self.claim(node).add(name)
        return node.properties.get(name, [])

    def literals(self, node: Node, name: str) -> Iterator[Literal]:
        """Yield the plain values of a property."""
        for value in self.values(node, name):
            if isinstance(value, Literal):
                yield value
            else:
                self.claim(node).discard(name)

    def texts(self, node: Node, name: str, *, multiline: bool = False) -> tuple[str, ...]:
        """Return the plain values as cleaned, non-empty texts."""
        found = (clean_text(_written(v.value), multiline=multiline) for v in self.literals(node, name))
        return tuple(text[:_LONGEST_TEXT] for text in found if text)

    def text(self, node: Node, name: str) -> str:
        """Return the first plain value as text, or ""; further values count as not read."""
        texts = self.texts(node, name)
        if len(texts) > 1:
            self.claim(node).discard(name)
        return texts[0] if texts else ""

    def refs(self, node: Node, name: str) -> tuple[str, ...]:
        """Return the ids a property points to; one that is not in the file is reported once."""
        ids = []
        for value in self.values(node, name):
            if isinstance(value, Ref):
                ids.append(value.id)
                if value.id not in self.graph and value.id not in self._missing:
                    self._missing.add(value.id)
                    self.problem(node, "REFERENCE_MISSING", value.id)
            else:
                self.claim(node).discard(name)
        return tuple(ids)

    def nodes(self, node: Node, name: str) -> list[Node]:
        """Return the nodes a property points to, as far as they are in the file."""
        return [self.graph[node_id] for node_id in self.refs(node, name) if node_id in self.graph]

    def facets(self, node: Node, *types: str) -> list[Node]:
        """Return and claim the facets of these types."""
        found = [f for f in self.nodes(node, "uco-core:hasFacet") if not set(types).isdisjoint(f.types)]
        for facet in found:
            self.claim(facet)
        return found

    def facet_text(self, facets: Iterable[Node], name: str) -> str:
        """Return the first text of a property among facets, or ""."""
        return next((text for facet in facets if (text := self.text(facet, name))), "")

    def local_text(self, facets: Iterable[Node], *local_names: str) -> str:
        """Return the first text of a property known by its last part, in whatever vocabulary.

        UCO names facets for nationality, identifiers and personal details, but no properties in them; each
        producer brings an own vocabulary.
        """
        wanted = {name.casefold() for name in local_names}
        for facet in facets:
            for name in facet.properties:
                if _local(name).casefold() in wanted and (text := self.text(facet, name)):
                    return text
        return ""

    def moment(self, node: Node, name: str) -> Moment | None:
        """Return a time; what is no time, or names no zone, is reported."""
        written = self.text(node, name)
        if not written:
            return None
        try:
            at = datetime.fromisoformat(written) if "T" in written else None
            # A year 1 or 9999 can leave the range of dates when shown in another zone.
            usable = at is not None and 1 < at.year < 9999
        except ValueError:
            at, usable = None, False
        if at is None or not usable:
            self.problem(node, "BAD_TIME", written)
        elif at.tzinfo is None:
            self.problem(node, "TIME_WITHOUT_ZONE", written)
        else:
            return Moment(written, at)
        return Moment(written, None)

    def label(self, node_id: str) -> str:
        """Return a name to show for any node, without marking anything as read; "" when it has none."""
        node = self.graph.get(node_id)
        if node is None:
            return ""
        name = _first_text(node, "uco-core:name")
        for value in [] if name else node.properties.get("uco-core:hasFacet", []):
            facet = self.graph.get(value.id) if isinstance(value, Ref) else None
            if facet is not None:
                parts = (_first_text(facet, f"uco-identity:{part}Name") for part in ("given", "family"))
                name = " ".join(filter(None, parts)) or _first_text(facet, "uco-core:name")
            if name:
                break
        return name or _first_text(node, "uco-core:description")

    def problem(self, node: Node, code: str, detail: str = "") -> None:
        """Report something that an officer must look at."""
        self.problems.append(Problem(node.id, code, detail[:200], node.path))

    def unknown(self) -> Iterator[Unknown]:
        """Yield what nobody has read. A part of an unread object is inside that object's raw JSON."""
        unread_places: set[str] = set()
        for node in sorted(self.graph.values(), key=lambda node: node.path.count("/")):
            marks = self._read.get(node.id)
            if marks is None:
                if len(node.raw) != 1 or not any(place in unread_places for place in _parents(node.path)):
                    unread_places.add(node.path)
                    yield Unknown(node.id, tuple(node.types), "TYPE_NOT_READ", (), node.path, tuple(node.raw))
                continue
            left = [name for name in node.properties if name not in marks] + node.unmapped
            if left:
                yield Unknown(
                    node.id, tuple(node.types), "PROPERTIES_NOT_READ", tuple(left), node.path, tuple(node.raw)
                )


def _written(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _first_text(node: Node, name: str) -> str:
    for value in node.properties.get(name, []):
        if isinstance(value, Literal) and (text := clean_text(_written(value.value))):
            return text[:500]
    return ""


def _local(name: str) -> str:
    return name.replace("#", ":").replace("/", ":").rsplit(":", 1)[-1]


def _parents(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path
