"""Templates obey the Content-Security-Policy, components say what they take, and error pages need nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# Papers are rendered by the PDF engine, never by a browser.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "pdf" not in path.parts)
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ERRORS = ("400", "403", "404", "413", "429", "500", "errors/expired_session", "errors/too_many")


class Inline(HTMLParser):
    """Collects what the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline styles, handlers and scripts without a source."""
        for name, value in attrs:
            if name == "style" or re.fullmatch(r"on[a-z]+", name) or name.startswith("hx-on"):
                self.found.append(f"{tag} {name}")
            if name == "hx-trigger" and "[" in (value or ""):
                self.found.append(f"{tag} {name}={value}")
        if tag == "style" or (tag == "script" and not dict(attrs).get("src")):
            self.found.append(tag)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_page_holds_inline_code_or_style(path: Path) -> None:
    """Rule: the policy has no exception for inline code, so a template with some is broken."""
    source = re.sub(
        r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    parser = Inline()
    parser.feed(re.sub(r"{%.*?%}", " ", source, flags=re.DOTALL))
    assert parser.found == []
    assert "js:" not in source


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_begins_by_saying_what_it_takes(path: Path) -> None:
    """Rule: a component is documented where it stands; it also compiles."""
    head = path.read_text(encoding="utf-8")[:400]
    assert "{% comment %}" in head
    get_template(f"components/{path.name}")


def test_every_icon_used_is_drawn() -> None:
    """Rule: a misspelt icon name would show nothing, silently."""
    drawn = set(
        re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8"))
    )
    used: set[str] = set()
    for path in PAGES:
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'{%\s*icon "([a-z]+)"', source))
        used |= set(re.findall(r'(?:icon_name|action_icon|submit_icon)="([a-z]+)"', source))
    assert used
    assert used <= drawn


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("code", ["en", "th", "km", "lo", "my", "vi", "zh-hans"])
def test_error_pages_need_no_request_and_no_database(name: str, code: str) -> None:
    """Rule: an error page renders whatever broke. No database mark here: a query would fail this test."""
    with translation.override(code):
        html = get_template(f"{name}.html").render({"request_id": "abc123"})
    tag = "zh-Hans" if code == "zh-hans" else code
    assert f'<html lang="{tag}"' in html
    assert "abc123" in html
    assert html.count("<h1>") == 1
