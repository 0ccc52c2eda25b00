"""The time zones an officer may choose from: the own country's first."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import lru_cache

from babel.core import get_global
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.jurisdictions.models import Jurisdiction

ZoneGroup = tuple[str, list[tuple[str, str]]]


def known_zones() -> frozenset[str]:
    """Return the zones that belong to a place, as CLDR lists them, and UTC; aliases and POSIX names are left out."""
    return frozenset(_territories()) | {"UTC"}


def zone_groups(user: User) -> list[ZoneGroup]:
    """Return choices in groups: the officer's country, the countries that work together, all others.

    A zone that the officer has already stays a choice, whatever it is.
    """
    places = _territories()
    offsets = _offsets(timezone.now().date())
    own = user.agency.jurisdiction if user.agency else None
    countries = list(Jurisdiction.objects.order_by("-is_lmc_member", "code"))
    near = [country for country in countries if own is None or country.pk != own.pk]
    first = _of(own.code, places) if own else []
    if own is not None:
        first = list(dict.fromkeys([own.time_zone, *first]))
    region = [zone for country in near for zone in _of(country.code, places)]
    chosen = {*first, *region}
    others = sorted({*known_zones(), user.time_zone} - chosen)
    groups = [
        (own.name if own else "", first),
        (_("Partner countries"), region),
        (_("Other time zones"), others),
    ]
    return [
        (name, [(zone, f"{zone} ({offsets[zone]})" if zone in offsets else zone) for zone in zones])
        for name, zones in groups
        if zones
    ]


def _of(country_code: str, places: dict[str, str]) -> list[str]:
    return sorted(zone for zone, territory in places.items() if territory == country_code)


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
    available = zoneinfo.available_timezones()
    found: dict[str, str] = get_global("zone_territories")  # type: ignore[assignment]
    return {zone: territory for zone, territory in found.items() if zone in available}


@lru_cache(maxsize=1)
def _offsets(day: dt.date) -> dict[str, str]:
    """Each zone's distance from UTC on a day; read once a day."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    offsets = {}
    for zone in known_zones():
        text = f"{noon.astimezone(zoneinfo.ZoneInfo(zone)):%z}"
        offsets[zone] = f"UTC{text[:3]}:{text[3:5]}"
    return offsets
