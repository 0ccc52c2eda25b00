"""Rule: a surface reaches rows only through the access rule. Read from the syntax, so that no path is forgotten."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import MANAGERS, Module, modules, surface_modules

# The rule itself, and the rules that begin with it: who may act asks first who may see.
RULES = {
    "visible_to",
    "owned_with",
    "answered_with",
    "withdrawn_with",
    "colleagues_of",
}
# Rows that every officer may see, and rows about the officer at the keyboard: each with its reason.
ALLOWED = {
    ("audit.filters", "Jurisdiction.objects.all"): "the countries are reference data",
    ("cases.filters", "Jurisdiction.objects.all"): "the countries are reference data",
    ("cases.filters", "Typology.objects.all"): "the typologies are reference data",
}


def reached(tree: ast.AST) -> set[str]:
    """What is asked of a manager: ``Case.objects.visible_to``; ``Case.objects`` where it is only passed on."""
    used: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            used.setdefault(id(node), ast.unparse(node))
        value = getattr(node, "value", None)
        if isinstance(node, ast.Attribute) and isinstance(value, ast.Attribute) and value.attr in MANAGERS:
            used[id(value)] = ast.unparse(node)
    return set(used.values())


def breaches(module: Module) -> set[str]:
    return {
        use
        for use in reached(module.tree)
        if use.rpartition(".")[2] not in RULES and (module.name, use) not in ALLOWED
    }


@pytest.mark.parametrize("module", surface_modules(), ids=lambda module: module.name)
def test_managers_are_reached_only_through_the_access_rule(module: Module) -> None:
    assert not breaches(module)


@pytest.mark.parametrize("module", surface_modules(), ids=lambda module: module.name)
def test_surfaces_write_nothing_themselves(module: Module) -> None:
    """Changes go through services: no surface saves, deletes or talks to PostgreSQL."""
    forbidden = {"save", "save_as", "delete_as", "bulk_create", "bulk_update", "get_or_create", "cursor"}
    # The health answer asks PostgreSQL for the number one.
    allowed = {"connection.cursor"} if module.name == "core.views" else set()
    found = {
        ast.unparse(call.func)
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call)
        and (name := getattr(call.func, "attr", getattr(call.func, "id", "")))
        and name in forbidden
        # Another form's or serialiser's own method of that name.
        and not ast.unparse(call.func).startswith("super()")
    }
    assert found <= allowed


def test_the_list_of_surfaces_is_not_empty_and_knows_every_app() -> None:
    apps = {module.parts[0] for module in modules() if module.parts[1:2] == ("apps",)}
    silent = {"core", "config", "keys", "jurisdictions", "audit", "accounts", "api"}
    assert apps - silent <= {module.parts[0] for module in surface_modules()}
    assert len(surface_modules()) > 40


def test_every_exception_is_still_needed() -> None:
    used = {(module.name, use) for module in surface_modules() for use in reached(module.tree)}
    assert set(ALLOWED) <= used


def test_the_test_sees_a_breach() -> None:
    tree = ast.parse("def f(user):\n    return Case.objects.filter(pk=1), Case.objects.visible_to(user)")
    assert reached(tree) == {"Case.objects.filter", "Case.objects.visible_to"}
    assert reached(ast.parse("rows = Case.objects\nlater(rows)")) == {"Case.objects"}
