"""Rule: every refusal under /api/ is a problem document in the caller's language, and tells nothing of the inside."""

from __future__ import annotations

import pytest
from django.test import Client

from lmc_cases.api.throttling import AccountThrottle
from lmc_cases.cases import api as cases_api
from lmc_cases.core.cache import SteadyCache
from tests.api.samples import World, body

pytestmark = pytest.mark.django_db


def is_problem(answer: object, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, body(answer)[:300]  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/problem+json"  # type: ignore[index]
    document = answer.json()  # type: ignore[attr-defined]
    assert (document["status"], document["title"]) == (status, code)
    assert document["type"] == f"urn:lmc-cases:problem:{code}"
    assert document["request_id"] == answer["X-Request-ID"]  # type: ignore[index]
    assert document["detail"]
    return document  # type: ignore[no-any-return]


@pytest.mark.parametrize("viewer", ["own", "token", "anonymous"])
@pytest.mark.parametrize("path", ["nothing", "cases", "cases/1/", "cases/x/y/", "cases/{case}", ".env"])
def test_an_address_that_is_none(w: World, viewer: str, path: str) -> None:
    client = w.client(viewer)
    for method in (client.get, client.post, client.delete):
        is_problem(method(f"/api/v1/{path.format(case=w.case.uuid)}"), 404, "not-found")
    is_problem(client.get("/api/v2/cases/"), 404, "not-found")


def test_reading_is_all_there_is(w: World) -> None:
    client = w.client("token")
    for path in ("cases/", f"cases/{w.case.uuid}/", f"evidence/{w.exhibit.uuid}/file/", "schema/", ""):
        for method in (client.post, client.put, client.patch, client.delete, client.options):
            answer = method(f"/api/v1/{path}", content_type="application/json")
            is_problem(answer, 405, "method-not-allowed")
            assert "GET" in answer["Allow"]
            assert "POST" not in answer["Allow"]


def test_a_session_writes_nothing_without_the_token_of_the_pages(w: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(w.officers["own"])
    assert client.post("/api/v1/cases/", {}).status_code in {403, 405}
    run = f"/api/v1/dossier-runs/{w.dossier_run.uuid}/cancel/"
    for address in ("/api/v1/dossier-runs/", run):
        assert client.post(address, {}, content_type="application/json").status_code == 403
    assert w.client("own").post(run).json()["state"] == "cancelled"


@pytest.mark.parametrize("path", ["cases/", "cases/{case}/", "dossiers/{dossier}/file/", "schema/", ""])
def test_a_media_type_we_do_not_have(w: World, path: str) -> None:
    where = path.format(case=w.case.uuid, dossier=w.dossier.uuid)
    is_problem(
        w.client("own").get(f"/api/v1/{where}", headers={"accept": "text/html"}), 406, "not-acceptable"
    )


def test_too_many_requests(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccountThrottle, "rate", "2/min", raising=False)
    # Counted apart from the other tests of this account.
    monkeypatch.setattr(AccountThrottle, "scope", "tested")
    client = w.client("token")
    assert [client.get("/api/v1/typologies/").status_code for _ in range(2)] == [200, 200]
    answer = client.get("/api/v1/typologies/")
    is_problem(answer, 429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert w.client("own").get("/api/v1/typologies/").status_code == 200


def test_without_the_shared_cache_requests_are_answered_and_still_counted(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: losing the cache must lose neither the API nor the end for programs that loop."""
    monkeypatch.setattr(AccountThrottle, "cache", SteadyCache("redis://127.0.0.1:1/0", {}))
    monkeypatch.setattr(AccountThrottle, "rate", "2/min", raising=False)
    monkeypatch.setattr(AccountThrottle, "scope", "alone")
    client = w.client("token")
    statuses = [client.get("/api/v1/typologies/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_our_own_fault_tells_nothing(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr(cases_api, "page_of_cases", broken)
    answer = w.client("own").get("/api/v1/cases/")
    document = is_problem(answer, 500, "server-error")
    assert set(document) == {"type", "title", "status", "detail", "request_id"}
    assert b"secret" not in answer.content


def test_a_dossier_without_its_file(w: World) -> None:
    w.dossier.file.storage.delete(w.dossier.file.name)
    is_problem(w.client("own").get(f"/api/v1/dossiers/{w.dossier.uuid}/file/"), 409, "conflict")


def test_no_answer_is_kept_on_the_way(w: World) -> None:
    client = w.client("own")
    for path in ("cases/", f"cases/{w.case.uuid}/", f"evidence/{w.exhibit.uuid}/file/", "nothing", "schema/"):
        assert "no-store" in client.get(f"/api/v1/{path}")["Cache-Control"]


def test_health_needs_no_account() -> None:
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
