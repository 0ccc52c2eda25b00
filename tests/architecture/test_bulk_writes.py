"""Rule: nothing is written past history and audit, anywhere in the product but in the places listed here.

``QuerySet.update``, ``bulk_create``, ``bulk_update``, ``delete`` and SQL that writes keep no history by themselves. In
services every such write stands in ``test_services.WRITES``, each with its reason; here are all other modules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules
from tests.architecture.test_services import WRITES

BANNED = {
    "update",
    "bulk_create",
    "bulk_update",
    "delete",
    "_raw_delete",
    "aupdate",
    "adelete",
    "abulk_create",
}
WRITING_SQL = re.compile(
    r"^\s*(insert\s+into|update\s+\S+\s+set|delete\s+from|truncate\s|copy\s+\S+\s+from)", re.IGNORECASE
)
# What has a method of that name and is no queryset: dictionaries, hashes, files, caches, sessions, HTTP.
NO_QUERYSETS = {
    "digest",
    "known",
    "storage",
    "default_storage",
    "cache",
    "_cipher",
    "headers",
    "session",
    "client",
    "os.environ",
}
ALLOWED: dict[str, dict[str, str]] = {
    "config.settings.base": {"DATABASES['default'].update": "a dictionary of settings"},
    "audit.erasing": {
        "words.delete": "the words of a reason are erased; the event's commitment to them stays"
    },
    "core.history": {"instance.delete": "delete_as itself: the history row is written with it"},
    "core.jobs": {
        "cls._default_manager.filter(pk=job_id).update": "lease and attempts of a job; its end is saved with history",
        "claimed.update": "the lease and the progress: no state that history keeps",
    },
    "core.leftovers": {"place.delete": "a file that no row names"},
    "keys.sealing": {
        "RecordKey.objects.bulk_create": "keys have no history: a past state would keep what erasure destroys",
        "RecordKey.objects.filter(record_uuid__in=set(record_uuids)).delete": "the destruction of keys: erasure itself",
    },
    "exchange.views": {"context.update": "a dictionary of a template"},
}
ALLOWED_SQL = {
    "cases.services.references": "the counter of references: a number, no record",
    "keys.sealing": "the first version of a country's key, made once",
    "suspects.services.bulk": "persons by the thousand, from staging into table and history in one transaction",
    "suspects.services.people": "the counter of persons of a case: a number, no record",
}


def writes(tree: ast.AST) -> Iterator[str]:
    """Calls of banned methods, as written. An update of a dictionary takes a positional argument, a queryset's never."""
    for call in ast.walk(tree):
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in BANNED
        ):
            continue
        on = ast.unparse(call.func.value)
        if on in NO_QUERYSETS or on.rpartition(".")[2] in NO_QUERYSETS:
            continue
        if call.func.attr in {"update", "aupdate"} and call.args and "objects" not in on:
            continue
        yield ast.unparse(call.func)


def sql_writes(tree: ast.AST) -> Iterator[str]:
    """The first words of texts that are SQL and write."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING_SQL.match(node.value):
            yield " ".join(node.value.split()[:3])


def others() -> list[Module]:
    return [module for module in modules() if "services" not in module.parts[1:2]]


@pytest.mark.parametrize("module", others(), ids=lambda module: module.name)
def test_nothing_outside_services_writes_past_the_history(module: Module) -> None:
    assert set(writes(module.tree)) == set(ALLOWED.get(module.name, {}))


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_sql_that_writes_stands_in_few_places(module: Module) -> None:
    found = set(sql_writes(module.tree))
    assert bool(found) == (module.name in ALLOWED_SQL), found


def test_every_listed_place_is_there_and_has_a_reason() -> None:
    names = {module.name for module in modules()}
    assert set(ALLOWED) | set(ALLOWED_SQL) | set(WRITES) <= names
    for reasons in (*ALLOWED.values(), *WRITES.values()):
        assert all(len(reason) > 5 for reason in reasons.values())


# Tables without history, because a row is never changed or must leave no past state behind.
BULK = {
    "cases.services.ledger.writing": {"Disclosure.objects.bulk_create"},
    "cases.services.reading_reasons": {"ReadingReason.objects.bulk_create"},
    "cases.services.search": {"NumberMark.objects.bulk_create"},
    "exports.services.asking": {"ListExport.objects.bulk_create"},
    "keys.sealing": {"RecordKey.objects.bulk_create"},
    "handovers.services.allocating": {"Allocation.objects.bulk_create"},
    "handovers.services.following": {"Duty.objects.bulk_create", "DutyReport.objects.bulk_create"},
    "audit.services.recording": {"AuditEvent.objects.bulk_create"},
    "handovers.services.checking_many": {
        "PersonCheck.objects.bulk_create",
        "PersonCheckGrounds.objects.bulk_create",
    },
    "handovers.services.thread": {"MessageReading.objects.bulk_create"},
    "dossiers.services.runs": {"DossierRunItem.objects.bulk_create"},
    "crossings.services.manifests": {"ManifestRequest.objects.bulk_create"},
    "crossings.services.planning": {"CrossingRequest.objects.bulk_create"},
}


def test_bulk_methods_are_used_only_where_no_history_is_kept() -> None:
    """What is written in bulk goes through staging tables into table and history (``suspects.services.bulk``)."""
    for module in modules():
        bulk = {write for write in writes(module.tree) if ".bulk_" in write}
        assert bulk == BULK.get(module.name, set()), module.name


def test_the_test_sees_breaches() -> None:
    tree = ast.parse(
        "Case.objects.filter(pk=1).update(status='X')\nrows.delete()\nCase.objects.bulk_create(rows)\n"
        "names.update(other)\ncursor.execute('UPDATE cases_case SET x = 1')"
    )
    assert set(writes(tree)) == {
        "Case.objects.filter(pk=1).update",
        "rows.delete",
        "Case.objects.bulk_create",
    }
    assert set(sql_writes(tree)) == {"UPDATE cases_case SET"}
