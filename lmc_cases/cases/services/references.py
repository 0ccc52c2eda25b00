"""Give references: ``TH-2026-000123`` by the owner's zone and Gregorian year; gaps allowed, numbers never reused."""

from __future__ import annotations

import zoneinfo

from django.db import connection, transaction
from django.utils import timezone

from lmc_cases.jurisdictions.models import Jurisdiction


@transaction.atomic
def next_reference(owner: Jurisdiction, series: str = "") -> str:
    """Return the next reference of a series (``""`` for cases, ``"H"`` handovers, ``"OP"`` operations).

    The counter row stays locked until the transaction ends; a rolled-back transaction gives its number back,
    a deleted draft does not.
    """
    year = timezone.now().astimezone(zoneinfo.ZoneInfo(owner.time_zone)).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_referencecounter AS c (owner_id, series, year, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (owner_id, series, year) DO UPDATE SET last = c.last + 1 RETURNING last",
            [owner.pk, series, year],
        )
        number = int(cursor.fetchone()[0])
    parts = [owner.code, *([series] if series else []), str(year), f"{number:06d}"]
    return "-".join(parts)
