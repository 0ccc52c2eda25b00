"""Whose eyes a transaction has: from its first statement to its end, and no further."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from lmc_cases.cases.models import Level
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case, share
from tests.security.raw import nobody, seen


@pytest.mark.django_db(transaction=True)
def test_a_share_ends_by_the_clock_for_raw_sql_too_with_the_sweeper_stopped(superuser_url: str) -> None:
    """The read model still holds the row, and the policies pass over it."""
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai, "Ends soon")
    share(thai, case, "LA", Level.FULL, ends_in=dt.timedelta(seconds=3))
    tables = ("cases_case", "cases_casetext", "cases_casevisibility", "cases_searchentry")

    def found() -> list[int]:
        counted = []
        with acting_as(lao), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
                row = cursor.fetchone()
                assert row is not None
                counted.append(int(row[0]))
        return counted

    before = found()
    assert all(before)
    time.sleep(3.2)
    after = found()
    assert after == [0, 0, 0, 0]
    with psycopg.connect(superuser_url) as past_policies:
        ended = past_policies.execute(
            "SELECT count(*) FROM cases_casevisibility WHERE case_id = %s AND until <= now()", [case.pk]
        ).fetchone()
    assert ended == (1,), "the sweeper must not have run, or this test shows nothing"


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_carries_no_viewer_to_the_next_transaction() -> None:
    thai = officer("TH")
    open_case(thai)
    with acting_as(thai), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), count(*) FROM cases_case")
        first = cursor.fetchone()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), count(*) FROM cases_case")
        second = cursor.fetchone()
    assert first is not None
    assert second is not None
    assert settings.DATABASES["default"]["OPTIONS"]["pool"]
    assert (first[0], first[1], second[1]) == (second[0], 1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_viewer_inside_a_viewer_ends_with_its_block() -> None:
    thai, lao = officer("TH"), officer("LA")
    open_case(thai)
    with acting_as(thai):
        assert len(seen("cases_case")) == 1
        with acting_as(lao):
            assert seen("cases_case") == []
        assert len(seen("cases_case")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_audit_record_opens_to_its_countries_to_the_owner_of_the_case_and_to_the_actor() -> None:
    thai, auditor, lao, viet = officer("TH"), officer("TH", "auditor"), officer("LA"), officer("VN")
    case = open_case(thai, "Watched")

    def acts(viewer: Any) -> int:
        with acting_as(viewer), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_auditevent WHERE case_uuid = %s", [case.uuid])
            row = cursor.fetchone()
            assert row is not None
            return int(row[0])

    assert acts(thai) > 0
    assert acts(auditor) == acts(thai)
    assert acts(lao) == acts(viet) == 0
    with nobody(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent")
        assert cursor.fetchone() == (0,)
