"""Why an officer reads another country's case: asked once per case and day, answered by a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models.case import Case
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ReadingReasonQuerySet(models.QuerySet["ReadingReason"]):
    """Reads of the reasons given."""

    def visible_to(self, user: User) -> ReadingReasonQuerySet:
        """Those the officer gave, and all that were given for the own country's cases."""
        own = Case.objects.owned_with(user, Action.READ)
        mine = models.Q(officer=user.pk, case__in=Case.objects.visible_to(user))
        return self.filter(models.Q(case__in=own) | mine)


class ReadingReason(models.Model):
    """One answer. The officer's own words stand with the audit event, where they may be erased."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # In the officer's own time zone.
    day = models.DateField()
    code = models.CharField(max_length=20)
    # A token's own purpose stands in for an answer: nobody sat at a keyboard.
    is_standing = models.BooleanField(default=False)
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())

    objects = ReadingReasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "officer", "day"], name="one_reason_per_case_and_day")
        ]
