"""What one side writes for itself about a request."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class HandoverNoteQuerySet(models.QuerySet["HandoverNote"]):
    """Reads of notes."""

    def visible_to(self, user: User) -> HandoverNoteQuerySet:
        """Notes of the officer's own country, on requests the officer may see. The other country knows of none."""
        return self.filter(
            country__in=jurisdictions_granting(user, Action.READ),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class HandoverNote(models.Model):
    """A private note of one side. Never changed and never deleted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = HandoverNoteQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "country"], name="notes_of_a_side")]

    @property
    def audit_owner_id(self) -> int:
        """The country that wrote it, alone."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid
