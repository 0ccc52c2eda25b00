"""What every answer tells the browser: pages, the API, downloads, static files, errors; with the cookies behind TLS."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, officer
from tests.leaks.shared import built as built  # noqa: PLC0414 - a fixture
from tests.leaks.world import World
from tests.security.samples import browser_of

pytestmark = pytest.mark.django_db

YEAR = 365 * 24 * 60 * 60


@pytest.fixture
def behind_tls(settings: Any) -> None:
    """The settings of production, except where its static files were collected to."""
    from lmc_cases.config.settings import production

    for name in vars(production):
        if name.startswith(("SECURE_", "SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE", "BROWSER_RULES")):
            setattr(settings, name, getattr(production, name))


@pytest.fixture
def world(built: World, db: None, one_factor: None) -> World:
    return copy.deepcopy(built)


def answers(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, HttpResponse]:
    """One answer of each kind, over TLS."""
    client = browser_of(world.viewers["own"])
    case = {"case_uuid": world.case.uuid}
    suspect = {**case, "uuid": world.parts["suspect"].uuid}
    item = {**case, "uuid": world.parts["item"].uuid}

    def get(address: str) -> Any:
        return client.get(address, secure=True)

    found = {
        "page": get(reverse("cases:detail", args=[world.case.uuid])),
        "sign-in page": Client().get("/sign-in/login/", secure=True),
        "API answer": get("/api/v1/cases/"),
        "API refusal": Client().get("/api/v1/cases/", secure=True),
        "photograph": get(reverse("suspects:photo", kwargs=suspect)),
        "download": client.post(reverse("evidence:download", kwargs=item), secure=True),
        "API file": get(f"/api/v1/evidence/{world.parts['item'].uuid}/file/"),
        "API photograph": get(f"/api/v1/suspects/{world.parts['suspect'].uuid}/photo/"),
        "static file": get("/static/css/lmc.css"),
        "script": get("/static/js/lmc.js"),
        "health": get("/health"),
        "redirect": Client().get("/cases/", secure=True),
        "bad request": Client().get("/", secure=True, headers={"host": "evil.example"}),
        "not found": get("/cases/none/"),
        "missing static file": get("/static/none.css"),
    }
    with monkeypatch.context() as broken:
        broken.setattr("lmc_cases.cases.views.lists.CaseList.get", lambda *args, **kwargs: 1 / 0)
        found["server error"] = get("/cases/")
    found["forged form"] = Client(enforce_csrf_checks=True).post("/sign-in/login/", secure=True)
    statuses = {
        name: answer.status_code
        for name, answer in found.items()
        if name not in {"API refusal", "redirect", "health"}
    }
    assert statuses == {
        "page": 200,
        "sign-in page": 200,
        "API answer": 200,
        "photograph": 200,
        "download": 200,
        "API file": 200,
        "API photograph": 200,
        "static file": 200,
        "script": 200,
        "bad request": 400,
        "not found": 404,
        "missing static file": 404,
        "server error": 500,
        "forged form": 403,
    }
    return found


@pytest.fixture
def all_answers(behind_tls: None, world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, HttpResponse]:
    return answers(world, monkeypatch)


def without(all_answers: dict[str, HttpResponse], name: str, *wanted: str) -> dict[str, str]:
    """Answers whose header does not hold each of the wanted parts."""
    return {
        kind: answer.get(name, "")
        for kind, answer in all_answers.items()
        if not all(part in answer.get(name, "") for part in wanted)
    }


def test_every_answer_carries_a_policy_that_allows_no_inline_code_no_frame_and_no_object(
    all_answers: dict[str, HttpResponse],
) -> None:
    name = "Content-Security-Policy"
    assert not without(all_answers, name, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
    for kind, answer in all_answers.items():
        policy = answer[name]
        assert "unsafe" not in policy, kind
        assert "http" not in policy, kind
        assert "*" not in policy, kind
    assert "object-src 'none'" in all_answers["page"][name]


def test_every_answer_over_tls_says_tls_only_for_a_year_with_all_subdomains(
    all_answers: dict[str, HttpResponse],
) -> None:
    assert not without(
        {kind: answer for kind, answer in all_answers.items() if kind != "forged form"},
        "Strict-Transport-Security",
        f"max-age={YEAR}",
        "includeSubDomains",
    )


def test_no_answer_may_be_guessed_at_framed_or_opened_by_another_site(
    all_answers: dict[str, HttpResponse],
) -> None:
    assert not without(all_answers, "X-Content-Type-Options", "nosniff")
    assert not without(all_answers, "X-Frame-Options", "DENY")
    assert not without(all_answers, "Cross-Origin-Opener-Policy", "same-origin")
    assert not without(all_answers, "Cross-Origin-Resource-Policy", "same-origin")
    assert not without(all_answers, "Cross-Origin-Embedder-Policy", "require-corp")


def test_no_answer_opens_itself_to_other_origins(all_answers: dict[str, HttpResponse]) -> None:
    """Rule: no cross-origin resource sharing anywhere, static files included."""
    assert [kind for kind, answer in all_answers.items() if "Access-Control-Allow-Origin" in answer] == []


def test_the_browser_is_denied_camera_position_and_whatever_no_page_needs(
    all_answers: dict[str, HttpResponse],
) -> None:
    denied = [f"{name}=()" for name in ("camera", "microphone", "geolocation", "usb", "payment", "serial")]
    assert not without(all_answers, "Permissions-Policy", *denied)


def test_no_other_site_learns_where_a_reader_came_from(all_answers: dict[str, HttpResponse]) -> None:
    """Rule: pages tell their own origin alone, whose check of forms needs it; everything else tells nobody."""
    for kind, answer in all_answers.items():
        page = answer.get("Content-Type", "").startswith("text/html")
        assert answer["Referrer-Policy"] == ("same-origin" if page else "no-referrer"), kind


def test_nothing_but_static_files_may_be_kept_by_any_cache(all_answers: dict[str, HttpResponse]) -> None:
    static = {"static file", "script"}
    kept = {kind for kind, answer in all_answers.items() if "no-store" not in answer.get("Cache-Control", "")}
    assert kept == static


def test_htmx_keeps_no_page_in_the_browsers_storage(world: World) -> None:
    page = browser_of(world.viewers["own"]).get("/").content.decode()
    assert '"historyCacheSize":0' in page
    assert '"refreshOnHistoryMiss":true' in page


def test_every_cookie_is_secure_for_this_host_alone_and_read_by_no_script(
    behind_tls: None, one_factor: None
) -> None:
    user = officer("TH")
    client = Client()
    client.get("/sign-in/login/", secure=True)
    client.post("/sign-in/login/", {"login": user.email, "password": PASSWORD}, secure=True)
    client.post("/language/", {"language": "th"}, secure=True)
    assert set(client.cookies) == {"__Host-session", "__Host-csrf", "__Host-language"}
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
    assert client.get("/cases/", secure=True).status_code == 200


def test_signing_out_empties_what_the_browser_kept(one_factor: None) -> None:
    client = browser_of(officer("TH"))
    answer = client.post("/sign-in/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/sign-in/login/")


def test_a_form_is_taken_from_this_origin_alone_over_tls(behind_tls: None) -> None:
    """Rule: Django takes the browser's Origin or, without one, the Referer; one of them must be this very host."""
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/login/", secure=True)
    form = {
        "login": "nobody@th.invalid",
        "password": "x",
        "csrfmiddlewaretoken": client.cookies["__Host-csrf"].value,
    }

    def sent(**headers: str) -> int:
        return client.post("/sign-in/login/", form, secure=True, headers=headers).status_code

    assert sent(origin="https://testserver") == 200
    assert sent(referer="https://testserver/sign-in/login/") == 200
    assert sent() == 403
    assert sent(origin="null") == 403
    assert sent(origin="https://evil.example") == 403
    assert sent(referer="https://evil.example/") == 403


def test_without_tls_a_page_leads_on_and_the_api_refuses(behind_tls: None) -> None:
    page = Client().get("/sign-in/login/")
    assert (page.status_code, page["Location"]) == (301, "https://testserver/sign-in/login/")
    answer = Client().get("/api/v1/cases/", headers={"authorization": "Token 00000000000000000000"})
    assert answer.status_code == 403
    assert answer.json()["title"] == "not-encrypted"
    assert "Location" not in answer


def test_methods_that_no_page_has_are_refused(one_factor: None) -> None:
    client = browser_of(officer("TH"))
    for address in ("/", "/cases/", "/api/v1/cases/", "/health", "/static/css/lmc.css"):
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT"):
            answer = client.generic(method, address)
            assert answer.status_code in {403, 405}, (method, address, answer.status_code)
