"""What one country thinks of each ground of refusal, for each person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction, RefusalGround

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class GroundMarkQuerySet(models.QuerySet["GroundMark"]):
    """Reads of marks."""

    def visible_to(self, user: User) -> GroundMarkQuerySet:
        """Marks of the officer's own country, on requests the officer may see: a view is told by the decision alone."""
        return self.filter(
            country__in=jurisdictions_granting(user, Action.READ),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class GroundMark(models.Model):
    """Whether a ground of refusal applies to a person, as one side sees it. Never changed: the newest counts.

    Each side has its own view and reads no other. No mark means unknown.
    """

    class Standing(models.TextChoices):
        """What the side thinks of it."""

        UNKNOWN = "UNKNOWN", _("Not known")
        APPLIES = "APPLIES", _("Applies")
        DOES_NOT = "DOES_NOT", _("Does not apply")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    ground = models.ForeignKey(RefusalGround, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(_("standing"), max_length=8, choices=Standing.choices)
    note = models.TextField(_("note"), blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = GroundMarkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject", "ground"], name="ground_marks_of_a_request")]

    @property
    def audit_owner_id(self) -> int:
        """The country whose view it is: the other reads nothing of it, in the audit neither."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid
