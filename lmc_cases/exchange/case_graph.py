"""A CASE/UCO JSON-LD file as a flat graph of nodes, each with the JSON that it was written as.

The JSON is expanded here and not by an RDF library, for three reasons: no context is ever fetched; the order
of names and the raw JSON of each object survive, so that what is not understood can be kept; and a fault is
named with its place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from lmc_cases.exchange.bundle_errors import BundleError
from lmc_cases.exchange.case_context import Context
from lmc_cases.exchange.json_text import parse_json

MAX_DEPTH: Final = 60

# Older releases and mirrors write the same vocabulary under other addresses.
_VOCABULARY: Final = re.compile(
    r"^https?://(?:ontology\.)?(?:unifiedcyberontology|caseontology)\.org/(?:ontology/)?(uco|case)/([a-z]+)[/#](\w+)$"
)
_OTHER_VOCABULARIES: Final = {
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
    "http://www.w3.org/2001/XMLSchema#": "xsd:",
    "https://lmc-cases.invalid/ns#": "lmc:",
}


def short_name(iri: str) -> str:
    """Return ``uco-core:name`` for the IRI of UCO's name, likewise for CASE and ours, else the IRI."""
    found = _VOCABULARY.match(iri)
    if found:
        return f"{found[1]}-{found[2]}:{found[3]}"
    for address, prefix in _OTHER_VOCABULARIES.items():
        if iri.startswith(address):
            return prefix + iri.removeprefix(address)
    return iri


