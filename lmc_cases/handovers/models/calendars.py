"""The secret address of an officer's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from lmc_cases.jurisdictions.access import audiences_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class CalendarAddressQuerySet(models.QuerySet["CalendarAddress"]):
    """Reads of addresses."""

    def visible_to(self, user: User) -> CalendarAddressQuerySet:
        """The officer's own, while in service."""
        # Outside of a request nobody has told the database yet who asks: the wall would show no row.
        audiences_of(user)
        return self.filter(officer_id=user.pk) if user.is_authenticated and user.in_service else self.none()


class CalendarAddress(models.Model):
    """One address per officer. Only the hash of its secret part is kept: it is shown once, and revoked by deletion."""

    officer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())

    objects = CalendarAddressQuerySet.as_manager()
