"""The product's own source as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lmc_cases"
MANAGERS = {"objects", "history", "_default_manager", "_base_manager"}
# What HTTP, the command line of a worker or a page reaches first.
SURFACES = {"views", "api", "tasks", "forms", "filters", "tables", "admin", "frame", "home", "urls"}


@dataclass(frozen=True)
class Module:
    """One file; ``name`` is dotted, without the package: ``cases.views.detail``."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return _parse(self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if "migrations" not in parts:
            found.append(Module(".".join(part for part in parts if part != "__init__"), path))
    return tuple(found)


def surface_modules() -> list[Module]:
    """Views, API, tasks, forms, filters and tables of every app; commands have a shell's rights already."""
    return [
        module
        for module in modules()
        if (module.parts[0] == "api" or SURFACES & set(module.parts[1:])) and "management" not in module.parts
    ]


def service_modules() -> list[Module]:
    return [module for module in modules() if "services" in module.parts[1:2]]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions at the top of a module."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def called(node: ast.AST) -> set[str]:
    """Names of everything called within, without what stands before the last dot."""
    names = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Name):
                names.add(call.func.id)
            elif isinstance(call.func, ast.Attribute):
                names.add(call.func.attr)
    return names
