"""Rule: law is changed by two legal officers of one country; nothing changes before the second one confirms."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import LegalInstrument, RefusalGround, TimeLimit
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services import proposing
from lmc_cases.law.services.telling import notices_of_law
from tests.factories import officer
from tests.law.samples import GROUND, LIMIT, added, day, pair

pytestmark = pytest.mark.django_db


def proposed(first: Any, cells: dict[str, Any] = LIMIT, **more: Any) -> LawProposal:
    given = {"kind": "limit", "valid_from": day("2026-01-01"), "reason": "Read in the gazette (invented)"}
    return proposing.propose_row(actor=first, cells=cells, **{**given, **more})


def told(user: Any) -> list[str]:
    with acting_as(user):
        return [row.notice.code for row in notices_of_law(actor=user, size=9)]


def verbs(user: Any) -> list[str]:
    with acting_as(user):
        return list(
            AuditEvent.objects.filter(verb__startswith="law.").order_by("pk").values_list("verb", flat=True)
        )


def test_nothing_changes_before_a_second_officer_confirms_and_then_the_row_names_its_country() -> None:
    first, second = pair("TH")
    proposal = proposed(first)
    assert not TimeLimit.objects.filter(line=proposal.line).exists()
    assert told(second) == ["law.proposed"]
    assert told(first) == []
    proposing.confirm_proposal(actor=second, proposal_id=proposal.uuid)
    row = TimeLimit.objects.get(line=proposal.line)
    assert (row.days, row.verified_by.code, row.valid_from) == (20, "TH", day("2026-01-01"))
    assert row.verified_on == row.last_checked_on
    assert told(first) == ["law.confirmed"]
    assert told(second) == []
    auditor = officer("TH", "supervisor")
    assert verbs(auditor) == ["law.proposed", "law.confirmed"]


def test_whoever_proposed_does_not_confirm_or_reject_and_takes_it_back_alone() -> None:
    first, second = pair("TH")
    proposal = proposed(first)
    with pytest.raises(proposing.NotDecided, match="Another legal officer"):
        proposing.confirm_proposal(actor=first, proposal_id=proposal.uuid)
    with pytest.raises(proposing.NotDecided, match="Another legal officer"):
        proposing.reject_proposal(actor=first, proposal_id=proposal.uuid, reason="no")
    with pytest.raises(proposing.NotDecided, match="Only the officer"):
        proposing.withdraw_proposal(actor=second, proposal_id=proposal.uuid)
    with acting_as(first), pytest.raises(IntegrityError, match="needs_two"), transaction.atomic():
        LawProposal.objects.filter(pk=proposal.pk).update(state="CONFIRMED", decided_by=first)
    proposing.withdraw_proposal(actor=first, proposal_id=proposal.uuid)
    with pytest.raises(proposing.NotDecided, match="decided already"):
        proposing.confirm_proposal(actor=second, proposal_id=proposal.uuid)
    assert not TimeLimit.objects.filter(line=proposal.line).exists()


def test_a_rejection_gives_its_reason() -> None:
    first, second = pair("TH")
    proposal = proposed(first)
    with pytest.raises(InvalidInput) as caught:
        proposing.reject_proposal(actor=second, proposal_id=proposal.uuid, reason=" ")
    assert caught.value.field == "reason"
    proposing.reject_proposal(actor=second, proposal_id=proposal.uuid, reason="Another article (invented)")
    with acting_as(first):
        proposal.refresh_from_db()
    assert (proposal.state, proposal.decision_reason) == ("REJECTED", "Another article (invented)")
    assert told(first) == ["law.rejected"]
    assert not TimeLimit.objects.filter(line=proposal.line).exists()


@pytest.mark.parametrize(
    ("country", "role"),
    [("TH", "supervisor"), ("TH", "liaison_officer"), ("CN", "legal_officer"), ("SG", "legal_officer")],
)
def test_nobody_but_a_legal_officer_of_the_country_reads_or_decides(country: str, role: str) -> None:
    first, _second = pair("TH")
    proposal = proposed(first)
    other = officer(country, role)
    with acting_as(other):
        assert not LawProposal.objects.visible_to(other).exists()
        assert not LawProposal.objects.filter(pk=proposal.pk).exists() or country == "TH"
    for act in (proposing.confirm_proposal, proposing.withdraw_proposal):
        with pytest.raises(LawProposal.DoesNotExist):
            act(actor=other, proposal_id=proposal.uuid)
    row = TimeLimit.objects.get(jurisdiction__code="TH", event="ARREST")
    with pytest.raises(LawProposal.DoesNotExist):
        proposing.propose_version(
            actor=other, kind="limit", line=row.line, cells=LIMIT, valid_from=day("2027-01-01"), reason="no"
        )
    with pytest.raises(LawProposal.DoesNotExist):
        proposing.propose_end(
            actor=other, kind="limit", line=row.line, last_day=day("2027-01-01"), source="x", reason="no"
        )


def test_a_treaty_row_is_read_by_the_other_party_which_is_told_and_does_not_decide() -> None:
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    first, second = pair("TH")
    chinese, viet = officer("CN", "legal_officer"), officer("VN", "legal_officer")
    proposal = proposed(first, instrument_line=treaty.line)
    assert told(chinese) == ["law.abroad"]
    assert told(viet) == []
    with acting_as(chinese):
        assert LawProposal.objects.visible_to(chinese).get() == proposal
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            LawProposal.objects.filter(pk=proposal.pk).update(decision_reason="forged")
    with acting_as(viet):
        assert not LawProposal.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM law_historicallawproposal")
            assert cursor.fetchone() == (0,)
    with pytest.raises(LawProposal.DoesNotExist):
        proposing.confirm_proposal(actor=chinese, proposal_id=proposal.uuid)
    with pytest.raises(LawProposal.DoesNotExist):
        proposed(viet, instrument_line=treaty.line)
    proposing.confirm_proposal(actor=second, proposal_id=proposal.uuid)
    row = TimeLimit.objects.get(line=proposal.line)
    assert (row.instrument, row.jurisdiction, row.verified_by.code) == (treaty, None, "TH")
    assert sorted(told(chinese)) == ["law.abroad", "law.confirmed"]


def test_a_new_treaty_names_its_parties_the_own_country_among_them() -> None:
    officers = pair("TH")
    cells = {
        "title": "Invented treaty",
        "kind": "bilateral_extradition",
        "source": "x",
        "confidence": "verified",
    }
    with pytest.raises(InvalidInput) as caught:
        added(officers, "instrument", cells, parties=["CN", "VN"])
    assert caught.value.field == "parties"
    row = added(officers, "instrument", cells, parties=["TH", "SG"])
    assert (row.parties_text, row.parties.count()) == ("SG|TH", 2)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"days": None}, "days"),
        ({"days": "many"}, "days"),
        ({"days": 99_999_999}, "days"),
        ({"event": "NONSENSE"}, "event"),
        ({"law": ""}, "law"),
        ({"law": "x" * 500}, "law"),
        ({"source": " "}, "source"),
        ({"confidence": "certain"}, "confidence"),
        ({"confidence": ""}, "confidence"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(cells: dict[str, Any], field: str) -> None:
    first, _second = pair("TH")
    with pytest.raises(InvalidInput) as caught:
        proposed(first, {**LIMIT, **cells})
    assert caught.value.field == field


def test_what_changed_since_is_not_confirmed_over_and_one_proposal_waits_at_a_time() -> None:
    first, second = pair("CN")
    row = RefusalGround.objects.filter(jurisdiction__code="CN").earliest("pk")
    change = {"actor": first, "kind": "ground", "line": row.line, "cells": GROUND, "reason": "Invented"}
    waiting = proposing.propose_version(**change, valid_from=timezone.localdate())
    with pytest.raises(proposing.NotDecided, match="waits for a second officer"):
        proposing.propose_version(**change, valid_from=timezone.localdate())
    # As if a new release of the files had come between.
    RefusalGround.objects.filter(pk=row.pk).update(closed_at=timezone.now())
    RefusalGround.objects.create(
        natural_key="test-release",
        line=row.line,
        version=2,
        jurisdiction=row.jurisdiction,
        ground="NATIONAL",
        bearing="MANDATORY",
        law="Invented",
    )
    with pytest.raises(proposing.NotDecided, match="has changed since"):
        proposing.confirm_proposal(actor=second, proposal_id=waiting.uuid)


def test_a_version_begins_after_the_one_before_and_an_end_after_the_beginning() -> None:
    officers = pair("TH")
    row = added(officers, "limit", LIMIT)
    change = {"actor": officers[0], "kind": "limit", "line": row.line}
    with pytest.raises(InvalidInput) as caught:
        proposing.propose_version(**change, cells=LIMIT, valid_from=day("2019-01-01"), reason="x")
    assert caught.value.field == "valid_from"
    with pytest.raises(InvalidInput) as caught:
        proposing.propose_end(**change, last_day=day("2019-01-01"), source="x", reason="x")
    assert caught.value.field == "last_day"
    end = proposing.propose_end(**change, last_day=day("2027-01-01"), source="x", reason="x")
    proposing.confirm_proposal(actor=officers[1], proposal_id=end.uuid)
    row.refresh_from_db()
    assert row.valid_to == day("2027-01-01")
    with pytest.raises(proposing.NotDecided, match="ended already"):
        proposing.propose_end(**change, last_day=day("2028-01-01"), source="x", reason="x")


def test_what_was_decided_is_not_decided_again_in_the_database() -> None:
    first, second = pair("TH")
    proposal = proposed(first)
    proposing.confirm_proposal(actor=second, proposal_id=proposal.uuid)
    for change in ({"state": "WAITING"}, {"reason": "forged"}):
        with (
            acting_as(first),
            pytest.raises(DatabaseError),
            transaction.atomic(),
        ):
            LawProposal.objects.filter(pk=proposal.pk).update(**change)
