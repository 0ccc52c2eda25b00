"""Rule: who may read a text stands on the text itself, and nobody but the triggers of the read model writes it there."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from lmc_cases.cases.models import CaseText, Level
from lmc_cases.cases.services import sharing, visibility
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case, share


def texts_seen(user: object) -> list[str]:
    with acting_as(user), connection.cursor() as cursor:  # type: ignore[arg-type]
        cursor.execute("SELECT text FROM cases_casetext ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_the_serving_role_opens_no_text_to_anybody() -> None:
    thai, lao = officer("TH"), officer("LA")
    open_case(thai, "Closed title")
    with acting_as(thai), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_casetext SET seen_by = seen_by || %s::bigint[], seen_until = 'infinity'",
            [[lao.audience_id, lao.agency.jurisdiction.audience_id]],
        )
        assert cursor.rowcount == 1
    assert texts_seen(lao) == []
    assert texts_seen(thai) == ["Closed title"]
    assert visibility.drift().is_none


@pytest.mark.django_db
def test_a_text_written_after_the_share_is_seen_until_the_share_is_taken_back() -> None:
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai, "Shared title")
    given = share(thai, case, "LA", Level.SUMMARY)
    with acting_as(thai):
        CaseText.objects.create(
            case=case, kind="SUMMARY", level=Level.SUMMARY, language="en", text="Later", author=thai
        )
        CaseText.objects.create(
            case=case, kind="FACTS", level=Level.FULL, language="en", text="Not yours", author=thai
        )
    assert texts_seen(lao) == ["Shared title", "Later"]
    sharing.revoke_share(actor=thai, share_id=given.uuid, reason="test")
    assert texts_seen(lao) == []


@pytest.mark.django_db(transaction=True)
def test_a_text_whose_trigger_was_off_is_found_by_the_check_and_repaired(superuser_url: str) -> None:
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai, "Forgotten title")
    share(thai, case, "LA", Level.SUMMARY)
    with psycopg.connect(superuser_url) as past_triggers:
        past_triggers.execute("SET LOCAL session_replication_role = 'replica'")
        past_triggers.execute("UPDATE cases_casetext SET seen_by = '{}'")
    assert texts_seen(lao) == []
    assert visibility.drift().texts == 1
    visibility.repair()
    assert visibility.drift().is_none
    assert texts_seen(lao) == ["Forgotten title"]
