"""Pages of the law: read by every officer in every language, changed by legal officers alone."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from lmc_cases.core.once import new_token
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument, RefusalGround, TimeLimit
from lmc_cases.law.kinds import ROWS
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services import proposing
from tests.cases.browsing import signed_in, words
from tests.factories import officer
from tests.law.samples import LIMIT, day, pair

pytestmark = pytest.mark.django_db


def waiting(first: object, **more: object) -> LawProposal:
    given = {"kind": "limit", "cells": LIMIT, "valid_from": day("2026-01-01"), "reason": "Invented"}
    return proposing.propose_row(actor=first, **{**given, **more})


@pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
def test_every_page_answers_in_every_language(language: str) -> None:
    first, second = officer("TH", "legal_officer", language=language), officer("TH", "legal_officer")
    client = signed_in(first)
    proposal, foreign = waiting(first), waiting(second, cells={**LIMIT, "days": 5})
    pages = [reverse("law:home"), reverse("law:proposals")]
    pages += [reverse("law:country", args=[country.code]) for country in Jurisdiction.objects.all()]
    pages += [reverse("law:pair", args=pair_of) for pair_of in (("CN", "TH"), ("TH", "CN"), ("SG", "VN"))]
    pages += [reverse("law:proposal", args=[each.uuid]) for each in (proposal, foreign)]
    pages += [reverse("law:propose_row", args=[kind.code]) for kind in ROWS]
    pages += [reverse("law:withdraw", args=[proposal.uuid]), reverse("law:reject", args=[foreign.uuid])]
    for kind in ROWS:
        row = kind.model._default_manager.earliest("pk")
        pages.append(reverse("law:row", args=[kind.code, row.line]))
    mine = TimeLimit.objects.get(jurisdiction__code="TH", event="ARREST")
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    pages += [reverse(f"law:propose_{act}", args=["limit", mine.line]) for act in ("version", "end")]
    pages.append(reverse("law:propose_treaty_row", args=["ground", treaty.line]))
    for page in pages:
        assert client.get(page).status_code == 200, page


def test_law_is_proposed_confirmed_and_shown_through_the_pages() -> None:
    first, second = pair("TH")
    ground = RefusalGround.objects.filter(jurisdiction__code="TH", ground="POLITICAL").get()
    address = reverse("law:propose_version", args=["ground", ground.line])
    form = {
        "ground": "POLITICAL",
        "bearing": "MANDATORY",
        "law": ground.law,
        "article": "9",
        "statement": "Political offence, as read (invented).",
        "notes": "",
        "source": "Gazette (invented)",
        "confidence": "verified",
        "valid_from": "2026-02-01",
        "reason": "Read in full (invented)",
    }
    client = signed_in(first)
    refused = client.post(address, {**form, "source": ""})
    assert refused.status_code == 422
    answer = client.post(address, form)
    with acting_as(first):
        proposal = LawProposal.objects.get()
    assert answer.url == reverse("law:proposal", args=[proposal.uuid])
    assert "Another legal officer of your country decides on it." in words(client.get(answer.url))
    row_page = reverse("law:row", args=["ground", ground.line])
    assert "as read (invented)" not in words(client.get(row_page))
    colleague = signed_in(second)
    assert "waits for a second officer" in words(colleague.get(reverse("home")))
    shown = words(colleague.get(answer.url))
    assert "as read (invented)" in shown
    done = colleague.post(reverse("law:confirm", args=[proposal.uuid]))
    assert done.status_code == 302
    stranger = words(signed_in(officer("VN")).get(row_page))
    for words_of in (
        "as read (invented)",
        "Thailand · ",
        "Gazette (invented)",
        "Not reviewed by a lawyer",
        "Version 2",
    ):
        assert words_of in stranger
    assert "Propose a new version" not in stranger


def test_a_new_treaty_is_proposed_through_its_form() -> None:
    first, _second = pair("TH")
    form = {
        "parties": ["TH", "SG"],
        "title": "Invented treaty",
        "kind": "bilateral_extradition",
        "source": "x",
        "confidence": "general-knowledge",
        "valid_from": "",
        "reason": "x",
        "once": new_token(first.pk),
    }
    client, address = signed_in(first), reverse("law:propose_row", args=["instrument"])
    answer = client.post(address, form)
    assert answer.status_code == 302
    # A second click makes no second proposal.
    assert client.post(address, form).url == answer.url
    with acting_as(first):
        proposal = LawProposal.objects.get()
    assert (proposal.cells["parties"], proposal.valid_from) == (["SG", "TH"], None)
    assert len(proposal.concerned) == 2


def test_who_keeps_no_law_reads_it_and_finds_no_way_to_change_it() -> None:
    first, _second = pair("TH")
    proposal = waiting(first)
    mine = TimeLimit.objects.get(jurisdiction__code="TH", event="ARREST")
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    closed = [
        reverse("law:proposal", args=[proposal.uuid]),
        *(reverse(f"law:{act}", args=[proposal.uuid]) for act in ("confirm", "reject", "withdraw")),
        reverse("law:propose_version", args=["limit", mine.line]),
        reverse("law:propose_end", args=["limit", mine.line]),
    ]
    for stranger in (
        officer("VN", "legal_officer"),
        officer("TH", "supervisor"),
        officer("SG", "legal_officer"),
    ):
        client = signed_in(stranger)
        assert client.get(reverse("law:country", args=["TH"])).status_code == 200
        for page in closed:
            assert client.get(page).status_code == 404, page
            assert client.post(page, {"reason": "x"}).status_code in {404, 405}, page
    viet = signed_in(officer("VN", "legal_officer"))
    assert viet.get(reverse("law:propose_treaty_row", args=["limit", treaty.line])).status_code == 404
    plain = signed_in(officer("TH"))
    assert plain.get(reverse("law:proposals")).status_code == 404
    assert plain.get(reverse("law:propose_row", args=["limit"])).status_code == 404


def test_what_does_not_exist_is_404_and_a_chosen_pair_leads_to_its_page() -> None:
    client = signed_in(officer("TH"))
    nowhere = uuid.uuid4()
    for page in (
        reverse("law:country", args=["XX"]),
        reverse("law:pair", args=["TH", "TH"]),
        reverse("law:pair", args=["TH", "XX"]),
        reverse("law:row", args=["limit", nowhere]),
        reverse("law:row", args=["nonsense", nowhere]),
        reverse("law:propose_row", args=["nonsense"]),
        reverse("law:proposal", args=[nowhere]),
    ):
        assert client.get(page).status_code == 404, page
    chosen = client.get(reverse("law:home"), {"asking": "CN", "asked": "TH"})
    assert chosen.url == reverse("law:pair", args=["CN", "TH"])
    assert client.get(reverse("law:home"), {"asking": "CN", "asked": "XX"}).status_code == 200
