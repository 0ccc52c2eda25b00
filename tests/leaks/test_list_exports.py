"""Rule: a list as a file holds what its page shows to the same officer under the same filters, and nothing else.

Every page that gives files stands in ``LISTS``; whoever is refused the page is refused the file. What of another
country goes out stands in the ledger as an export, record by record as the page notes it. A list that is too long for
an answer is made by a worker through the same page: the same rows, the same notes, and nothing before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.cases.models import Disclosure
from lmc_cases.core.jobs import JobState
from lmc_cases.core.list_export import ExportedList
from lmc_cases.core.spreadsheet_text import harmless
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.exports.models import ListExport
from lmc_cases.exports.services.making import make_owed_list
from lmc_cases.exports.services.pages import title_of
from lmc_cases.handovers.services.writing import write_message
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.architecture.source import called, modules
from tests.factories import officer
from tests.leaks.test_ledger_complete import newcomer as newcomer  # noqa: PLC0414 - a fixture
from tests.leaks.test_pages import PAGES, body, client_of
from tests.leaks.test_pages import one_factor as one_factor  # noqa: PLC0414 - a fixture
from tests.leaks.world import HOLDS, World

pytestmark = [pytest.mark.leak, pytest.mark.django_db]

Shown = Callable[[Any], list[str]]


def references(of: str) -> Shown:
    return lambda context: [row.handover.reference for row in context[of]]


def of_rows(name: str) -> Shown:
    return lambda context: [str(getattr(row, name)) for row in context["rows"]]


# Of each list: the column that names a row, what its page shows there, and filters of which the first leaves something.
LISTS: dict[str, tuple[int, Shown, tuple[str, ...]]] = {
    "cases:list": (
        0,
        lambda context: [row.case.reference for row in context["page"].rows],
        ("q=MARKTITLE", "status=CLOSED", "q=nobody+wrote+this"),
    ),
    "cases:ledger": (1, of_rows("reference"), ("path=SHARE", "recipient=SG")),
    "cases:ledger_of_record": (1, of_rows("reference"), ("recipient=CN", "recipient=SG")),
    "cases:operations": (0, of_rows("reference"), ("text=MARKOPERATION", "status=ENDED")),
    "cases:consents": (0, of_rows("reference"), ("state=ASKED", "list=asked-by-us", "state=LAPSED")),
    "exchange:list": (0, of_rows("file_name"), ("state=NEW", "kind=CASE_BUNDLE", "text=nowhere")),
    "assistance:list": (0, of_rows("reference"), ("status=SENT", "status=REFUSED", "text=nowhere")),
    "suspects:list": (0, of_rows("number"), ("q=MARKNAME", "category=VICTIM")),
    "evidence:list": (0, of_rows("exhibit_number"), ("q=E-1", "kind=FILE", "kind=CASH")),
    "handovers:list": (0, of_rows("reference"), ("reference=cn-h", "procedure=EXTRADITION", "status=CLOSED")),
    "handovers:of_case": (0, of_rows("reference"), ("procedure=EXTRADITION", "status=CLOSED")),
    "handovers:waiting": (3, references("items"), ("kind=question", "kind=request", "kind=duty")),
    "handovers:thread": (
        2,
        lambda context: [message.row.author.full_name for message in context["messages_shown"]],
        ("only=open", "only=papers", "until=2001-01-01"),
    ),
    "crossings:list": (0, of_rows("reference"), ("since=2001-01-01", "status=CANCELLED", "text=nowhere")),
    "crossings:detail": (
        0,
        lambda context: [str(person["seat"].position) for person in context["persons"]],
        ("only=ABSENT", "q=nobody"),
    ),
    "desk:list": (0, references("rows"), ("standing=SIGNED", "reference=nowhere", "destination=VN")),
    "dossiers:list": (0, references("rows"), ("language=th", "state=failed", "until=2001-01-01")),
    "dossiers:of_case": (0, references("rows"), ("language=th", "state=ready")),
    "dossiers:request": (0, references("rows"), ()),
}
# Numbers alone, which are no rows.
NUMBERS = {"handovers:statistics"}


def exported_pages(resolver: URLResolver, space: tuple[str, ...] = ()) -> set[str]:
    """Return the names of all addresses whose page gives files."""
    found: set[str] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found |= exported_pages(entry, (*space, entry.namespace) if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", object)
            if issubclass(view, ExportedList):
                found.add(":".join((*space, str(entry.name))))
    return found


def file_of(client: Client, address: str, query: str = "", kind: str = "csv") -> Any:
    return client.post(f"{address}?{query}", {"format": kind})


def table_of(answer: Any, kind: str = "csv") -> list[list[str]]:
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Disposition"].startswith("attachment")
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def address_of(world: World, name: str) -> str:
    return reverse(name, kwargs=PAGES[name][0](world))


def test_every_list_with_files_stands_here() -> None:
    assert exported_pages(get_resolver()) == {*LISTS, *NUMBERS}


def test_lists_leave_by_one_way() -> None:
    """No module but the one of lists writes tables for a list; row errors and proofs of the audit are no lists."""
    writing = {
        module.name
        for module in modules()
        if called(module.tree) & {"as_file", "write_file", "as_xlsx", "as_csv", "csv_row"}
    }
    assert writing == {
        "core.spreadsheet_text",
        "core.list_export",
        # Writes what the page of the list gives it, and reads nothing itself.
        "exports.services.making",
        "exchange.views",
        "audit.services.exporting",
    }


@pytest.mark.parametrize("viewer", sorted(HOLDS))
def test_who_is_refused_the_page_is_refused_the_file_and_no_file_says_more(
    world: World, viewer: str, one_factor: None
) -> None:
    client = client_of(world, viewer)
    forbidden = world.forbidden_marks(viewer)
    wrong: list[str] = []
    for name in (*LISTS, *sorted(NUMBERS)):
        answer = file_of(client, address_of(world, name))
        expected = 200 if viewer in PAGES[name][1] else 404
        if answer.status_code != expected:
            wrong.append(f"{name}: {viewer} was answered {answer.status_code}")
        wrong += [f"{name}: {viewer} reads {mark}" for mark in forbidden if mark in body(answer)]
    assert not wrong


@pytest.mark.parametrize("viewer", ["own", "full", "items", "foreign", "partner"])
def test_a_file_holds_the_rows_of_its_page_under_each_filter(
    world: World, viewer: str, one_factor: None
) -> None:
    client = client_of(world, viewer)
    for name, (column, shown, queries) in LISTS.items():
        if viewer not in PAGES[name][1]:
            continue
        address = address_of(world, name)
        for query in ("", *queries):
            # The page first: a file that is read marks messages as read.
            on_page = shown(client.get(f"{address}?{query}").context)
            lines = table_of(file_of(client, address, query))
            assert [line[column] for line in lines[1:]] == on_page, (name, query)
            assert len({len(line) for line in lines}) == 1
        if viewer == "own":
            first = queries[0] if queries else ""
            assert len(table_of(file_of(client, address, first))) > 1, (name, first)


def test_both_kinds_of_file_say_the_same_in_the_readers_language(world: World, one_factor: None) -> None:
    client = client_of(world, "own")
    for name in LISTS:
        address = address_of(world, name)
        plain, book = (
            table_of(file_of(client, address)),
            table_of(file_of(client, address, kind="xlsx"), "xlsx"),
        )
        assert plain == book, name
    world.viewers["own"].language = "th"
    world.viewers["own"].save()
    heads = table_of(file_of(client_of(world, "own"), address_of(world, "suspects:list")))[0]
    assert all(any("\u0e00" <= sign <= "\u0e7f" for sign in head) for head in heads)


def test_no_cell_of_any_file_is_a_formula(world: World, one_factor: None) -> None:
    own = world.viewers["own"]
    add_suspect(actor=own, case_id=world.case.uuid, details=PersonDetails(name_original="=1+1"))
    add_item(
        actor=own,
        case_id=world.case.uuid,
        details=ExhibitDetails(exhibit_number="-E", kind="FILE", description="@SUM(1)", language="en"),
    )
    write_message(
        actor=own, handover_id=world.parts["handover"].uuid, text="+1 for the officer", language="en"
    )
    client, found = client_of(world, "own"), set()
    for name in LISTS:
        for kind in ("csv", "xlsx"):
            cells = [
                cell
                for line in table_of(file_of(client, address_of(world, name), kind=kind), kind)
                for cell in line
            ]
            assert [cell for cell in cells if harmless(cell) != cell] == [], name
            found |= set(cells)
    assert {"'=1+1", "'-E", "'@SUM(1)", "'+1 for the officer"} <= found


def test_an_export_is_recorded_with_its_filter_and_its_number_of_rows(world: World, one_factor: None) -> None:
    client = client_of(world, "own")
    for name in (*LISTS, *sorted(NUMBERS)):
        before = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        lines = table_of(file_of(client, address_of(world, name)))
        new = AuditEvent.objects.filter(pk__gt=before, actor=world.viewers["own"], operation=Operation.EXPORT)
        assert [event.verb.endswith("exported") for event in new] == [True], name
        if name in LISTS:
            assert new[0].codes["rows"] == len(lines) - 1, name
    file_of(client, address_of(world, "suspects:list"), "q=MARKNAME&category=SUSPECT")
    codes = AuditEvent.objects.filter(verb="suspects.exported").latest("pk").codes
    # What was looked for is a name: the audit holds that something was.
    assert codes == {"rows": 1, "category": "SUSPECT", "searched": True}


def test_what_a_page_notes_of_another_country_its_file_notes_as_an_export(
    world: World, newcomer: User, one_factor: None
) -> None:
    client = client_of(world, "newcomer")
    for name in LISTS:
        if "full" not in PAGES[name][1]:
            continue
        address = address_of(world, name)
        looked, taken = (
            noted(world, newcomer, lambda address=address: client.get(address)),
            noted(world, newcomer, lambda address=address: file_of(client, address)),
        )
        rows = {(kind, uuid) for path, kind, uuid in looked if path == "LIST"}
        assert rows <= {(kind, uuid) for path, kind, uuid in taken if path == "EXPORT"}, name
        assert not any(path == "LIST" for path, _kind, _uuid in taken), name
        # Head and rows: nothing that the page notes is forgotten.
        assert {entry[1:] for entry in looked} == {entry[1:] for entry in taken}, name


def noted(world: World, reader: User, act: Callable[[], Any]) -> set[tuple[str, str, str]]:
    """Return what stands in the ledger after an act; the act is undone."""
    with transaction.atomic():
        assert act().status_code == 200
        with acting_as(world.viewers["supervisor"]):
            rows = Disclosure.objects.filter(recipient_officer=reader)
            found = {(row.path, row.kind, str(row.object_uuid)) for row in rows}
        transaction.set_rollback(True)
    return found


def test_who_has_not_said_why_is_asked_and_comes_back_to_the_page(world: World, one_factor: None) -> None:
    world.viewers["silent"] = officer("CN", "liaison_officer", suffix="SILENT")
    client = client_of(world, "silent")
    for name in ("suspects:list", "evidence:list", "handovers:of_case", "dossiers:of_case", "cases:ledger"):
        address = address_of(world, name)
        answer = file_of(client, address)
        assert answer.status_code == 302, name
        assert answer["Location"] == f"/cases/{world.case.uuid}/reason/?next={address.replace('/', '%2F')}"
    assert not Disclosure.objects.filter(path="EXPORT", recipient_officer=world.viewers["silent"]).exists()


# A crossing's persons have a ceiling of their own, its seats.
NEVER_TOO_LONG = {"crossings:detail"}


def most_but_one(name: str) -> int:
    """A ceiling that the world's list is longer than: a thread has several messages, of the others one is enough."""
    return 1 if name == "handovers:thread" else 0


