"""That officers were warned of a time limit, once for each stage of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.models import TimeLimit

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


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
                fields=["handover", "limit", "begun_at", "stage"], name="a_clock_warns_once_a_stage"
            )
        ]
