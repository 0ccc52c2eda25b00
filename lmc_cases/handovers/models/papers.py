"""What the side that opened a request gives for each element that the other country's law or a treaty asks for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.models import Jurisdiction, RequestElement

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class RequestPaperQuerySet(models.QuerySet["RequestPaper"]):
    """Reads of the papers of requests."""

    def visible_to(self, user: User) -> RequestPaperQuerySet:
        """Papers of the requests the officer may see; of a draft the other country sees neither."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class AuditedAsRequest:
    """Mixin of what the opening side says in a request: of a draft its audit is that side's. Needs ``handover``."""

    handover: HandoverRequest

    @property
    def audit_owner_id(self) -> int | None:
        """The country that owns the request's audit."""
        return self.handover.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid


class RequestPaper(AuditedAsRequest, models.Model):
    """One element of a request, given once. Never changed: the newest of an element counts."""

    class Given(models.TextChoices):
        """How it is given."""

        STATED = "STATED", _("Written here")
        ANNEXED = "ANNEXED", _("Annexed on paper")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("Does not apply")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="papers")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=14, choices=RequestElement.Element.choices)
    given = models.CharField(max_length=14, choices=Given.choices)
    # The words, the reference of what is annexed, or why it does not apply.
    text = models.TextField()
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = RequestPaperQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "element"], name="papers_of_a_request")]
