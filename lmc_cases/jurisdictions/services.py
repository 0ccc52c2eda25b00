"""Load the reference data: idempotent, and each country or agency gets its audience."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lmc_cases.jurisdictions.models import (
    Agency,
    AnswerTime,
    Audience,
    BorderPoint,
    ConsentDeadline,
    CountryFact,
    DeskRule,
    DisclosureRule,
    Jurisdiction,
    LawRow,
    LegalInstrument,
    Offence,
    RefusalGround,
    RequestElement,
    RetentionRule,
    TimeLimit,
    Typology,
)

REFERENCE = Path(__file__).with_name("reference")
# Columns of jurisdictions.csv that name an authority -> kind of agency, suffix of its code.
AUTHORITY_COLUMNS = (
    ("police_agency", Agency.Kind.POLICE, "POLICE"),
    ("central_authority_extradition", Agency.Kind.CENTRAL_AUTHORITY, "CENTRAL"),
    ("fiu", Agency.Kind.FIU, "FIU"),
)
# File -> kind of row; what its key begins with, and the cells that name a row of a country or treaty.
LAW_FILES: dict[str, tuple[type[LawRow], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "disclosure_rules": (DisclosureRule, ((), ("law_title", "article"))),
    "time_limits": (TimeLimit, (("time-limit",), ("law", "event"))),
    "request_elements": (RequestElement, (("request-element",), ("law", "procedure", "element"))),
    "refusal_grounds": (RefusalGround, (("refusal-ground",), ("law", "article", "ground"))),
    "country_facts": (CountryFact, (("country-fact",), ("topic", "law", "article"))),
}
NUMBERS = ("days", "extension_days")


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a reference file; values stripped, absent ones ``""``."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {key: (value or "").strip() for key, value in row.items() if key}


def key_of(*parts: str) -> str:
    """Return the stable key of a row from the cells that name it."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@transaction.atomic
def load_reference(folder: Path = REFERENCE) -> dict[str, int]:
    """Load or refresh all reference data; return the number of rows per kind.

    A second run changes nothing. Rows that left the files stay: running requests may cite them.
    """
    counts = {
        "jurisdictions": 0,
        "border_points": 0,
        "typologies": 0,
        "consent_deadlines": 0,
        "desk_rules": 0,
    }
    for row in rows_of(folder / "jurisdictions.csv"):
        save_jurisdiction(row)
        counts["jurisdictions"] += 1
    by_code = {country.code: country for country in Jurisdiction.objects.all()}
    counts |= _load_law(folder, by_code)
    for row in rows_of(folder / "border_points.csv"):
        sides = {side: by_code.get(row.pop(side)) for side in ("country_a", "country_b")}
        BorderPoint.objects.update_or_create(natural_key=key_of(row["name_en"]), defaults={**row, **sides})
        counts["border_points"] += 1
    counts["retention_rules"] = 0
    for row in rows_of(folder / "retention_rules.csv"):
        country = by_code[row.pop("jurisdiction")]
        months = row.pop("review_after_months")
        cells = {**row, "jurisdiction": country, "review_after_months": int(months) if months else None}
        key = key_of("retention", country.code, row["purpose"])
        RetentionRule.objects.update_or_create(natural_key=key, defaults=cells)
        counts["retention_rules"] += 1
    for row in rows_of(folder / "typologies.csv"):
        Typology.objects.update_or_create(natural_key=key_of(row["code"]), defaults=row)
        counts["typologies"] += 1
    counts |= _load_rules_of_sharing(folder, by_code)
    for row in rows_of(folder / "consent_deadlines.csv"):
        country = by_code[row.pop("jurisdiction")]
        ConsentDeadline.objects.update_or_create(
            natural_key=key_of(country.code), defaults={**row, "jurisdiction": country}
        )
        counts["consent_deadlines"] += 1
    for row in rows_of(folder / "desk_rules.csv"):
        country = by_code[row.pop("jurisdiction")]
        DeskRule.objects.update_or_create(
            natural_key=key_of("desk", country.code),
            defaults={**row, "jurisdiction": country, **_checked(row)},
        )
        counts["desk_rules"] += 1
    return counts


def _load_rules_of_sharing(folder: Path, by_code: dict[str, Jurisdiction]) -> dict[str, int]:
    """How long a share may wait; a country may lack a time of its own."""
    counts = {"answer_times": 0}
    for row in rows_of(folder / "answer_times.csv"):
        code = row.pop("jurisdiction")
        AnswerTime.objects.update_or_create(
            natural_key=key_of("answer-time", code),
            defaults={**row, "jurisdiction": by_code[code] if code else None, **_checked(row)},
        )
        counts["answer_times"] += 1
    return counts


