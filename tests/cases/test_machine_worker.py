"""A real worker drafts by a real machine; one that is killed while it waits is followed by exactly one draft."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import CaseText, MachineDraft
from lmc_cases.cases.services.casework import ask_machine_draft, write_text
from lmc_cases.core.jobs import JobState
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.translation_server import machine
from tests.factories import officer, open_case
from tests.harness.programs import Beat, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]


def wait_until(what: Callable[[], bool], why: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.1)


def test_a_worker_killed_while_the_machine_works_is_followed_by_one_draft(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat], settings: Any
) -> None:
    with machine() as server:
        settings.TRANSLATOR_URL = server.url
        here = {
            "LMC_TRANSLATOR_URL": server.url,
            "LMC_JOB_LEASE_SECONDS": "2",
            "LMC_JOB_SWEEP_SECONDS": "1",
        }
        sender = officer("TH", "liaison_officer", "machine_translation")
        case = open_case(sender, title="Invented case")
        write_text(actor=sender, case_id=case.uuid, kind="FACTS", language="th", text="ข้อเท็จจริง")
        server.wait = 600
        first = start_worker(**here)
        draft = ask_machine_draft(actor=sender, case_id=case.uuid, kind="FACTS", language="lo")
        wait_until(lambda: len(server.asked) == 1, "nothing was sent")
        first.kill()
        server.wait = 0
        start_worker(**here)
        start_beat(**here)

        def state() -> str:
            with acting_as(sender):
                return MachineDraft.objects.get(pk=draft.pk).job_state

        wait_until(lambda: state() == JobState.DONE, "no draft came")
        with acting_as(sender):
            rows = list(CaseText.objects.filter(case=case, kind="FACTS", language="lo"))
            assert [row.version for row in rows] == [1]
            assert AuditEvent.objects.filter(verb="case.text_sent_out").count() == 2
            assert AuditEvent.objects.filter(verb="case.machine_draft_made").count() == 1
        assert len(server.asked) == 2