def test_a_list_too_long_for_an_answer_is_owed_and_nothing_is_noted_before_it_is_made(
    world: World, newcomer: User, one_factor: None, settings: Any
) -> None:
    client = client_of(world, "newcomer")
    owed: dict[str, ListExport] = {}
    for name, (_column, shown, _queries) in LISTS.items():
        if "full" not in PAGES[name][1] or name in NEVER_TOO_LONG:
            continue
        address = address_of(world, name)
        if not shown(client.get(address).context):
            continue
        settings.LIST_EXPORT_MAX_ROWS = most_but_one(name)
        answer = file_of(client, address, "x=1&before=2")
        with acting_as(newcomer):
            owed[name] = ListExport.objects.latest("pk")
            # Only a few are owed at a time; these are set aside.
            ListExport.objects.filter(pk=owed[name].pk).update(job_state=JobState.CANCELLED)
        assert answer["Location"] == reverse("exports:detail", args=[owed[name].uuid]), name
        assert (owed[name].path, owed[name].query) == (address, "x=1"), name
    with acting_as(world.viewers["supervisor"]):
        assert not Disclosure.objects.filter(path="EXPORT", recipient_officer=newcomer).exists()
    verbs = AuditEvent.objects.filter(operation=Operation.EXPORT, actor=newcomer).values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"list.requested"}
    assert len(owed) > 10
    settings.LIST_EXPORT_MAX_ROWS = 100
    for name, export in owed.items():
        address = address_of(world, name)
        direct = noted(world, newcomer, lambda address=address: file_of(client, address))
        by_worker = noted(world, newcomer, lambda export=export: made(client, export))
        assert by_worker == direct, name


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_worker_makes_is_what_the_page_would_have_sent(
    world: World, one_factor: None, settings: Any, kind: str
) -> None:
    client, own = client_of(world, "own"), world.viewers["own"]
    for name, (_column, _shown, queries) in LISTS.items():
        if name in NEVER_TOO_LONG:
            continue
        address = address_of(world, name)
        for query in ("", *queries):
            settings.LIST_EXPORT_MAX_ROWS = 100
            direct = table_of(file_of(client, address, query, kind), kind)
            # A search of cases ends before a file does, by its own bound.
            if len(direct) - 1 <= most_but_one(name) or (name == "cases:list" and "q=" in query):
                continue
            settings.LIST_EXPORT_MAX_ROWS = most_but_one(name)
            assert file_of(client, address, query, kind)["Location"].startswith("/exports/"), (name, query)
            with acting_as(own):
                export = ListExport.objects.latest("pk")
            answer = made(client, export)
            content = b"".join(answer.streaming_content)
            by_worker = table_of(HttpResponse(content, headers=dict(answer.headers)), kind)
            assert by_worker == direct, (name, query)


def made(client: Client, export: ListExport) -> Any:
    """Let the worker make it, as if the message had come; return what the officer downloads."""
    with ListExport.in_hand(export.pk):
        ListExport.objects.filter(pk=export.pk).update(job_state=JobState.QUEUED)
    make_owed_list(job_id=export.pk)
    return client.get(reverse("exports:download", args=[export.uuid]))


def test_every_list_has_a_name_of_its_own(world: World) -> None:
    names = [title_of(address_of(world, name)) for name in (*LISTS, *sorted(NUMBERS))]
    assert "List" not in names
    # The entries of a case and of one record of it are one page.
    assert len(names) - len(set(names)) == 1
