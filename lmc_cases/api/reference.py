"""The OpenAPI document laid out for people: one block per resource, one line per field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_CHOICES = 12


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query, or of what is sent. ``choices`` are the codes it takes, if they are few."""

    name: str
    type: str
    required: bool
    meaning: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One field of an answer; parts of an object carry its name before a dot, items of a list ``[]``.

    Attributes:
        by_level: absent where the viewer's level does not show it.
        in_lists: the rows of the list hold it too.
    """

    name: str
    type: str
    meaning: str
    by_level: bool
    in_lists: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """One address and what is done there."""

    method: str
    path: str
    meaning: str
    parameters: tuple[Parameter, ...]


@dataclass
class Resource:
    """What is read under one word of the address."""

    name: str
    endpoints: list[Endpoint] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


def resources_of(document: dict[str, Any]) -> list[Resource]:
    """Return the resources in the order of the document."""
    found: dict[str, Resource] = {}
    schemas = document["components"]["schemas"]
    rows: dict[str, set[str]] = {}
    each = (
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    for path, method, operation in each:
        name = operation["tags"][0]
        resource = found.setdefault(name, Resource(name))
        resource.endpoints.append(
            Endpoint(
                method=method.upper(),
                path=path,
                meaning=operation.get("description", ""),
                parameters=tuple(_parameters(operation, schemas)),
            )
        )
        if method != "get":
            continue
        answer = operation["responses"]["200"]["content"].get("application/json")
        if answer is None:
            continue
        schema = _resolved(answer["schema"], schemas)
        if "results" in schema["properties"]:
            items = schema["properties"]["results"]["items"]
            rows[name] = {line.name for line in _fields(items, schemas)}
        else:
            resource.fields = list(_fields(answer["schema"], schemas, rows=rows.get(name, set())))
    return list(found.values())


def _parameters(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[Parameter]:
    for one in operation.get("parameters", []):
        if one["in"] == "query":
            schema = _resolved(one["schema"], schemas)
            yield Parameter(
                name=one["name"],
                type=_type(schema),
                required=one.get("required", False),
                meaning=_first_line(one.get("description", "")),
                choices=_choices(schema),
            )
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if sent is not None:
        for part in _fields(sent["schema"], schemas):
            yield Parameter(
                name=part.name,
                type=part.type,
                required=not part.by_level,
                meaning=part.meaning,
                choices=part.choices,
            )


def _fields(
    schema: dict[str, Any],
    schemas: dict[str, Any],
    *,
    prefix: str = "",
    by_level: bool = False,
    rows: set[str] | frozenset[str] = frozenset(),
) -> Iterator[Field]:
    whole = _resolved(schema, schemas)
    required = set(whole.get("required", ()))
    for name, given in whole.get("properties", {}).items():
        part = _resolved(given, schemas)
        absent = by_level or name not in required
        items = _resolved(part["items"], schemas) if "items" in part else None
        path = f"{prefix}{name}" + ("[]" if items is not None else "")
        shown = part if items is None else items
        yield Field(
            name=path,
            type=_type(shown, may_be_null=_may_be_null(given) or _may_be_null(part)),
            meaning=_first_line(given.get("description", "")),
            by_level=absent,
            in_lists=path in rows,
            choices=_choices(shown),
        )
        if "properties" in shown:
            yield from _fields(shown, schemas, prefix=f"{path}.", by_level=absent, rows=rows)


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Follow references, also those beside a description or beside ``null``."""
    for key in ("allOf", "oneOf", "anyOf"):
        real = [one for one in schema.get(key, ()) if one.get("type") != "null"]
        if real:
            return _resolved(real[0], schemas)
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    return schema


def _may_be_null(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    beside = any(one.get("type") == "null" for key in ("oneOf", "anyOf") for one in schema.get(key, ()))
    return beside or (isinstance(kind, list) and "null" in kind)


def _type(schema: dict[str, Any], *, may_be_null: bool = False) -> str:
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    name = str(schema.get("format") or kind)
    return f"{name} | null" if may_be_null else name


def _choices(schema: dict[str, Any]) -> tuple[str, ...]:
    codes = tuple(str(code) for code in schema.get("enum", ()) if code is not None)
    return codes if len(codes) <= MOST_CHOICES else ()


def _first_line(text: str) -> str:
    """The meaning alone: the list of choices that follows it stands in ``choices``."""
    line = text.strip().split("\n")[0].replace("`", "")
    return "" if line.startswith("*") else line
