"""Counters beside the filters: exact for every officer, at once, whether or not anything was folded."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseVisibility, Level
from lmc_cases.cases.services import casework, facets, sharing, visibility
from lmc_cases.cases.services.listing import OWN, SHARED, CaseFilters
from lmc_cases.jurisdictions.access import acting_as, resolve_audiences
from lmc_cases.jurisdictions.models import Clearance
from tests.cases.many_cases import statements_of
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


def counted(user: User) -> Counter[tuple[str, int | None, int]]:
    with acting_as(user):
        return Counter({(f.status, f.typology_id, f.owner_id): f.cases for f in facets.facets_of(user)})


def listed(user: User) -> Counter[tuple[str, int | None, int]]:
    """The same numbers the long way: one visible case after the other."""
    with acting_as(user):
        return Counter(
            (case.status, case.typology_id, case.owner_id) for case in Case.objects.visible_to(user)
        )


def total(user: User) -> int:
    return counted(user).total()


def edit(actor: User, case: Case, **changes: Any) -> None:
    case.refresh_from_db()
    fields: dict[str, Any] = {
        "status": case.status,
        "typology_code": case.typology.code if case.typology else "",
        "classification": case.classification,
        "loss_amount": None,
        "loss_currency": "",
        "fraud_victims": None,
        "place": "",
        "occurred_from": None,
        "occurred_to": None,
    }
    casework.edit_case(actor=actor, case_id=case.uuid, version=case.version, **(fields | changes))


def test_counts_follow_every_change_at_once_and_folding_changes_none() -> None:
    thai, chinese, lao = officer("TH"), officer("CN"), officer("LA", clearance=Clearance.RESTRICTED)
    case, other = open_case(thai, typology_code="investment"), open_case(thai)
    made = share(thai, case, "CN", Level.EXISTENCE)
    share(thai, case, "LA")

    def holds(*, thai_sees: int, chinese_sees: int, lao_sees: int) -> None:
        assert (total(thai), total(chinese), total(lao)) == (thai_sees, chinese_sees, lao_sees)
        for user in (thai, chinese, lao):
            assert counted(user) == listed(user)

    holds(thai_sees=2, chinese_sees=1, lao_sees=1)
    edit(thai, case, status=Case.Status.SUSPENDED, typology_code="")
    assert counted(chinese) == {(Case.Status.SUSPENDED, None, case.owner_id): 1}
    assert facets.fold() > 0
    assert facets.fold() == 0
    holds(thai_sees=2, chinese_sees=1, lao_sees=1)
    edit(thai, case, classification=Case.Classification.SECRET)
    holds(thai_sees=2, chinese_sees=1, lao_sees=0)
    casework.restrict_case(actor=thai, case_id=other.uuid, officer_ids=[], reason="alone")
    colleague = officer("TH")
    holds(thai_sees=2, chinese_sees=1, lao_sees=0)
    assert total(colleague) == 1
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="over")
    holds(thai_sees=2, chinese_sees=0, lao_sees=0)
    casework.lift_restriction(actor=thai, case_id=other.uuid, reason="over")
    assert total(colleague) == 2
    facets.fold()
    holds(thai_sees=2, chinese_sees=0, lao_sees=0)
    assert visibility.drift().is_none


def test_an_officer_of_several_audiences_counts_each_case_once() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    share(thai, case, "CN", agency_id=chinese.agency.uuid if chinese.agency else None)
    with acting_as(chinese):
        assert CaseVisibility.objects.visible_to(chinese).filter(case=case).count() == 2
    assert total(chinese) == 1
    facets.fold()
    assert total(chinese) == 1


def rows_of(user: User, case: Case, superuser_url: str) -> int:
    """How many rows stand, whatever the policies would show of them."""
    with psycopg.connect(superuser_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM cases_casevisibility WHERE case_id = %s AND audience_id = ANY (%s)",
            [case.pk, list(resolve_audiences(user))],
        ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_folded", [False, True])
def test_a_share_that_ended_by_the_clock_is_not_counted_with_every_job_stopped(
    is_folded: bool, superuser_url: str
) -> None:
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai)
    share(thai, case, "LA", ends_in=dt.timedelta(seconds=2))
    if is_folded:
        facets.fold()
    assert (total(thai), total(lao)) == (1, 1)
    time.sleep(2.2)
    assert (total(thai), total(lao)) == (1, 0)
    assert rows_of(lao, case, superuser_url) == 1, "the sweeper must not have run"
    assert visibility.remove_ended() == 1
    assert (total(thai), total(lao)) == (1, 0)
    assert visibility.drift().is_none


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_counters_follow_the_cases_whoever_races_whom() -> None:
    """Grants, revocations and folds at once: no count is lost and none is left over."""
    thai = officer("TH")
    viewers = [officer(code) for code in ("CN", "KH", "LA")]
    cases = [open_case(thai, f"Raced {number}") for number in range(4)]
    failures: list[BaseException] = []

    def thread(act: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - told by the test
                failures.append(error)
            finally:
                connections.close_all()

        return threading.Thread(target=run)

    def grant_and_revoke(code: str) -> None:
        for case in cases * 2:
            made = share(thai, case, code)
            sharing.revoke_share(actor=thai, share_id=made.uuid, reason="raced")
        share(thai, cases[0], code)

    def fold_often() -> None:
        for _time in range(25):
            facets.fold()
            time.sleep(0.01)

    threads = [
        *(thread(lambda code=code: grant_and_revoke(code)) for code in ("CN", "KH", "LA")),
        thread(fold_often),
        thread(fold_often),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not failures
    assert total(thai) == 4
    assert [total(viewer) for viewer in viewers] == [1, 1, 1]
    assert visibility.drift().is_none
    facets.fold()
    assert [total(viewer) for viewer in viewers] == [1, 1, 1]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*), sum(n) FROM cases_facetcount")
        assert cursor.fetchone() == (2, 4)
        cursor.execute("SELECT count(*) FROM cases_facetdelta")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_counter_that_the_trigger_missed_is_found_and_repaired() -> None:
    thai = officer("TH")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER facets_of_new_cases")
    try:
        open_case(thai)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER facets_of_new_cases")
    assert total(thai) == 0
    assert visibility.drift().facets == 1
    with pytest.raises(CommandError, match="drifted"):
        call_command("check_visibility")
    call_command("check_visibility", repair=True)
    assert total(thai) == 1
    assert visibility.drift().is_none


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_deleted_case_is_counted_no_more() -> None:
    thai = officer("TH")
    kept, gone = open_case(thai), open_case(thai)
    with connections["owner"].cursor() as cursor:
        for table in ("casetext", "casedetail", "searchentry", "casevisibility"):
            cursor.execute(f"DELETE FROM cases_{table} WHERE case_id = %s", [gone.pk])
        cursor.execute("DELETE FROM cases_case WHERE id = %s", [gone.pk])
    assert counted(thai) == {(Case.Status.OPEN, None, kept.owner_id): 1}
    assert visibility.drift().is_none


def test_an_option_counts_what_it_would_leave_beside_the_other_filters() -> None:
    thai, chinese = officer("TH"), officer("CN")
    mine = open_case(chinese, typology_code="investment")
    for is_closed in (False, True):
        case = open_case(thai, typology_code="investment")
        share(thai, case, "CN")
        if is_closed:
            edit(thai, case, status=Case.Status.CLOSED)
    investment = mine.typology_id
    with acting_as(chinese):
        all_of_them = facets.option_counts(chinese, CaseFilters())
        assert all_of_them is not None
        assert all_of_them.status == {"OPEN": 2, "CLOSED": 1}
        assert all_of_them.typology == {investment: 3}
        assert all_of_them.owner == {mine.owner_id: 1, case.owner_id: 2}
        closed = facets.option_counts(chinese, CaseFilters(status="CLOSED"))
        assert closed is not None
        # The own options stay what they would leave; the others are narrowed.
        assert closed.status == {"OPEN": 2, "CLOSED": 1}
        assert closed.owner == {case.owner_id: 1}
        for whose, expected in ((OWN, {"OPEN": 1}), (SHARED, {"OPEN": 1, "CLOSED": 1})):
            narrowed = facets.option_counts(chinese, CaseFilters(whose=whose))
            assert narrowed is not None
            assert narrowed.status == expected
        assert facets.option_counts(chinese, CaseFilters(at_least=Level.FULL)) is None
        assert facets.own_and_shared(chinese) == (1, 2)


def test_the_pages_show_the_counts_beside_the_options(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    thai, chinese = officer("TH"), officer("CN")
    open_case(chinese)
    share(thai, open_case(thai, typology_code="investment"), "CN")
    client.force_login(chinese, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("cases:list")).content.decode()
    for shown in ("Open (2)", "Closed (0)", "Thailand (1)", "China (1)", "Cambodia (0)"):
        assert f">{shown}</option>" in page, shown
    # No counter knows the level: no count is better than a wrong one.
    by_level = client.get(reverse("cases:list"), {"level": "full"}).content.decode()
    assert ">Open</option>" in by_level
    searched = client.get(reverse("cases:list"), {"q": "invented"}).content.decode()
    assert ">Open</option>" in searched
    home = client.get(reverse("home")).content.decode()
    assert "All shared cases" in home
    assert '<span class="lmc-muted">1</span>' in home


def test_the_counters_are_read_by_one_statement() -> None:
    thai = officer("TH")
    open_case(thai)
    (statement,) = statements_of(thai, lambda: facets.facets_of(thai))
    assert "case_facets()" in statement


def test_nobody_but_the_function_reads_the_counters() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE '%facet%'"
            " AND has_function_privilege(current_user, oid, 'EXECUTE') ORDER BY proname"
        )
        assert [row[0] for row in cursor.fetchall()] == [
            "case_facet_drift",
            "case_facets",
            "case_facets_from_cases",
            "fold_case_facets",
            "repair_case_facets",
        ]
