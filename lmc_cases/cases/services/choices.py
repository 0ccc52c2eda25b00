"""What an officer may choose from in the forms of a case: open reference data, and colleagues by the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import get_currency_name
from django.db.models import Q

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Operation
from lmc_cases.core.display import babel_locale
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, BorderPoint, Jurisdiction, Typology

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.cases.models import Case

Choices = list[tuple[str, str]]
# Losses are counted in it where no country's own currency is meant.
INTERNATIONAL_CURRENCY = "USD"


def typologies() -> Choices:
    """Return all kinds of crime, by label."""
    return sorted(((row.code, row.label) for row in Typology.objects.all()), key=lambda choice: choice[1])


def currencies() -> Choices:
    """Return the currencies of the countries, and the international one, by code."""
    codes = {*Jurisdiction.objects.values_list("currency", flat=True), INTERNATIONAL_CURRENCY} - {""}
    locale = babel_locale()
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in sorted(codes)]


def border_points(country: Jurisdiction) -> Choices:
    """Return the crossing points at the country's borders, by name."""
    rows = BorderPoint.objects.filter(Q(country_a=country) | Q(country_b=country)).order_by("name_en", "pk")
    return [(str(row.uuid), row.name_en) for row in rows]


def operations(actor: User) -> Choices:
    """Return the running operations the officer's country takes part in."""
    rows = Operation.objects.visible_to(actor).filter(status=Operation.Status.ACTIVE).order_by("-pk")
    return [(str(row.uuid), f"{row.reference} – {row.name}") for row in rows]


def colleagues(actor: User, *, besides: User | None = None) -> models.QuerySet[User]:
    """Return the active officers of the own country, by name.

    Args:
        besides: left out, for a choice in which this officer makes no sense.
    """
    rows = User.objects.colleagues_of(actor).select_related("agency").order_by("full_name", "pk")
    return rows if besides is None else rows.exclude(pk=besides.pk)


def officer_choices(officers: models.QuerySet[User]) -> Choices:
    """Name officers with their agency: two colleagues may have one name."""
    return [
        (str(row.uuid), f"{row.full_name} – {row.agency.name}" if row.agency else row.full_name)
        for row in officers
    ]


def countries(*, besides: Jurisdiction) -> Choices:
    """Return every country but one, members first."""
    rows = Jurisdiction.objects.exclude(pk=besides.pk).order_by("-is_lmc_member", "code")
    return [(row.code, row.name) for row in rows]


def recipients(case: Case) -> Choices:
    """Return the countries a case can be shared with, members first."""
    rows = Jurisdiction.objects.exclude(pk=case.owner_id).order_by("-is_lmc_member", "code")
    return [(row.code, row.name) for row in rows]


def recipient_agencies(case: Case) -> list[tuple[str, Choices]]:
    """Return the agencies a case can be shared with, in one group per country."""
    groups: dict[str, Choices] = {}
    rows = (
        Agency.objects.exclude(jurisdiction=case.owner_id)
        .select_related("jurisdiction")
        .order_by("-jurisdiction__is_lmc_member", "jurisdiction__code", "name", "pk")
    )
    for row in rows:
        groups.setdefault(row.jurisdiction.name, []).append((str(row.uuid), row.name))
    return list(groups.items())


def may_request_handover(actor: User) -> bool:
    """Whether the officer may ask other countries for a handover."""
    return jurisdictions_granting(actor, Action.REQUEST_HANDOVER).exists()
