"""Rule: whatever reaches an officer of another country stands in the disclosure ledger, by every address."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Disclosure
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, say_why
from tests.leaks.test_pages import PAGES, body, client_of
from tests.leaks.test_pages import one_factor as one_factor  # noqa: PLC0414 - a fixture
from tests.leaks.world import World

pytestmark = [pytest.mark.leak, pytest.mark.django_db]

# Addresses that a recipient opens and that show nothing of another country's, with the reason.
SHOWS_NOTHING = {
    "cases:operations": "names of operations the country was invited to; they open no case",
    "cases:emergency": "requests of the own country",
    "cases:reason": "asks for the reason, and shows what a list shows",
    "assistance:list": "references of requests that are the reader's own too",
    "assistance:detail": "what the reader's own country wrote; an answer to it is noted: tests/assistance",
    "assistance:edit": "what the reader's own country wrote",
    "assistance:send": "asks",
    "assistance:answer": "asks",
    "assistance:print": "takes no GET",
    "assistance:download": "the file is not drawn in this world: tested in tests/assistance with one that is",
    "assistance:progress": "whether a file is printed, and nothing else",
    "assistance:retry": "takes no GET",
    "crossings:list": "references of crossings that are the reader's own too",
    "crossings:create": "asks",
    "crossings:border": "leads to the shell; what is taken there is noted: tests/crossings/test_border.py",
    "crossings:border_marks": "outcomes of both sides by seat, to who holds the persons already",
    "crossings:border_pack": "takes no GET",
    "crossings:border_packs": "copies of the reader's own country",
    "crossings:manifests": "which versions were printed, and by whom",
    "crossings:manifest_download": "the file is not drawn in this world: tested in tests/crossings with one that is",
    "crossings:manifest_progress": "whether a file is printed, and nothing else",
    "crossings:manifest_retry": "takes no GET",
    "crossings:look": "persons of the reader's own country",
    "crossings:split": "persons of the reader's own country",
    "crossings:count": "asks",
    "handovers:list": "references of requests that are the reader's own too",
    "handovers:of_case": "references of requests that are the reader's own too",
    "handovers:why": "names the two parties",
    "handovers:edit": "a submitted request has nothing to edit",
    "handovers:submit": "asks; the submission itself is tested with the services",
    "handovers:close": "asks",
    "handovers:withdraw": "asks",
    "handovers:propose": "asks",
    "handovers:supply": "asks",
    "handovers:watch": "asks",
    "handovers:give_paper": "asks; shows what the reader's own country gave",
    "handovers:state": "asks; shows what the reader's own country stated",
    "handovers:state_of_person": "asks; the person was shown on the page that leads here",
    "handovers:mark_ground": "asks; the person was shown on the page that leads here",
    "law:home": "names of countries",
    "law:country": "law, the same for everybody",
    "law:pair": "law, the same for everybody",
    "law:row": "law, the same for everybody",
    "handovers:add_note": "asks for a note of the reader's own country",
    "handovers:statistics": "numbers, and of requests that are the reader's own too",
    "handovers:add_duty": "asks; the persons were shown on the page that leads here",
    "handovers:set_day": "asks",
    "handovers:report": "asks; the persons were shown on the page that leads here",
    "handovers:count_add": "asks; the person was shown on the page that leads here",
    "handovers:count_assess": "asks; the count was shown on the page that leads here",
    "handovers:waiting": "references of requests that are the reader's own too",
    "handovers:paper": "takes no GET",
    "handovers:calendar": "the reader's own address",
    "handovers:record_check": "asks; the person was shown on the page that leads here",
    "receipts:of_crossing": "what both countries state of requests that are the reader's own too",
    "receipts:draw_up": "asks",
    "receipts:print": "takes no GET",
    "receipts:sign": "asks",
    "receipts:progress": "whether a file is printed, and nothing else",
    "receipts:download": "the file is not drawn in this world: tested in tests/crossings with one that is",
    "receipts:retry": "takes no GET",
    "desk:list": "references of dossiers that are the reader's own too",
    "desk:returned": "what the reader's own country wrote",
    "desk:copy": "asks",
    "desk:comment": "asks",
    "dossiers:list": "references of dossiers that are the reader's own too",
    "dossiers:of_case": "references of dossiers that are the reader's own too",
    "dossiers:request": "references of dossiers that are the reader's own too",
    "dossiers:person": "leads to the dossier, where the look is noted",
    "dossiers:progress": "how far the work is",
    "dossiers:documents": "asks",
    "dossiers:document_download": "nothing is printed in this world: tested in tests/dossiers with one that is",
    "dossiers:document_progress": "how far the work is",
    "dossiers:document_retry": "takes no GET",
    "dossiers:download": "the file is not drawn in this world: tested in tests/api with one that is",
    "dossiers:sign": "asks",
    "dossiers:signed_download": "nothing is signed in this world: tested in tests/dossiers with one that is",
    "dossiers:retry": "takes no GET",
    "dossiers:runs": "the reader's own runs",
    "dossiers:run_download": "nothing is drawn in this world: tested in tests/dossiers/test_packing.py",
    "dossiers:run_start": "asks; says how many requests the reader sees",
    "exports:list": "the reader's own files, by their names",
    "exchange:list": "imports of the own country",
    "cases:why": "which rule opens it",
    "suspects:why": "which rule opens it",
    "evidence:why": "which rule opens it",
    "contributed": "what the own country contributed",
    "audit:checkpoints": "roots and signatures, of no record",
    "audit:checkpoint_download": "a root and its signature, of no record",
    "cases:consents": "questions and answers that are the reader's own too",
    "cases:consent": "a question that is the reader's own too",
    "cases:consent_withdraw": "asks",
    "cases:share_detail": "terms and words that are the reader's own too",
    "cases:share_accept": "asks",
    "cases:share_decline": "asks",
    "cases:share_ask": "asks",
    "handovers:consent": "references of what was left out of a request of the reader's own",
    "privacy:queue": "records of the own country",
}


@pytest.fixture
def newcomer(world: World) -> User:
    """A colleague of the recipient who has never looked, but has said why today."""
    reader = officer("CN", "liaison_officer")
    say_why(reader, world.case)
    world.viewers["newcomer"] = reader
    return reader


def noted(reader: User) -> Any:
    return Disclosure.objects.filter(recipient_officer=reader)


def test_every_page_a_recipient_opens_leaves_an_entry(world: World, newcomer: User, one_factor: None) -> None:
    client = client_of(world, "newcomer")
    forgotten, needless = [], []
    for name, (kwargs, allowed) in PAGES.items():
        if "full" not in allowed:
            continue
        with transaction.atomic():
            answer = client.get(reverse(name, kwargs=kwargs(world)))
            assert answer.status_code in {200, 302, 405, 409}, (name, answer.status_code)
            body(answer)
            with acting_as(world.viewers["supervisor"]):
                entries = noted(newcomer).count()
            transaction.set_rollback(True)
        if not entries and name not in SHOWS_NOTHING:
            forgotten.append(name)
        if entries and name in SHOWS_NOTHING and SHOWS_NOTHING[name].startswith("asks"):
            needless.append(name)
    assert forgotten == []
    assert not needless


def test_a_download_is_noted_each_time_and_a_look_once_a_day(
    world: World, newcomer: User, one_factor: None
) -> None:
    client = client_of(world, "newcomer")
    item, case = world.parts["item"], world.case
    address = reverse("evidence:download", kwargs={"case_uuid": case.uuid, "uuid": item.uuid})
    page = reverse("evidence:detail", kwargs={"case_uuid": case.uuid, "uuid": item.uuid})
    for _time in range(2):
        body(client.post(address))
        client.get(page)
    files = noted(newcomer).filter(path="FILE", object_uuid=item.uuid)
    assert files.count() == 2
    entry = files.latest("pk")
    item.refresh_from_db()
    assert (entry.sha256, entry.versions) == (item.sha256, {"record": item.version})
    assert (entry.owner.code, entry.recipient.code, entry.rule) == ("TH", "CN", "SHARE")
    assert entry.share == world.parts["share"]
    assert entry.reading_reason is not None
    assert entry.reading_reason.code == "SUPPORT"
    assert noted(newcomer).filter(path="PAGE", object_uuid=item.uuid).count() == 1


def test_the_own_country_leaves_no_entry_but_for_what_another_country_contributed(
    world: World, one_factor: None
) -> None:
    client = client_of(world, "own")
    with acting_as(world.viewers["own"]):
        before = list(Disclosure.objects.values_list("pk", flat=True))
    for name in ("cases:detail", "cases:list", "suspects:list", "evidence:list"):
        client.get(reverse(name, kwargs=PAGES[name][0](world)))
    with acting_as(world.viewers["own"]):
        new = Disclosure.objects.exclude(pk__in=before).values_list("path", "rule", "owner__code")
        assert set(new) == {("LIST", "CONTRIBUTED", "CN")}
