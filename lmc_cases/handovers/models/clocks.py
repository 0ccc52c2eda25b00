"""That a time limit was extended, and that officers were warned of one, once for each stage of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.requests import AuditedWithRequest, HandoverRequest
from lmc_cases.jurisdictions.models import Jurisdiction, TimeLimit

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ClockExtensionQuerySet(models.QuerySet["ClockExtension"]):
    """Reads of extensions."""

    def visible_to(self, user: User) -> ClockExtensionQuerySet:
        """Extensions of the limits of requests the officer may see: both sides are held to the same clock."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class ClockExtension(AuditedWithRequest, models.Model):
    """Who extended a limit that runs, by how many days and why. Recorded by the country that holds the persons."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(_("days"))
    decided_by = models.CharField(_("decided by"), max_length=200)
    decided_on = models.DateField(_("date"))
    reason = models.TextField(_("reason"))
    document = models.CharField(_("Supporting document"), max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ClockExtensionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "limit"], name="extensions_of_a_clock")]
        constraints = [
            models.CheckConstraint(condition=models.Q(days__gte=1), name="an_extension_is_a_day_or_more")
        ]


class ClockWarningQuerySet(models.QuerySet["ClockWarning"]):
    """Reads of warnings."""

    def visible_to(self, user: User) -> ClockWarningQuerySet:
        """Warnings about requests the officer may see: both sides are held to the same clock."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class ClockWarning(models.Model):
    """Half of a time limit, four fifths or all of it has passed. Written by the clock's watch alone, never changed."""

    class Stage(models.IntegerChoices):
        """How much of the limit has passed, in per cent."""

        HALF = 50
        URGENT = 80
        OVER = 100

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    made_at = models.DateTimeField(db_default=Now())

    objects = ClockWarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "limit", "begun_at", "ends_at", "stage"],
                name="a_clock_warns_once_a_stage",
            )
        ]
