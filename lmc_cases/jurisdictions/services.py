"""Load the reference data: idempotent, and each country or agency gets its audience."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from lmc_cases.jurisdictions.models import (
    Agency,
    AnswerTime,
    Audience,
    BorderPoint,
    ConsentDeadline,
    DisclosureRule,
    Jurisdiction,
    LegalInstrument,
    Offence,
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
        "legal_instruments": 0,
        "offences": 0,
        "border_points": 0,
        "typologies": 0,
        "consent_deadlines": 0,
    }
    for row in rows_of(folder / "jurisdictions.csv"):
        save_jurisdiction(row)
        counts["jurisdictions"] += 1
    by_code = {country.code: country for country in Jurisdiction.objects.all()}
    for row in rows_of(folder / "legal_instruments.csv"):
        parties = row.pop("parties")
        instrument, _created = LegalInstrument.objects.update_or_create(
            natural_key=key_of(row["title"], parties), defaults={**row, "parties_text": parties}
        )
        instrument.parties.set([by_code[code] for code in parties.split("|") if code in by_code])
        counts["legal_instruments"] += 1
    for row in rows_of(folder / "offences.csv"):
        country = by_code[row.pop("jurisdiction")]
        key = key_of(country.code, row["typology"], row["law_title_en"], row["article"], row["offence_en"])
        Offence.objects.update_or_create(natural_key=key, defaults={**row, "jurisdiction": country})
        counts["offences"] += 1
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
    counts |= _load_time_limits(folder, by_code)
    for row in rows_of(folder / "consent_deadlines.csv"):
        country = by_code[row.pop("jurisdiction")]
        ConsentDeadline.objects.update_or_create(
            natural_key=key_of(country.code), defaults={**row, "jurisdiction": country}
        )
        counts["consent_deadlines"] += 1
    return counts


def _load_rules_of_sharing(folder: Path, by_code: dict[str, Jurisdiction]) -> dict[str, int]:
    """What countries ask for before disclosure abroad, and how long a share may wait; a country may lack either."""
    counts = {"disclosure_rules": 0, "answer_times": 0}
    for row in rows_of(folder / "disclosure_rules.csv"):
        country = by_code[row.pop("jurisdiction")]
        key = key_of(country.code, row["law_title"], row["article"])
        DisclosureRule.objects.update_or_create(
            natural_key=key, defaults={**row, "jurisdiction": country, **_checked(row)}
        )
        counts["disclosure_rules"] += 1
    for row in rows_of(folder / "answer_times.csv"):
        code = row.pop("jurisdiction")
        AnswerTime.objects.update_or_create(
            natural_key=key_of("answer-time", code),
            defaults={**row, "jurisdiction": by_code[code] if code else None, **_checked(row)},
        )
        counts["answer_times"] += 1
    return counts


def _load_time_limits(folder: Path, by_code: dict[str, Jurisdiction]) -> dict[str, int]:
    """Time limits of countries' own laws; those of treaties are entered by the countries, with their articles."""
    counts = {"time_limits": 0}
    for row in rows_of(folder / "time_limits.csv"):
        country = by_code[row.pop("jurisdiction")]
        key = key_of("time-limit", country.code, row["law"], row["event"])
        days = {name: int(row[name]) if row[name] else None for name in ("days", "extension_days")}
        ends = {
            name: dt.date.fromisoformat(row[name]) if row[name] else None
            for name in ("valid_from", "valid_to")
        }
        TimeLimit.objects.update_or_create(
            natural_key=key, defaults={**row, "jurisdiction": country, **days, **ends, **_checked(row)}
        )
        counts["time_limits"] += 1
    return counts


def _checked(row: dict[str, str]) -> dict[str, dt.date | None]:
    """The day somebody looked last; an empty cell is not known."""
    text = row.get("last_checked_on", "")
    return {"last_checked_on": dt.date.fromisoformat(text) if text else None}


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
