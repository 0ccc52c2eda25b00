"""Who sees a case: the owner, the recipients of shares in force, the named officers; nobody else."""

from __future__ import annotations

import datetime as dt
import time

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.cases.models import Case, CaseText, Level
from lmc_cases.cases.services import casework, sharing, visibility
from lmc_cases.jurisdictions.access import acting_as, resolve_audiences
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


def test_a_new_case_belongs_to_the_own_country_alone() -> None:
    thai, colleague = officer("TH"), officer("TH", "prosecutor")
    case = open_case(thai)
    assert Case.objects.visible_to(thai).get() == case
    assert Case.objects.visible_to(colleague).get() == case
    for code in ("CN", "KH", "LA", "MM", "VN", "SG"):
        assert not Case.objects.visible_to(officer(code)).exists()
    assert not Case.objects.visible_to(AnonymousUser()).exists()


def test_a_share_opens_the_case_at_its_level_only_while_in_force() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case = open_case(thai)
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="th", text="ข้อเท็จจริง")
    made = share(thai, case, "CN", Level.SUMMARY)
    assert Case.objects.visible_to(chinese).get() == case
    assert not Case.objects.visible_to(viet).exists()
    assert set(CaseText.objects.visible_to(chinese).values_list("kind", flat=True)) == {"TITLE"}
    assert not Case.objects.visible_to(chinese, at_least=Level.FULL).exists()
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="No longer needed")
    assert not Case.objects.visible_to(chinese).exists()
    share(thai, case, "CN", Level.FULL)
    assert CaseText.objects.visible_to(chinese).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_share_ends_by_the_clock_with_no_job_running(superuser_url: str) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN", ends_in=dt.timedelta(seconds=3))
    with acting_as(chinese):
        assert Case.objects.visible_to(chinese).exists()
    time.sleep(3.2)
    with acting_as(chinese):
        assert not Case.objects.visible_to(chinese).exists()
    with psycopg.connect(superuser_url) as looking_past_every_policy:
        rows = looking_past_every_policy.execute(
            "SELECT count(*) FROM cases_casevisibility WHERE case_id = %s", [case.pk]
        ).fetchone()
    assert rows == (2,)
    assert visibility.remove_ended() == 1
    assert visibility.drift().is_none


def test_a_share_with_one_agency_opens_nothing_to_the_rest_of_its_country() -> None:
    thai = officer("TH")
    chosen, other = officer("CN", suffix="ONE"), officer("CN", suffix="TWO")
    case = open_case(thai)
    share(thai, case, "CN", agency_id=chosen.agency.uuid if chosen.agency else None)
    assert Case.objects.visible_to(chosen).exists()
    assert not Case.objects.visible_to(other).exists()


def test_a_restricted_case_is_for_its_named_officers_even_at_home() -> None:
    thai, named, other = officer("TH"), officer("TH"), officer("TH", "supervisor")
    case = open_case(thai, is_restricted=True)
    assert Case.objects.visible_to(thai).exists()
    assert not Case.objects.visible_to(other).exists()
    casework.restrict_case(actor=thai, case_id=case.uuid, officer_ids=[named.uuid], reason="Informant")
    assert Case.objects.visible_to(named).exists()
    assert not Case.objects.visible_to(other).exists()
    casework.lift_restriction(actor=thai, case_id=case.uuid, reason="Over")
    assert Case.objects.visible_to(other).exists()
    assert visibility.drift().is_none


def test_a_superuser_without_a_grant_sees_nothing() -> None:
    case_owner = officer("TH")
    open_case(case_owner)
    root = officer("TH", "auditor")
    root.is_superuser = True
    root.save()
    assert not Case.objects.visible_to(root).exists()


def test_an_officer_without_roles_or_account_sees_nothing() -> None:
    thai = officer("TH")
    open_case(thai)
    revoke_role(actor=None, user_id=thai.uuid, role_code="liaison_officer")
    assert not Case.objects.visible_to(thai).exists()
    other = officer("TH")
    assert Case.objects.visible_to(other).exists()
    other.is_active = False
    assert not Case.objects.visible_to(other).exists()


def test_foreign_and_missing_cases_are_refused_alike() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    with pytest.raises(Case.DoesNotExist):
        casework.add_note(actor=chinese, case_id=case.uuid, text="x", language="en")
    with pytest.raises(Case.DoesNotExist):
        share(chinese, case, "VN")


def test_the_rule_is_one_statement_and_each_read_under_it_is_one() -> None:
    thai = officer("TH")
    open_case(thai)
    with CaptureQueriesContext(connection) as resolving:
        resolve_audiences(thai)
    assert len(resolving) == 1
    with acting_as(thai), CaptureQueriesContext(connection) as reading:
        assert list(Case.objects.visible_to(thai))
    assert len(reading) == 1
    with CaptureQueriesContext(connection) as alone:
        assert list(Case.objects.visible_to(thai))
    assert len(alone) == 1 + 1 + 1, "the rule, telling the database who asks, the read"
