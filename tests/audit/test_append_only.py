"""PostgreSQL itself refuses to change what was recorded, whoever asks in the product's name."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, connections, transaction

from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.audit.services import commitment
from lmc_cases.cases.services import sharing
from tests.factories import officer, open_case, share

ACTS = (
    "UPDATE audit_auditevent SET verb = 'nothing.happened'",
    "DELETE FROM audit_auditevent",
    "TRUNCATE audit_auditevent CASCADE",
)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_the_product_cannot_change_the_record(act: str) -> None:
    open_case(officer("TH"))
    before = AuditEvent.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert AuditEvent.objects.count() == before > 0


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("act", ACTS)
def test_not_even_the_role_that_migrates_can(act: str) -> None:
    open_case(officer("TH"))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(act)


@pytest.mark.django_db
def test_a_reason_stands_apart_and_the_event_holds_a_commitment_to_it() -> None:
    thai = officer("TH")
    case = open_case(thai)
    made = share(thai, case, "CN")
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="An informant named Invented")
    event = AuditEvent.objects.get(verb="case.share_revoked")
    reason = AuditReason.objects.get(event=event)
    assert event.reason_commitment == commitment(reason.text, reason.salt)
    assert "Invented" not in str(event.codes)
    reason.delete()
    event.refresh_from_db()
    assert event.reason_commitment, "erasing the words leaves the sealed row as it was"


@pytest.mark.django_db
def test_an_undone_change_leaves_no_record_of_having_been_done() -> None:
    thai = officer("TH")

    class Stop(Exception):
        pass

    def open_and_stop() -> None:
        with transaction.atomic():
            open_case(thai)
            raise Stop

    with pytest.raises(Stop):
        open_and_stop()
    assert not AuditEvent.objects.filter(verb="case.opened").exists()