@dataclass(frozen=True, slots=True)
class Literal:
    """A plain value. ``value`` is a str, int, float or bool; of other JSON (``@json``) its text."""

    value: str | int | float | bool
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A pointer to a node by its id; the node may be missing from the file."""

    id: str


Value = Literal | Ref


@dataclass(slots=True)
class Node:
    """All that the file says about one ``@id``.

    Attributes:
        id: full IRI, or a label ``_:...`` (the file's own, or the place of a node that has no ``@id``).
        types: short names, in the order of the file.
        properties: short name to values, in the order of the file, without doubles.
        path: JSON pointer to the first place that says something about the node.
        raw: the JSON objects as written, one for each place.
        unmapped: keys that stand for nothing under the file's context.
    """

    id: str
    path: str
    types: list[str] = field(default_factory=list)
    properties: dict[str, list[Value]] = field(default_factory=dict)
    raw: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    _seen: set[tuple[str, object]] = field(default_factory=set, repr=False)

    def add(self, name: str, value: Value) -> None:
        """Add a value unless the node has it already."""
        # True == 1 in Python; the type tells them apart.
        key = (name, (type(value.value), value) if isinstance(value, Literal) else value)
        if key not in self._seen:
            self._seen.add(key)
            self.properties.setdefault(name, []).append(value)


Graph = dict[str, Node]


def read_graph(data: bytes, *, max_bytes: int, max_nodes: int) -> Graph:
    """Return the nodes of a JSON-LD file by id, in the order of the file.

    Named graphs are joined into one, as no bundle seen uses them to mean anything. Objects with the same
    ``@id`` are one node, as JSON-LD says.

    Raises:
        BundleError: with the place; nothing is returned of a file that breaks a rule.
    """
    document = parse_json(data, max_bytes=max_bytes, max_depth=MAX_DEPTH)
    if not isinstance(document, dict | list):
        raise BundleError("BAD_NODE")
    reader = _Reader(max_nodes)
    reader.top(document)
    return reader.graph


class _Reader:
    def __init__(self, max_nodes: int) -> None:
        self.graph: Graph = {}
        self.max_nodes = max_nodes
        self.objects = 0

    def top(self, document: dict[str, Any] | list[Any]) -> None:
        if isinstance(document, list):
            self.nodes(document, Context(), "")
            return
        context = self.context(document, Context(), "")
        # An outermost object of @context and @graph alone is a wrapper, not a node.
        if any(context.key(name) == "@graph" for name in document) and not any(
            context.key(name) not in {"@context", "@graph"} for name in document
        ):
            for name, value in document.items():
                if context.key(name) == "@graph":
                    self.nodes(value, context, f"/{name}")
        else:
            self.node(document, Context(), "")

    def context(self, source: dict[str, Any], context: Context, path: str) -> Context:
        if "@context" in source:
            return context.extended(source["@context"], where=f"{path}/@context")
        return context

    def nodes(self, value: Any, context: Context, path: str) -> list[Ref]:
        refs = []
        for place, item in _items(value, path):
            if not isinstance(item, dict):
                raise BundleError("BAD_NODE", place)
            refs.append(self.node(item, context, place))
        return refs

    def node(self, source: dict[str, Any], context: Context, path: str) -> Ref:
        self.objects += 1
        if self.objects > self.max_nodes:
            raise BundleError("TOO_MANY_NODES", path)
        context = self.context(source, context, path)
        names: dict[str, str] = {}
        for name in source:
            keyword = context.key(name)
            if keyword in {"@id", "@type", "@value", "@list", "@set"}:
                if keyword in names:
                    raise BundleError("BAD_NODE", f"{path}/{name}")
                names[keyword] = name
        if "@value" in names or "@list" in names or "@set" in names:
            raise BundleError("BAD_NODE", path)
        node_id = self.id(source[names["@id"]], context, path) if "@id" in names else f"_:{path or '/'}"
        if set(names.values()) == set(source) == {names.get("@id")}:
            return Ref(node_id)
        node = self.graph.get(node_id)
        if node is None:
            node = self.graph[node_id] = Node(id=node_id, path=path or "/")
        node.raw.append(source)
        if "@type" in names:
            self.types(node, source[names["@type"]], context, path)
        for name, value in source.items():
            if name != "@context" and name not in names.values():
                self.property(node, name, value, context, f"{path}/{_escaped(name)}")
        return Ref(node_id)

    def id(self, value: Any, context: Context, path: str) -> str:
        if not isinstance(value, str) or not value:
            raise BundleError("BAD_NODE", f"{path}/@id")
        return context.node_id(value)

    def types(self, node: Node, value: Any, context: Context, path: str) -> None:
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str):
                raise BundleError("BAD_NODE", f"{path}/@type")
            short = short_name(context.type_iri(name))
            if short not in node.types:
                node.types.append(short)

    def property(self, node: Node, name: str, value: Any, context: Context, path: str) -> None:
        iri = context.key(name)
        term = context.terms.get(name)
        if iri in {"@graph", "@included"}:
            self.nodes(value, context, path)
        elif iri == "@reverse":
            if not isinstance(value, dict):
                raise BundleError("BAD_NODE", path)
            for inner, others in value.items():
                reverse_iri = context.key(inner)
                if reverse_iri is None:
                    node.unmapped.append(inner)
                else:
                    self.reverse(node, reverse_iri, others, context, f"{path}/{_escaped(inner)}")
        elif iri is None or iri.startswith("@"):
            if iri != "@index":
                node.unmapped.append(name)
        elif term is not None and term.is_reverse:
            self.reverse(node, iri, value, context, path)
        else:
            short = short_name(iri)
            for item in self.values(name, value, context, path):
                node.add(short, item)

    def reverse(self, node: Node, iri: str, value: Any, context: Context, path: str) -> None:
        for ref in self.nodes(value, context, path):
            other = self.graph.get(ref.id)
            if other is None:
                other = self.graph[ref.id] = Node(id=ref.id, path=path)
            other.add(short_name(iri), Ref(node.id))

    def values(self, name: str, value: Any, context: Context, path: str) -> Iterator[Value]:
        term = context.terms.get(name)
        maps = term.containers if term else frozenset()
        if isinstance(value, dict) and maps & {"@language", "@index"}:
            for key, inner in value.items():
                place = f"{path}/{_escaped(key)}"
                if "@language" in maps:
                    for where, text in _items(inner, place):
                        if not isinstance(text, str):
                            raise BundleError("BAD_NODE", where)
                        yield Literal(text, language="" if key == "@none" else key)
                else:
                    yield from self.flat(name, inner, context, place)
        else:
            yield from self.flat(name, value, context, path)

    def flat(self, name: str, value: Any, context: Context, path: str) -> Iterator[Value]:
        for place, item in _items(value, path):
            if isinstance(item, list):
                yield from self.flat(name, item, context, place)
            elif isinstance(item, dict):
                yield from self.object(name, item, context, place)
            elif item is not None:
                yield self.scalar(name, item, context)

    def object(self, name: str, source: dict[str, Any], context: Context, path: str) -> Iterator[Value]:
        inner = self.context(source, context, path)
        keys = {inner.key(key): key for key in source}
        if "@value" in keys:
            yield self.literal({kind: source[key] for kind, key in keys.items() if kind}, inner, path)
        elif "@list" in keys or "@set" in keys:
            key = keys["@list"] if "@list" in keys else keys["@set"]
            yield from self.flat(name, source[key], inner, f"{path}/{key}")
        else:
            yield self.node(source, context, path)

    def literal(self, source: dict[str, Any], context: Context, path: str) -> Literal:
        value, datatype = source["@value"], source.get("@type", "")
        language = source.get("@language", "")
        if not isinstance(datatype, str | None) or not isinstance(language, str | None):
            raise BundleError("BAD_NODE", path)
        if isinstance(value, dict | list) or value is None:
            if datatype != "@json":
                raise BundleError("BAD_NODE", f"{path}/@value")
            value = repr(value)
        return Literal(value, short_name(context.type_iri(datatype)) if datatype else "", language or "")

    def scalar(self, name: str, value: str | int | float | bool, context: Context) -> Value:
        term = context.terms.get(name)
        kind = term.type if term else ""
        if kind in {"@id", "@vocab"} and isinstance(value, str):
            return Ref(context.node_id(value) if kind == "@id" else context.type_iri(value))
        if kind and not kind.startswith("@"):
            return Literal(value, datatype=short_name(kind))
        return Literal(value, language=(term.language if term else "") or context.language)


def _items(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield f"{path}/{number}", item
    else:
        yield path, value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