def _load_law(folder: Path, by_code: dict[str, Jurisdiction]) -> dict[str, int]:
    """Load the rows of law. A cell ``instrument`` names a treaty by its title; its rows have no country."""
    counts = dict.fromkeys(("legal_instruments", "offences", *LAW_FILES), 0)
    for row in rows_of(folder / "legal_instruments.csv"):
        parties = row.pop("parties")
        countries = [by_code[code] for code in parties.split("|") if code in by_code]
        key = key_of(row["title"], parties)
        keep_law(LegalInstrument, key, {**row, "parties_text": parties, **_valid(row)}, countries)
        counts["legal_instruments"] += 1
    for row in rows_of(folder / "offences.csv"):
        country = by_code[row.pop("jurisdiction")]
        key = key_of(country.code, row["typology"], row["law_title_en"], row["article"], row["offence_en"])
        keep_law(Offence, key, {**row, "jurisdiction": country, **_valid(row)})
        counts["offences"] += 1
    # Rows of a treaty hang on its first version: a later one does not make them new.
    treaties = {row.title: row for row in LegalInstrument.objects.filter(version=1)}
    for name, (model, named_by) in LAW_FILES.items():
        for row in rows_of(folder / f"{name}.csv"):
            code, treaty = row.pop("jurisdiction"), row.pop("instrument", "")
            of: dict[str, Any] = (
                {"instrument": treaties[treaty]} if treaty else {"jurisdiction": by_code[code]}
            )
            days = {cell: int(row[cell]) if row[cell] else None for cell in NUMBERS if cell in row}
            key = key_of(*named_by[0], code or treaty, *(row[cell] for cell in named_by[1]))
            keep_law(model, key, {**row, **of, **days, **_valid(row), **_checked(row)})
            counts[name] += 1
    return counts


def keep_law(
    model: type[LawRow], key: str, cells: dict[str, Any], parties: list[Jurisdiction] | None = None
) -> LawRow:
    """Enter a row of law of the product's own files, or a new version of it where the file says something new.

    What two officers of a country entered, changed or ended stands: the file does not come back to it.

    Args:
        key: stable name of the row; versions after the first have names of their own.
        parties: of an instrument.
    """
    first = model._default_manager.filter(natural_key=key).first()
    if first is None:
        return _written(model(natural_key=key, **cells), parties)
    last = model._default_manager.filter(line=first.line).latest("version")
    is_officers = last.verified_by_id is not None or (last.closed_at is not None)
    if is_officers or all(getattr(last, name) == value for name, value in cells.items()):
        return last
    begins = cells.get("valid_from")
    if begins and last.valid_to is None and (last.valid_from is None or begins > last.valid_from):
        last.valid_to = begins - dt.timedelta(days=1)
    else:
        last.is_replaced = True
    last.closed_at = timezone.now()
    last.save(update_fields=["closed_at", "valid_to", "is_replaced"])
    fresh = model(natural_key=uuid.uuid4().hex, line=last.line, version=last.version + 1, **cells)
    return _written(fresh, parties)


def _written(row: LawRow, parties: list[Jurisdiction] | None) -> LawRow:
    row.save()
    if isinstance(row, LegalInstrument):
        row.parties.set(parties or [])
    return row


def _checked(row: dict[str, str]) -> dict[str, dt.date | None]:
    """The day somebody looked last; an empty cell is not known."""
    return {"last_checked_on": _day(row.get("last_checked_on", ""))}


def _valid(row: dict[str, str]) -> dict[str, dt.date | None]:
    """From when until when the row is law; an empty cell is not known."""
    return {name: _day(row.get(name, "")) for name in ("valid_from", "valid_to")}


def _day(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


def answer_time_of(country: Jurisdiction) -> AnswerTime | None:
    """Return how long a country's officers have to answer: its own row, else the product's default."""
    rows = {
        row.jurisdiction_id: row
        for row in AnswerTime.objects.filter(Q(jurisdiction=country) | Q(jurisdiction=None))
    }
    return rows.get(country.pk) or rows.get(None)


def save_jurisdiction(row: dict[str, str]) -> Jurisdiction:
    """Create or refresh one country and the agencies its authority columns name."""
    cells = dict(row)
    code = cells.pop("code")
    cells["is_lmc_member"] = cells.pop("lmc_member") == "1"  # type: ignore[assignment]
    cells["calendar_offset_years"] = int(cells["calendar_offset_years"] or 0)  # type: ignore[assignment]
    country = Jurisdiction.objects.filter(code=code).first()
    if country is None:
        audience = Audience.establish(Audience.Kind.COUNTRY)
        country = Jurisdiction.objects.create(code=code, audience=audience, **cells)
    else:
        Jurisdiction.objects.filter(pk=country.pk).update(**cells)
        country.refresh_from_db()
    for column, kind, suffix in AUTHORITY_COLUMNS:
        if row.get(column):
            save_agency(
                country=country,
                code=f"{code}-{suffix}",
                name=row[column],
                kind=kind,
                source=row["source"],
                confidence=row["confidence"],
            )
    return country


def save_agency(
    *,
    country: Jurisdiction,
    code: str,
    name: str,
    kind: Agency.Kind,
    source: str = "",
    confidence: str = "",
    is_demo: bool = False,
) -> Agency:
    """Create or refresh one agency."""
    cells = {
        "jurisdiction": country,
        "name": name,
        "kind": kind,
        "source": source,
        "confidence": confidence,
        "is_demo": is_demo,
    }
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        audience = Audience.establish(Audience.Kind.AGENCY)
        return Agency.objects.create(code=code, audience=audience, **cells)
    Agency.objects.filter(pk=agency.pk).update(**cells)
    agency.refresh_from_db()
    return agency


def all_countries() -> list[Jurisdiction]:
    """Return every country, by code: reference data, open to all."""
    return list(Jurisdiction.objects.order_by("code"))
