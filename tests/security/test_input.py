"""Attacks by what is typed or uploaded: values at the edge, tables that never end, markup in names."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse

from lmc_cases.exchange.services import lists
from lmc_cases.exchange.sheet_reader import SheetError
from tests.factories import demo_agency, officer, share
from tests.security.samples import browser_of, case_with_person

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["9999-12-31", "0001-01-01", "a%00b", "99999999999999999999"])
def test_no_value_in_an_address_breaks_a_list(one_factor: None, value: str) -> None:
    user = officer("TH", "liaison_officer", "auditor", "country_administrator")
    browser = browser_of(user)
    pages = (
        "cases:list",
        "handovers:list",
        "dossiers:list",
        "exchange:list",
        "audit:list",
        "accounts:users",
        "assistance:list",
        "exports:list",
        "crossings:list",
    )
    for page in pages:
        for name in ("q", "before", "since", "until", "reference", "case", "status"):
            assert browser.get(f"{reverse(page)}?{name}={value}").status_code < 500, (page, name)


def test_a_cell_far_below_the_end_of_any_sheet_is_refused_at_once(tmp_path: Path) -> None:
    """Rule: a small file keeps no worker busy: rows that openpyxl fills in are counted too."""
    plain, crafted = tmp_path / "plain.xlsx", tmp_path / "crafted.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["Sample"])
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(crafted, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<row r="2"', b'<row r="2000000000"').replace(
                    b'"A2"', b'"A2000000000"'
                )
            target.writestr(name, content)
    began = time.monotonic()
    with pytest.raises(SheetError) as refused:
        list(lists.open_list(crafted).rows())
    assert refused.value.code == "TOO_MANY_ROWS"
    assert time.monotonic() - began < 60


@pytest.mark.django_db
def test_markup_in_the_names_of_persons_agencies_and_officers_stays_text(one_factor: None) -> None:
    thai = officer("TH", "supervisor", "liaison_officer")
    thai.full_name = MARKUP
    thai.save()
    agency = demo_agency("CN")
    type(agency).objects.filter(pk=agency.pk).update(name=MARKUP)
    case, suspect = case_with_person(thai, MARKUP)
    share(thai, case, "CN", agency_id=agency.uuid)
    own, theirs = browser_of(thai), browser_of(officer("CN"))
    type(agency).objects.filter(pk=agency.pk).update(name=MARKUP)
    for name in (
        "cases:detail",
        "cases:sharing",
        "cases:history",
        "cases:restrict",
        "suspects:list",
        "cases:share",
    ):
        page = own.get(reverse(name, args=[case.uuid])).content.decode()
        assert "<script>alert" not in page, name
        assert "<img src=x" not in page, name
    for address in (
        reverse("suspects:detail", args=[case.uuid, suspect.uuid]),
        reverse("handovers:create", args=[case.uuid]),
    ):
        answer = theirs.get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()


@pytest.mark.django_db
def test_a_text_that_grows_when_it_is_brought_to_one_form_is_refused_and_breaks_nothing(
    one_factor: None,
) -> None:
    """A letter of Devanagari with a dot is one sign as typed and two as kept: the form has counted the first."""
    user = officer("TH")
    case = case_with_person(user, "Invented")[0]
    shared = share(user, case, "CN")
    given = {"to": str(shared.uuid), "language": "en", "sought": "Records (invented)", "kinds": ["RECORDS"]}
    browser, address = browser_of(user), reverse("assistance:create", args=[case.uuid])
    assert browser.post(address, {**given, "subject": "\u0958" * 300}).status_code == 422
    assert browser.post(address, {**given, "subject": "\u0958" * 150}).status_code == 302
