"""Nothing personal and nothing secret in the logs: of web and worker, of the broker and of the database.

The main flows run for real over HTTP, refusals and breakdowns among them; then every log is read.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.urls import reverse

from lmc_cases.core.private_log import PrivateFormatter, exception_lines, exception_name, masked
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import PASSWORD, officer, open_case
from tests.faults.browsing import Answer, Browser
from tests.harness.cluster import Cluster
from tests.harness.programs import Web, Worker

# Each stands in one place of the flows below and must stand in no log.
NAME = "LOGMARKNAME Somchai"
BROKEN = "LOGMARKBROKEN Nobody"
ALIAS = "LOGMARKALIAS"
NUMBER = "LM7654321"
NOTE = "LOGMARKNOTE words of an officer"
FILE_NAME = "LOGMARKFILE.txt"
CONTENT = "LOGMARKCONTENT"
TYPED_PASSWORD = "logmark-wrong-password-7"
TYPED_MAIL = "logmark.nobody@th.invalid"
RESET_KEY = "3-c5k2ab-0123456789abcdef0123456789abcdef"
API_TOKEN = "feedc0de0123456789abcdef0123456789abcdef0123456789abcdef01234567"
LIST = f"Name,Date of birth,Nationality\n{BROKEN},1990,TH\n{NAME} two,1991,TH\n"


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("private-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


@contextmanager
def refused_by_the_database(superuser_url: str) -> Iterator[None]:
    """While it lasts, PostgreSQL refuses one person's row, and quotes that row in its error."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        owner.execute(
            "ALTER TABLE suspects_suspect ADD CONSTRAINT refused_for_the_test"
            " CHECK (name_original || name_romanised NOT LIKE '%LOGMARKBROKEN%') NOT VALID"
        )
        try:
            yield
        finally:
            owner.execute("ALTER TABLE suspects_suspect DROP CONSTRAINT refused_for_the_test")


def one(status: int, answer: Answer) -> Answer:
    assert answer.status == status, (answer.status, answer.text[-1500:])
    return answer


def drive(browser: Browser, web: Web, user: Any, case: Any, superuser_url: str) -> list[str]:
    """Run the flows; returns further secrets that came up on the way."""
    from lmc_cases.accounts.services import invitations
    from lmc_cases.suspects.models import Suspect
    from tests.evidence.samples import exhibit

    stranger = Browser(web.url)
    stranger.sign_in(TYPED_MAIL, TYPED_PASSWORD)
    stranger.sign_in(user.email, TYPED_PASSWORD)
    stranger.get("/sign-in/password/reset/")
    one(302, stranger.post("/sign-in/password/reset/", {"email": user.email}))
    stranger.get(f"/sign-in/password/reset/key/{RESET_KEY}/")
    invitation, token = invitations.invite_first_administrator(
        country_code="LA", agency_code="", email="logmark.newcomer@la.invalid", full_name=NAME
    )
    path = reverse("accounts:accept_invitation", args=[token])
    one(200, stranger.get(path))
    one(302, stranger.post(path, {"password1": TYPED_PASSWORD, "password2": TYPED_PASSWORD}))
    one(410, stranger.get(path))

    one(302, browser.sign_in(user.email))
    one(200, browser.get("/cases/?q=" + NUMBER))
    one(200, browser.get("/cases/?q=LOGMARKNAME+Somchai"))
    start = f"/cases/{case.uuid}"
    person = {"category": "SUSPECT", "role": "UNKNOWN", "sex": "UNKNOWN", "name_original": NAME}
    one(302, browser.post(f"{start}/suspects/add/", {**person, "aliases": ALIAS}))
    with acting_as(user):
        suspect = Suspect.objects.get(name_original=NAME)
    document = {"kind": "PASSPORT", "number": NUMBER, "issuing_country": "TH", "status": "NOT_CHECKED"}
    one(302, browser.post(f"{start}/suspects/{suspect.uuid}/documents/add/", document))
    one(302, browser.post(f"{start}/notes/add/", {"text": NOTE, "language": "en"}))
    item = exhibit(user, case)
    files = {"file": (FILE_NAME, CONTENT.encode())}
    one(302, browser.post(f"{start}/evidence/{item.uuid}/upload/", {}, files))
    one(200, browser.post(f"{start}/evidence/{item.uuid}/download/", {}))
    one(404, browser.get(f"/cases/none/?number={NUMBER}&name=LOGMARKNAME"))
    with refused_by_the_database(superuser_url):
        one(500, browser.post(f"{start}/suspects/add/", {**person, "name_original": BROKEN}))
        run_an_import(browser, case, user)
    import urllib.request
    from urllib.error import HTTPError

    asked = urllib.request.Request(
        f"{web.url}/api/v1/suspects/?q={NUMBER}", headers={"Authorization": f"Token {API_TOKEN}"}
    )
    with pytest.raises(HTTPError):
        urllib.request.urlopen(asked)
    session = next(cookie.value for cookie in browser.cookies if cookie.name == "sessionid")
    assert session
    return [token, session, invitation.email]


def run_an_import(browser: Browser, case: Any, user: Any) -> None:
    """A list whose first row the database refuses: the worker breaks down over it."""
    from lmc_cases.exchange.models import ImportRun

    files = {"file": ("LOGMARKLIST.csv", LIST.encode())}
    answer = one(302, browser.post(f"/imports/new/{case.uuid}/", {"kind": "SUSPECT_LIST"}, files))
    columns = {"column_0": "name_original", "column_1": "birth_date", "column_2": "nationality"}
    one(302, browser.post(answer.headers["Location"], {"category": "SUSPECT", "import": "1", **columns}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with acting_as(user):
            run = ImportRun.objects.latest("pk")
        if run.attempts and run.job_state != "QUEUED":
            time.sleep(2)
            with acting_as(user):
                run.refresh_from_db()
            # The lease of the attempt that broke down has not ended yet.
            assert run.job_state == "RUNNING", (run.job_state, run.error_code)
            return
        time.sleep(0.2)
    raise AssertionError(run.job_state)


def test_the_main_flows_leave_no_name_number_secret_or_address_in_any_log(
    web: Web, start_worker: Any, cluster: Cluster, superuser_url: str
) -> None:
    worker: Worker = start_worker(LMC_JOB_SWEEP_SECONDS="1")
    user = officer("TH", suffix="LOGS")
    case = open_case(user)
    logs = {
        "postgres": cluster.home / "postgres.log",
        "valkey": cluster.home / "valkey.log",
        "web": web.log,
        "worker": worker.log,
    }
    already = {
        name: path.stat().st_size if name in {"postgres", "valkey"} else 0 for name, path in logs.items()
    }
    secrets = drive(Browser(web.url), web, user, case, superuser_url)
    worker.stop()
    web.stop()
    texts = {
        name: path.read_bytes()[already[name] :].decode("utf-8", "replace") for name, path in logs.items()
    }
    marks = [NAME, BROKEN, "LOGMARK", "logmark", "Somchai", NUMBER, CONTENT, TYPED_PASSWORD, PASSWORD]
    marks += [user.email, user.full_name, RESET_KEY.rpartition("-")[2], API_TOKEN, *secrets]
    found = [(name, mark) for name, text in texts.items() for mark in marks if mark in text]
    assert found == []
    # What an administrator needs is there: the refused row's place and cause, the request, the job.
    assert "CheckViolation [23514 refused_for_the_test]" in texts["web"]
    assert "in _perform_write" in texts["web"] or "suspects/services" in texts["web"]
    assert "Task exchange.import[" in texts["worker"], texts["worker"]
    assert "CheckViolation [23514 refused_for_the_test]" in texts["worker"], texts["worker"]
    assert "refused_for_the_test" in texts["postgres"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Not Found: /accounts/invitation/AbC_def-ghiJKLmno12345/", "Not Found: /accounts/invitation/***/"),
        ("/sign-in/password/reset/key/3-c5k2ab-9f86d081884c7d659a2f/", "/sign-in/password/reset/key/***/"),
        ("GET /cases/?q=Somchai&x=1 ok", "GET /cases/?*** ok"),
        ("mail to a.b@th.invalid failed", "mail to *** failed"),
        ("redis://:secret@127.0.0.1:6379/1", "redis://***@127.0.0.1:6379/1"),
        ("postgres://lmc_app:pw@db:5432/lmc", "postgres://***@db:5432/lmc"),
        ("password=hunter2", "password=***"),
        ("token: abc", "token: ***"),
        ("key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "key ***"),
    ],
)
def test_keys_addresses_and_queries_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /cases/0d0c9b8e-1111-4222-8333-444455556666/",
        "request 0123456789abcdef0123456789abcdef",
        "Task dossiers.render[0d0c9b8e-1111-4222-8333-444455556666] received",
        "import 0d0c9b8e-1111-4222-8333-444455556666: another worker holds it now",
        "lmc_cases.cases.services.casework: no heartbeat",
        "GET /static/vendor/htmx/htmx.min.js 200",
        "constraint one_share_per_recipient_and_case_forever",
    ],
)
def test_what_an_administrator_needs_stays(text: str) -> None:
    assert masked(text) == text


def line_of(error: BaseException | None = None, message: str = "went wrong", *args: Any) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PrivateFormatter("%(levelname)s %(message)s"))
    record = logging.LogRecord("test", logging.ERROR, "file.py", 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    handler.emit(record)
    return out.getvalue()


def test_an_exception_is_logged_by_its_type_and_place_never_by_its_words() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ValueError(f"cannot read {NUMBER}") from cause
    except ValueError as error:
        text, first = line_of(error), exception_lines(error)[0]
    assert first == "KeyError at"
    assert NAME not in text
    assert NUMBER not in text
    assert "ValueError at" in text
    assert "KeyError at" in text
    assert "test_logs.py" in text


def test_an_exception_among_the_arguments_is_its_type_too() -> None:
    assert line_of(None, "failed: %s", ValueError(NAME)) == "ERROR failed: ValueError\n"
    assert exception_name(ValueError(NAME)) == "ValueError"


def test_a_line_break_in_a_value_makes_no_second_line() -> None:
    """Rule: nobody forges an entry of the log by what they send (ASVS 5.0 V16.4.1)."""
    text = line_of(None, "Not Found: %s", "/x\r\n2026-01-01 INFO forged")
    assert text.count("\n") == 1
    assert "\\r\\n" in text


def test_the_products_own_lines_are_written_by_the_private_formatter(settings: Any) -> None:
    formatters = settings.LOGGING["formatters"]
    assert [formatter["()"] for formatter in formatters.values()] == [
        "lmc_cases.core.private_log.PrivateFormatter"
    ]
    assert settings.ADMINS == []
