"""Rule: a row of law changes by a new version; what a country verified is never altered, and no file comes back to it."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lmc_cases.cases.services.sharing.terms import approval_of
from lmc_cases.jurisdictions.models import (
    CountryFact,
    DisclosureRule,
    Jurisdiction,
    LegalInstrument,
    Offence,
    RefusalGround,
    RequestElement,
    TimeLimit,
)
from lmc_cases.jurisdictions.services import REFERENCE, load_reference
from lmc_cases.law.services import proposing
from tests.law.samples import LIMIT, added, changed, confirmed, day, pair

pytestmark = pytest.mark.django_db
MODELS = (CountryFact, DisclosureRule, LegalInstrument, Offence, RefusalGround, RequestElement, TimeLimit)


def every_row() -> list[tuple[object, ...]]:
    return [row for model in MODELS for row in model.objects.order_by("pk").values_list()]


def with_row(folder: Path, name: str, change: dict[str, str]) -> None:
    """Write the first row of a reference file with other cells."""
    path = folder / name
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[0] |= change
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_loading_again_changes_no_row_of_law() -> None:
    before = every_row()
    load_reference()
    assert every_row() == before


def test_a_new_release_of_a_file_makes_a_version_and_keeps_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    with_row(folder, "time_limits.csv", {"days": "31"})
    load_reference(folder)
    load_reference(folder)
    old, new = TimeLimit.objects.filter(jurisdiction__code="CN", event="ARREST").order_by("version")
    assert (old.days, old.version, old.is_replaced) == (30, 1, True)
    assert (new.days, new.version, new.line) == (31, 2, old.line)
    assert list(TimeLimit.objects.filter(line=old.line).in_force_on(timezone.localdate())) == [new]


def test_a_file_that_gives_a_later_first_day_ends_the_version_before_on_the_eve(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    with_row(folder, "time_limits.csv", {"days": "31", "valid_from": "2030-01-01"})
    load_reference(folder)
    old, new = TimeLimit.objects.filter(jurisdiction__code="CN", event="ARREST").order_by("version")
    assert (old.valid_to, old.is_replaced, new.valid_from) == (day("2029-12-31"), False, day("2030-01-01"))


def test_a_row_that_had_ended_is_not_brought_back_by_a_later_correction(tmp_path: Path) -> None:
    """What was sent after the last day does not follow it, whatever is corrected later."""
    ended = RefusalGround.objects.filter(jurisdiction__code="VN", valid_to__isnull=False).earliest("pk")
    sent = timezone.now()
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    path = folder / "refusal_grounds.csv"
    path.write_text(path.read_text().replace("the law of 2025 was not read", "the law of 2025 was not found"))
    load_reference(folder)
    rows = RefusalGround.objects.filter(line=ended.line).order_by("version")
    old, new = rows
    assert (old.is_replaced, new.valid_to) == (True, ended.valid_to)
    after, before = ended.valid_to + dt.timedelta(days=1), ended.valid_to
    for day_of, known, found in (
        (after, sent, []),
        (before, sent, [old]),
        (before, None, [new]),
        (after, None, []),
    ):
        assert list(rows.in_force_on(day_of, known)) == found
        assert [row for row in rows if row.in_force_on(day_of, known)] == found


def test_no_file_overwrites_what_officers_entered_changed_or_ended(tmp_path: Path) -> None:
    officers = pair("CN")
    limit = TimeLimit.objects.get(jurisdiction__code="CN", event="ARREST")
    mine = changed(officers, "limit", limit, timezone.localdate(), days=33)
    ground = RefusalGround.objects.filter(jurisdiction__code="CN").earliest("pk")
    end = proposing.propose_end(
        actor=officers[0],
        kind="ground",
        line=ground.line,
        last_day=timezone.localdate(),
        source="Gazette (invented)",
        reason="Repealed (invented)",
    )
    confirmed(end, officers[1])
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    with_row(folder, "time_limits.csv", {"days": "31"})
    with_row(folder, "refusal_grounds.csv", {"statement": "Other words"})
    before = every_row()
    load_reference()
    load_reference(folder)
    assert every_row() == before
    mine.refresh_from_db()
    assert (mine.days, mine.verified_by.code) == (33, "CN")


def test_a_row_of_a_treaty_stays_when_the_treaty_gets_a_new_version() -> None:
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    changed(pair("TH"), "instrument", treaty, timezone.localdate(), nationals_rule="Invented")
    before = every_row()
    load_reference()
    assert every_row() == before


def test_a_change_closes_the_version_before_on_the_eve() -> None:
    officers = pair("TH")
    old = added(officers, "limit", LIMIT)
    new = changed(officers, "limit", old, day("2030-07-01"), days=25)
    old.refresh_from_db()
    assert (old.valid_to, new.valid_from, new.version) == (day("2030-06-30"), day("2030-07-01"), 2)
    rows = TimeLimit.objects.filter(line=old.line)
    for text, found in (
        ("2019-12-31", []),
        ("2020-01-01", [old]),
        ("2030-06-30", [old]),
        ("2030-07-01", [new]),
    ):
        assert list(rows.in_force_on(day(text))) == found
        assert [row for row in rows if row.in_force_on(day(text))] == found
    third = changed(officers, "limit", new, day("2030-07-01"), days=26)
    new.refresh_from_db()
    assert new.is_replaced
    assert list(rows.in_force_on(day("2030-08-01"))) == [third]


def test_the_queryset_and_the_row_say_the_same_of_every_moment() -> None:
    officers = pair("TH")
    before = timezone.now()
    old = added(officers, "limit", LIMIT)
    changed(officers, "limit", old, day("2024-01-01"), days=25)
    for day_of in (day("2019-01-01"), day("2023-12-31"), day("2024-01-01"), day("2035-01-01")):
        for known in (None, before, before - dt.timedelta(days=400), timezone.now() + dt.timedelta(days=1)):
            rows = TimeLimit.objects.filter(line=old.line).order_by("pk")
            assert list(rows.in_force_on(day_of, known)) == [
                row for row in rows if row.in_force_on(day_of, known)
            ]


@pytest.mark.parametrize(
    "change", [{"days": 1}, {"law": "Forged"}, {"verified_by": None, "verified_on": None}]
)
def test_the_database_keeps_what_a_country_verified(change: dict[str, object]) -> None:
    row = added(pair("TH"), "limit", LIMIT)
    with pytest.raises(IntegrityError, match="closed, never changed"), transaction.atomic():
        TimeLimit.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="closed, never changed"), transaction.atomic():
        TimeLimit.objects.filter(pk=row.pk).delete()


def test_a_line_has_one_open_version() -> None:
    row = TimeLimit.objects.filter(jurisdiction__code="CN").earliest("pk")
    with pytest.raises(IntegrityError, match="has_one_open_version"), transaction.atomic():
        TimeLimit.objects.create(
            natural_key="forged",
            line=row.line,
            version=2,
            jurisdiction=Jurisdiction.objects.get(code="CN"),
            law="Forged",
            event="ARREST",
            days=1,
        )


def test_every_ground_and_fact_says_where_it_is_from_and_how_sure_it_is() -> None:
    for model in (RefusalGround, CountryFact):
        rows = list(model.objects.all())
        assert rows
        assert all(row.source and row.confidence in {"verified", "general-knowledge"} for row in rows)
        assert all(row.verified_by is None for row in rows)
    assert all(row.article for row in RefusalGround.objects.filter(confidence="verified"))
    china = RefusalGround.objects.filter(jurisdiction__code="CN", article="8", bearing="MANDATORY")
    assert china.count() == 8


def test_an_approval_before_disclosure_is_asked_by_the_rule_of_the_day() -> None:
    china = Jurisdiction.objects.get(code="CN")
    officers = pair("CN")
    before = len(approval_of(china).rules)
    cells = {"law_title": "Invented law", "requirement": "REQUIRED", "source": "x", "confidence": "verified"}
    tomorrow = timezone.localdate() + dt.timedelta(days=2)
    added(officers, "disclosure", cells, str(tomorrow))
    assert not approval_of(china).is_demanded
    added(officers, "disclosure", {**cells, "law_title": "Another invented law"})
    assert approval_of(china).is_demanded
    assert len(approval_of(china).rules) == before + 1
