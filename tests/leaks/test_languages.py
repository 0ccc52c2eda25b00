"""Every page in every language: nothing that the catalogue translates is left in English.

Each page is read in two of the six languages, all of them together in each; with ``EVERY_LANGUAGE=1`` in the
environment each page is read in all six.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import polib
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import to_locale
from lxml import html

from lmc_cases.accounts.models import User
from lmc_cases.core import display
from lmc_cases.jurisdictions.access import acting_as
from tests.leaks.test_pages import PAGES, body, client_of, one_factor  # noqa: F401

if TYPE_CHECKING:
    from tests.leaks.world import World

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PER_PAGE = len(LANGUAGES) if os.environ.get("EVERY_LANGUAGE") else 2
# Headings of the file that was brought in are data, in whatever language its writer chose.
DATA = {"exchange:detail": {"Romanised name", "Issuing country", "Role in the group"}}
# Whose pages hold the most: the country that owns the case.
VIEWER = "own"


@cache
def translations(language: str) -> dict[str, str]:
    """Return every whole message that reads otherwise in a language."""
    folder = to_locale(language)
    path = settings.ROOT / "locale" / folder / "LC_MESSAGES" / "django.po"
    return {
        entry.msgid: entry.msgstr
        for entry in polib.pofile(str(path))
        if not entry.obsolete and entry.msgstr and entry.msgstr != entry.msgid and " " in entry.msgid
    }


def english_of(page: str, language: str) -> set[str]:
    """Return the texts of a page that stand in English though the catalogue has them."""
    document = html.document_fromstring(page)
    texts = document.xpath(
        "//body//text()[not(ancestor::script or ancestor::style or ancestor::*[@lang='en'])]"
    )
    said = {" ".join(str(text).split()) for text in texts}
    said |= {
        str(value)
        for name in ("aria-label", "title", "placeholder", "alt")
        for value in document.xpath(f"//@{name}")
    }
    return said & translations(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language_of_its_reader(
    world: World,
    language: str,
    one_factor: None,  # noqa: F811
) -> None:
    officer = world.viewers[VIEWER]
    with acting_as(officer):
        User.objects.filter(pk=officer.pk).update(language=language)
    client = client_of(world, VIEWER)
    left: dict[str, set[str]] = {}
    read = 0
    mine = LANGUAGES.index(language)
    for index, (name, (kwargs, allowed)) in enumerate(PAGES.items()):
        if VIEWER not in allowed or (mine - index) % len(LANGUAGES) >= PER_PAGE:
            continue
        answer = client.get(reverse(name, kwargs=kwargs(world)))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = body(answer)
        read += 1
        if "<html" in page:
            assert f'lang="{display.bcp47(language)}"' in page, name
        if english := english_of(page, language) - DATA.get(name, set()):
            left[name] = english
    assert read > 10
    assert not left
