"""The pages of runs: how many, start, watch, cancel, resume, what failed and why; and nothing for anybody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.cases.services import operations
from lmc_cases.dossiers.models import DossierRun, DossierRunItem
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, words
from tests.dossiers.runs import Party, drain, granted, rows_of, seen, start
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
START = "/dossiers/runs/start/"


@pytest.fixture(autouse=True)
def _second_factor_given(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


built, party = once_per_module(lambda: granted(2))


def of(name: str, run: DossierRun) -> str:
    return reverse(f"dossiers:{name}", args=[run.uuid])


def fields_of(page: Any, **changes: Any) -> dict[str, Any]:
    """What the form of a page would send."""
    form = page.context["form"]
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    # A choice that nobody made is sent as nothing.
    return {name: "" if value is None else value for name, value in shown.items()} | changes


def test_it_says_how_many_and_a_second_click_starts_no_second_run(party: Party) -> None:
    client = signed_in(party.holder)
    listed = client.get(reverse("handovers:list")).content.decode()
    assert f'href="{START}?"' in listed
    page = client.get(START)
    assert "2 requests have a dossier." in words(page)
    sent = fields_of(page, languages=["en", "vi"])
    answers = [client.post(START, sent) for _time in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    with acting_as(party.holder):
        run = DossierRun.objects.get()
    assert answers[0]["Location"] == of("run", run)
    assert (run.total, run.languages, run.priority) == (4, ["en", "vi"], 2)


def test_a_filter_and_an_operation_narrow_it(party: Party) -> None:
    client = signed_in(party.holder)
    filtered = client.get(START, {"status": "CLOSED"})
    assert "0 requests have a dossier." in words(filtered)
    assert "<form" not in filtered.content.decode().partition("</h1>")[2].partition("</main>")[0]
    operation = operations.create_operation(actor=party.holder, name="Invented", name_language="en")
    operations.put_case(actor=party.holder, operation_id=operation.uuid, reference=party.case.reference)
    page = client.get(reverse("cases:operation", args=[operation.uuid])).content.decode()
    assert f'href="{START}?operation={operation.uuid}"' in page
    page = client.get(START, {"operation": operation.uuid})
    assert operation.reference in words(page)
    assert "2 requests have a dossier." in words(page)
    for wrong in ("x", "00000000-0000-4000-8000-000000000000"):
        assert client.get(START, {"operation": wrong}).status_code == 404
    assert signed_in(party.liaison).get(START, {"operation": operation.uuid}).status_code == 404


def test_a_list_that_changed_meanwhile_is_counted_again(party: Party) -> None:
    client = signed_in(party.holder)
    sent = fields_of(client.get(START), expected=5)
    refused = client.post(START, sent)
    assert refused.status_code == 422
    assert "The list has changed: there are now 2 requests." in words(refused)
    assert 'name="expected" value="2"' in refused.content.decode()
    empty = client.post(START, {**sent, "languages": []})
    assert empty.status_code == 422
    with acting_as(party.holder):
        assert not DossierRun.objects.exists()


def test_progress_is_asked_until_it_is_over_and_reads_without_script(party: Party) -> None:
    client = signed_in(party.holder)
    run = start(party)
    page = client.get(of("run", run))
    assert f'hx-get="{of("run_progress", run)}"' in page.content.decode()
    assert f'href="{of("run", run)}"' in page.content.decode()
    assert "0 of 2" in words(client.get(of("run_progress", run)))
    with acting_as(party.holder):
        DossierRun.objects.filter(pk=run.pk).update(running_since=timezone.now() - dt.timedelta(seconds=30))
        first = DossierRunItem.objects.filter(run=run).order_by("position").first()
        assert first is not None
        first.state, first.error_code, first.finished_at = "FAILED", "photo-missing", timezone.now()
        first.save()
    told = words(client.get(of("run_progress", run)))
    assert "0 of 2 · 1 failed · 2 a minute · about 1 minute left" in told
    drain()
    over = client.get(of("run_progress", run)).content.decode()
    assert "hx-get" not in over
    page = client.get(of("run", run))
    shown = words(page)
    assert "The run is over. Not every dossier could be created." in shown
    assert "A stored photograph is missing." in shown
    assert rows_of(party.holder, run)[1].handover.reference in shown
    assert client.post(of("run_retry", run))["Location"] == of("run", run)
    drain()
    assert "The run is over. Every dossier is created." in words(client.get(of("run", run)))
    assert "2 / 2" in words(client.get(reverse("dossiers:runs")))


def test_cancelled_it_says_so_and_offers_to_go_on(party: Party) -> None:
    client = signed_in(party.holder)
    run = start(party)
    assert client.get(of("run_cancel", run)).status_code == 405
    client.post(of("run_cancel", run))
    assert "This run is cancelled." in words(client.get(of("run", run)))
    assert "hx-get" not in client.get(of("run_progress", run)).content.decode()
    refused = client.post(of("run_retry", run), follow=True)
    assert "Resume this run first." in words(refused)
    client.post(of("run_resume", run))
    assert seen(party.holder, run).state == "RUNNING"


def test_nobody_else_finds_it(party: Party) -> None:
    run = start(party)
    for other in (party.supervisor, party.liaison):
        client = signed_in(other)
        assert str(run.uuid) not in client.get(reverse("dossiers:runs")).content.decode()
        for name in ("run", "run_progress"):
            assert client.get(of(name, run)).status_code == 404
        for name in ("run_cancel", "run_resume", "run_retry"):
            assert client.post(of(name, run)).status_code == 404
    assert seen(party.holder, run).state == "RUNNING"


def test_many_rows_are_read_page_by_page(party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    from lmc_cases.dossiers.services import runs

    monkeypatch.setattr(runs.items_of, "__kwdefaults__", {"after": 0, "size": 1})
    run = start(party)
    drain()
    client = signed_in(party.holder)
    references = [row.handover.reference for row in rows_of(party.holder, run)]
    first = client.get(of("run", run))
    assert references[0] in words(first)
    assert references[1] not in words(first)
    second = client.get(of("run", run), {"made": 1})
    assert references[1] in words(second)
    for wrong in ("x", "-1", "٣", "9" * 30):
        assert client.get(of("run", run), {"made": wrong, "failed": wrong}).status_code == 200
