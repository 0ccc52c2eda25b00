"""Sealing: every committed event once, in the order of transactions, whoever is killed or waits."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet
from django.test import Client

from lmc_cases.audit import merkle
from lmc_cases.audit.models import (
    AuditCheckpoint,
    AuditEpoch,
    AuditEvent,
    AuditLeaf,
    AuditReason,
    AuditSeal,
    Operation,
)
from lmc_cases.audit.services import record, sealing
from lmc_cases.audit.services.proving import StoredTree
from lmc_cases.audit.services.verifying import verify
from lmc_cases.cases.services import sharing
from tests.audit.abroad import many
from tests.factories import officer, open_case, share

# Another worker's open transaction delays sealing: transaction ids are the cluster's.
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
# The log is of no country: it is counted past the policies, as the operator's command does.
PAST_POLICIES = "owner"
LOG_TABLES = (
    "audit_auditepoch",
    "audit_auditleaf",
    "audit_auditnode",
    "audit_auditseal",
    "audit_auditcheckpoint",
    "audit_checkpointdelivery",
)


def events() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.using(PAST_POLICIES)


def test_everything_committed_is_sealed_and_nothing_twice(log: None) -> None:
    assert AuditLeaf.objects.count() == events().count() >= 5
    assert sealing.seal(wait=True) == 0, "what is sealed is not sealed again"
    report = verify(using=PAST_POLICIES)
    assert report.holds, report.faults
    assert report.waiting == 0
    checkpoint = AuditCheckpoint.objects.get()
    leaves = [
        bytes(leaf) for leaf in AuditLeaf.objects.order_by("leaf_index").values_list("leaf_hash", flat=True)
    ]
    assert bytes(checkpoint.root) == merkle.root_of(leaves)


def test_an_open_transaction_delays_sealing_and_is_warned_of_and_nothing_is_lost(
    log: None, superuser_url: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    before = AuditLeaf.objects.count()
    with psycopg.connect(superuser_url) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        open_case(officer("TH"), "While another transaction is open")
        assert sealing.seal(wait=True) == 0
        with pytest.raises(sealing.SealingDelayed):
            sealing.seal_now(timeout_seconds=0.3)
        settings.AUDIT_LAG_SECONDS = 0
        assert sealing.warn_when_late().is_late
        assert "wait for their seal" in caplog.text
        slow.rollback()
    assert sealing.seal_now() > 0
    assert AuditLeaf.objects.count() == events().count() > before
    assert sealing.lag() == sealing.Lag(waiting=0, seconds=0.0)


def test_eight_writers_with_commits_in_any_order_lose_no_event_and_gain_none(
    log: None, superuser_url: str
) -> None:
    thai = officer("TH")
    over = threading.Event()

    def write(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _n in range(30):
                with transaction.atomic():
                    record(actor=thai, operation=Operation.CONSULTATION, verb="cases.listed")
                    time.sleep(rng.random() * 0.01)
                    if rng.random() < 0.1:
                        transaction.set_rollback(True)
        finally:
            connections.close_all()

    def keep_sealing() -> None:
        try:
            while not over.is_set():
                sealing.seal()
        finally:
            connections.close_all()

    sealers = [threading.Thread(target=keep_sealing) for _n in range(2)]
    writers = [threading.Thread(target=write, args=[n]) for n in range(8)]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in sealers:
        thread.join()
    sealing.seal_now()
    assert AuditLeaf.objects.count() == events().count()
    assert len(AuditSeal.objects.all()) > 2
    report = verify(using=PAST_POLICIES)
    assert report.holds, report.faults


def test_stored_hashes_give_the_same_proofs_as_all_leaves(log: None, superuser_url: str) -> None:
    many(70_000, superuser_url)
    sealing.seal(wait=True)
    leaves = [
        bytes(one) for one in AuditLeaf.objects.order_by("leaf_index").values_list("leaf_hash", flat=True)
    ]
    size = len(leaves)
    tree = StoredTree()
    for at in (1, 5, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, size):
        assert tree.root(at) == merkle.root_of(leaves[:at]), at
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        expected = [merkle.root_of(leaves[a:b]) for a, b in merkle.inclusion_ranges(index, size)]
        assert tree.inclusion(index, size) == expected
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as statements:
        StoredTree().inclusion(40_000, size)
        StoredTree().consistency(40_001, size)
    assert len(statements) <= 12, "a proof does not read the log"


def test_a_sealer_that_is_killed_leaves_whole_batches_and_the_next_goes_on(
    log: None, superuser_url: str, tmp_path: Path
) -> None:
    many(40_000, superuser_url)
    program = (
        "import django; django.setup(); from lmc_cases.audit.services import sealing; sealing.seal(wait=True)"
    )
    environment = {**os.environ, "LMC_AUDIT_ANCHOR": str(tmp_path / "killed.txt")}
    for pause in (0.0, 0.2):
        sealer = subprocess.Popen([sys.executable, "-c", program], env=environment)
        before = AuditSeal.objects.count()
        deadline = time.monotonic() + 20
        while AuditSeal.objects.count() == before and time.monotonic() < deadline and sealer.poll() is None:
            time.sleep(0.02)
        time.sleep(pause)
        sealer.send_signal(signal.SIGKILL)
        sealer.wait()
    sealing.seal(wait=True)
    report = verify(using=PAST_POLICIES)
    assert report.holds, report.faults
    assert report.events == events().count() > 40_000
    assert AuditCheckpoint.objects.filter(tree_size=report.events).exists()


def test_two_sealers_do_not_meet(log: None, superuser_url: str) -> None:
    with psycopg.connect(superuser_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(119217074566500)")
        assert sealing.seal() is None


def test_erasing_the_words_of_an_officer_breaks_no_proof(log: None) -> None:
    thai = officer("TH")
    case = open_case(thai)
    made = share(thai, case, "CN")
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="An informant named Invented")
    sealing.seal_now()
    assert verify(using=PAST_POLICIES).holds
    erased = AuditReason.objects.using(PAST_POLICIES)
    assert erased.count() == 2
    erased.delete()
    report = verify(using=PAST_POLICIES)
    assert report.holds, report.faults
    assert report.reasons_erased == 2


def test_sealed_bytes_hold_no_words_and_no_address() -> None:
    thai = officer("TH")
    case = open_case(thai)
    from lmc_cases.core.request_id import Origin, work_from

    with work_from(Origin(request_id="abc12345", address="192.0.2.77", channel="web")):
        event = record(
            actor=thai, operation=Operation.DISCLOSURE, verb="case.shared", target=case, reason="Secret words"
        )
    event.refresh_from_db(using=PAST_POLICIES)
    sealed = bytes(event.canonical).decode()
    assert "Secret" not in sealed
    assert "192.0.2.77" not in sealed
    assert thai.full_name not in sealed
    assert str(thai.uuid) in sealed
    assert '"request":"abc12345"' in sealed
    assert sealed.startswith('{"at":')


def test_fractions_are_refused_before_they_are_sealed() -> None:
    with pytest.raises(TypeError, match="fraction"):
        record(actor=None, operation=Operation.SIGN_IN, verb="officer.signed_in", codes={"share": 0.5})


@pytest.mark.parametrize("table", LOG_TABLES)
def test_the_product_can_change_nothing_of_the_log(log: None, table: str) -> None:
    for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        statement = act.replace("id = id", "leaf_index = leaf_index") if table == "audit_auditleaf" else act
        for alias in ("default", "owner"):
            with (
                pytest.raises(DatabaseError, match=r"permission denied|append-only"),
                transaction.atomic(using=alias),
                connections[alias].cursor() as cursor,
            ):
                cursor.execute(statement)


@pytest.mark.parametrize("table", LOG_TABLES[:4])
def test_the_product_writes_no_seal_itself(log: None, table: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 0")


def test_no_event_can_be_given_a_past_transaction_or_hash(log: None) -> None:
    event = record(actor=None, operation=Operation.SIGN_IN, verb="officer.signed_in")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (uuid, occurred_at, request_id, channel, address_salt, operation, verb, "
            "object_type, reference, reason_code, reason_commitment, outcome, codes, canonical, xid) "
            "SELECT gen_random_uuid(), occurred_at, request_id, channel, '', operation, verb, '', '', '', '', outcome,"
            " codes, canonical, '3'::xid8 FROM audit_auditevent WHERE id = %s",
            [event.pk],
        )
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE xid::text = '3'")
        assert cursor.fetchone() == (0,)
        with pytest.raises(DatabaseError, match="leaf_hash"):
            cursor.execute("INSERT INTO audit_auditevent (leaf_hash) VALUES ('x')")


def test_after_a_restore_counting_begins_anew_and_the_sealer_notices_by_itself(
    log: None, superuser: Callable[..., list[tuple[Any, ...]]], anchor: Path
) -> None:
    """Another cluster: the ids of transactions are smaller than those of the events in the dump."""
    superuser("UPDATE audit_auditseal SET last_xid = last_xid + 4000000000")
    superuser("UPDATE audit_auditevent SET xid = (xid::text::bigint + 4000000000)::text::xid8")
    kept = anchor.read_text()
    open_case(officer("TH"), "After the restore")
    assert sealing.seal(wait=True)
    assert [epoch.number for epoch in AuditEpoch.objects.order_by("number")] == [1, 2]
    sealing.seal_now()
    report = verify(against=[kept], using=PAST_POLICIES)
    assert report.holds, report.faults
    assert AuditLeaf.objects.count() == events().count()
    assert events().filter(verb="audit.epoch_begun", codes__epoch=2).exists()
    assert "epoch 2" in anchor.read_text()
    assert anchor.with_name("newest-checkpoint-before-epoch-2.txt").read_text() == kept
    open_case(officer("TH"), "And later")
    assert sealing.seal_now() > 0
    assert AuditEpoch.objects.count() == 2


def test_a_new_epoch_takes_what_was_left_unsealed(log: None) -> None:
    open_case(officer("TH"), "Not sealed when the dump was made")
    assert sealing.begin_epoch("restored") == 2
    open_case(officer("TH"), "In the new epoch")
    sealing.seal_now()
    report = verify(using=PAST_POLICIES)
    assert report.holds, report.faults
    assert report.waiting == 0


def test_the_beat_and_a_worker_seal_by_themselves(
    start_worker: Callable[..., Any], start_beat: Callable[..., Any], tmp_path: Path
) -> None:
    environment = {"LMC_AUDIT_SEAL_SECONDS": "0.5", "LMC_AUDIT_ANCHOR": str(tmp_path / "anchor.txt")}
    start_worker(**environment)
    start_beat(**environment)
    open_case(officer("TH"), "Sealed by the worker")
    deadline = time.monotonic() + 30
    # The anchor is written last, after the seal and its signature.
    while not (tmp_path / "anchor.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert AuditLeaf.objects.count() == events().count() > 0
    assert (tmp_path / "anchor.txt").exists()


def test_the_page_says_when_sealing_lags(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    settings.AUDIT_LAG_SECONDS = 0
    client = Client()
    client.force_login(officer("TH", "auditor"))
    assert "seal" in client.get("/audit/").content.decode()
