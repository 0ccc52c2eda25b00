"""Rule: the page of the API obeys the policy without an exception, and can be read on a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.factories import officer

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_keeps_the_policy_and_fits_the_screen(
    page: Page, live_server: Any, settings: Any, width: int
) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    viewer = Client()
    viewer.force_login(officer("TH"))
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    address = live_server.url.replace("127.0.0.1", "localhost")
    page.context.add_cookies(
        [{"name": "sessionid", "value": viewer.cookies["sessionid"].value, "url": address}]
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/api/v1/docs/")
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").inner_text() == "API for partner agencies"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    assert said == []
