"""Which versions of the law a request follows: those of the moment it was sent, before that those of today."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.models import Jurisdiction, LawRow, LegalInstrument
from lmc_cases.jurisdictions.models.versions import LawRows

Row = TypeVar("Row", bound=LawRow)


def today_in(country: Jurisdiction) -> dt.date:
    """Return the day a country's calendar shows now."""
    return timezone.now().astimezone(ZoneInfo(country.time_zone)).date()


def law_of(handover: HandoverRequest, rows: LawRows[Row]) -> LawRows[Row]:
    """Return the versions among ``rows`` that a request follows.

    Sent, it keeps the law of its day in the country that decides: a row changed, replaced or ended later changes
    nothing in it.
    """
    sent = handover.submitted_at
    zone = ZoneInfo(handover.requested.time_zone)
    return rows.in_force_on((sent or timezone.now()).astimezone(zone).date(), sent)


def asked_by(handover: HandoverRequest) -> models.Q:
    """Return the condition that a row is of the law of the deciding country, or of the chosen treaty in any version."""
    of = models.Q(jurisdiction=handover.requested_id)
    if handover.instrument is not None:
        of |= models.Q(instrument__line=handover.instrument.line)
    return of


def versions_of_instrument() -> ArraySubquery:
    """Return, for a row of a treaty, the keys of all versions of it; for a row of a country's law none."""
    same = LegalInstrument.objects.filter(line=models.OuterRef("instrument__line"))
    return ArraySubquery(same.values("pk"))


def instrument_as_sent(handover: HandoverRequest) -> LegalInstrument | None:
    """Return the version of the chosen instrument that holds on the day of sending.

    Raises:
        InvalidInput: it has ended since it was chosen (field ``instrument_id``).
    """
    chosen = handover.instrument
    if chosen is None:
        return None
    versions = LegalInstrument.objects.filter(line=chosen.line)
    found = versions.in_force_on(today_in(handover.requested)).order_by("-version").first()
    if found is None:
        raise InvalidInput(
            "instrument_id", _("The chosen instrument has ended. Edit the request and choose another.")
        )
    return found
