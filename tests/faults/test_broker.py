"""Rule: the broker only wakes. Without it officers work on, are told so by /health alone, and lose nothing."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from redis import Redis

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.cache import SteadyCache
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from tests.accounts.samples import CODE, code_now, with_factor
from tests.factories import officer, open_case
from tests.faults.browsing import LOGIN, Answer, Browser
from tests.faults.conftest import Broker
from tests.handovers.samples import World, world
from tests.harness.programs import Beat, Program, Web, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

WITHOUT_FACTOR = {"LMC_SECOND_FACTOR_COMPULSORY": "0"}
SHORT = {"LMC_JOB_LEASE_SECONDS": "4", "LMC_JOB_SWEEP_SECONDS": "1"}
# What an officer waits at most for a step that wakes somebody; two dossiers are owed by one approval.
PATIENCE_SECONDS = 5.0
HANG_SECONDS = 90.0
PAGES = ("/", "/cases/", "/handovers/", "/dossiers/", "/imports/", "/audit/", "/api/v1/typologies/")
PEOPLE = b"Name,Date of birth,Nationality\nINVENTED One,1990,TH\nINVENTED Two,1991,TH\n"


class OtherWorker(Worker):
    """A worker on a broker that the test process itself does not use."""

    def __init__(self, name: str, log_dir: Path, extra: dict[str, str]) -> None:
        super().__init__(name, log_dir, extra)
        self.argv += ["--loglevel", "INFO"]

    def wait_ready(self) -> None:
        self._wait(lambda: " ready." in self.read_log(), 60)


def test_officers_work_on_without_the_broker_and_the_sweeper_does_the_rest(
    start_web: Callable[..., Web],
    run_program: Callable[[Program], Program],
    broker: Broker,
    program_logs: Path,
) -> None:
    web = start_web(**WITHOUT_FACTOR, **broker.environment)
    mark = secrets.token_hex(3)
    worker = run_program(OtherWorker(f"away-worker-{mark}", program_logs, {**broker.environment, **SHORT}))
    beat = run_program(Beat(f"away-beat-{mark}", program_logs, {**broker.environment, **SHORT}))
    w = world()
    handover, run = owed_steps(w)
    supervisor, liaison = signed_in(web, w.supervisor), signed_in(web, w.thai)
    assert supervisor.get("/health").status == 200

    broker.kill()
    take_both_steps(w, supervisor, liaison, handover, run)
    check_pages_and_health(supervisor)
    # A sign-in neither fails nor stops being counted.
    assert signed_in(web, w.chinese).get("/cases/").status == 200
    check_attempts_are_counted(web, w.viet)
    assert states_of_dossiers(w) == [JobState.QUEUED] * 2

    broker.start()
    until(lambda: supervisor.get("/health").status == 200, "the broker is back, /health does not say so")
    until(lambda: states_of_dossiers(w) == [JobState.DONE] * 2, worker.read_log)
    until(lambda: state_of_import(w, run) == JobState.DONE, worker.read_log)
    assert worker.alive()
    assert beat.alive()
    with acting_as(w.supervisor):
        assert Dossier.objects.count() == AuditEvent.objects.filter(verb="dossier.rendered").count() == 2
    with acting_as(w.thai):
        assert Suspect.objects.filter(case_id=run.case_id).count() == 2
        assert AuditEvent.objects.filter(verb="import.done", object_uuid=run.uuid).count() == 1


def test_a_broker_that_hangs_holds_nobody_up_for_long(start_web: Callable[..., Web], broker: Broker) -> None:
    """The worst kind: it takes the connection and never answers."""
    web = start_web(**WITHOUT_FACTOR, **broker.environment)
    w = world()
    handover, run = owed_steps(w)
    supervisor, liaison = signed_in(web, w.supervisor), signed_in(web, w.thai)
    with hanging(broker):
        # An approval wakes twice: the second does not wait where the first waited in vain.
        take_both_steps(w, supervisor, liaison, handover, run)
        check_pages_and_health(supervisor)
        began = time.monotonic()
        assert signed_in(web, w.chinese).get("/cases/").status == 200
        assert time.monotonic() - began < PATIENCE_SECONDS
    until(lambda: supervisor.get("/health").status == 200, "the broker goes on, /health does not say so")


def test_a_code_is_taken_once_even_while_the_cache_is_away(
    start_web: Callable[..., Web], broker: Broker
) -> None:
    """The one process that serves remembers by itself; see decision record 17."""
    web = start_web(**broker.environment)
    user = officer("TH")
    secret = with_factor(user)
    broker.kill()
    first, second = (Browser(web.url) for _ in range(2))
    for browser in (first, second):
        assert browser.sign_in(user.email).status == 302
    code = code_now(secret)
    assert first.post(CODE, {"code": code}).status == 302
    assert first.get("/cases/").status == 200
    assert second.post(CODE, {"code": code}).status == 200
    assert second.get("/cases/").status == 302


def test_the_cache_is_shared_again_when_it_is_back(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SteadyCache, "REST_SECONDS", 0.2)
    one, other = (SteadyCache(broker.environment["LMC_CACHE_URL"], {}) for _ in range(2))
    one.set("attempts", 1)
    assert other.get("attempts") == 1
    broker.kill()
    assert one.add("attempts", 5)
    assert one.incr("attempts") == 6
    assert other.get("attempts") == 6, "both are of this process"
    assert one.get_many(["attempts"]) == {"attempts": 6}
    assert one.has_key("attempts")
    broker.start()
    time.sleep(0.3)
    assert one.get("attempts") is None, "what was counted alone stays alone"
    one.set("attempts", 2)
    assert other.get("attempts") == 2


def owed_steps(w: World) -> tuple[HandoverRequest, ImportRun]:
    """A request that waits for approval, and an import that waits for its confirmation."""
    handover = w.acknowledged()
    upload = ContentFile(PEOPLE, name="list.csv")
    run = importing.start_import(
        actor=w.thai, case_id=open_case(w.thai).uuid, kind="SUSPECT_LIST", upload=upload
    )
    return handover, run


def take_both_steps(
    w: World, supervisor: Browser, liaison: Browser, handover: HandoverRequest, run: ImportRun
) -> None:
    """Approve and confirm: both are done, soon, and owed in PostgreSQL."""
    with acting_as(w.supervisor):
        granted = {f"outcome_{subject.uuid}": "GRANTED" for subject in handover.subjects.all()}
    decision = {"reason": "", **granted}
    answer = timed(lambda: supervisor.post(f"/dossiers/request/{handover.uuid}/approve/", decision))
    assert answer.status == 302, answer.text[-3000:]
    fields = {f"column_{n}": run.mapping.get(str(n), "") for n in range(3)}
    answer = timed(
        lambda: liaison.post(f"/imports/{run.uuid}/", {**fields, "category": "SUSPECT", "import": "1"})
    )
    assert answer.status == 302, answer.text[-3000:]
    with acting_as(w.supervisor):
        handover.refresh_from_db()
        queued = Dossier.objects.filter(job_state=JobState.QUEUED).count()
    assert handover.status == HandoverRequest.Status.APPROVED
    assert state_of_import(w, run) == JobState.QUEUED
    assert queued == 2


def states_of_dossiers(w: World) -> list[str]:
    with acting_as(w.supervisor):
        return list(Dossier.objects.values_list("job_state", flat=True))


def state_of_import(w: World, run: ImportRun) -> str:
    with acting_as(w.thai):
        return ImportRun.objects.get(pk=run.pk).job_state


def check_pages_and_health(browser: Browser) -> None:
    for path in PAGES:
        answer = timed(lambda path=path: browser.get(path))
        assert answer.status in {200, 404}, f"{path}: {answer.status}"
        assert answer.status == 200 or path == "/audit/"
    health = timed(lambda: browser.get("/health"))
    assert health.status == 503
    assert '"status": "degraded"' in health.text
    assert '"database": true' in health.text
    assert '"broker": false' in health.text


def check_attempts_are_counted(web: Web, user: User) -> None:
    stranger = Browser(web.url)
    for _ in range(5):
        assert stranger.sign_in(user.email, "a wrong password").status == 200
    refused = stranger.post(LOGIN, {"login": user.email, "password": "a wrong password"})
    assert refused.status in {200, 429}
    with acting_as(user):
        refusals = AuditEvent.objects.filter(verb="officer.sign_in_refused", reason_code="too_many_attempts")
        assert refusals.exists()


def timed(ask: Callable[[], Answer]) -> Answer:
    began = time.monotonic()
    answer = ask()
    taken = time.monotonic() - began
    assert taken < PATIENCE_SECONDS, f"an officer waited {taken:.1f} s"
    return answer


def signed_in(web: Web, user: User) -> Browser:
    browser = Browser(web.url)
    answer = browser.sign_in(user.email)
    assert (answer.status, answer.headers["Location"]) == (302, "/"), answer.text[-3000:]
    return browser


@contextmanager
def hanging(broker: Broker) -> Iterator[None]:
    """Connections are taken, and no command is answered, signing in included.

    By Valkey's own means: a server stopped by a signal would outlive a test that is killed meanwhile.
    """
    with Redis.from_url(broker.environment["CELERY_BROKER_URL"]) as client:
        client.client_pause(int(HANG_SECONDS * 1000), all=True)
    began = time.monotonic()
    yield
    assert time.monotonic() - began < HANG_SECONDS, "the broker went on before the test was through"
    broker.kill()
    broker.start()


def until(happened: Callable[[], bool], why: str | Callable[[], str], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(why if isinstance(why, str) else why()[-3000:])
        time.sleep(0.1)
