"""Requests that compete for one person: known to the country that holds the person, and to no other."""

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
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Likeness(models.TextChoices):
    """Why two persons of two requests may be one."""

    SAME_RECORD = "SAME_RECORD", _("Both requests name the same record")
    SAME_NUMBER = "SAME_NUMBER", _("Both have a document with the same number")


class CompetingLinkQuerySet(models.QuerySet["CompetingLink"]):
    """Reads of links."""

    def visible_to(self, user: User) -> CompetingLinkQuerySet:
        """Links of the officer's own country, between requests the officer may both see. No asking country sees one."""
        seen = HandoverRequest.objects.visible_to(user)
        return self.filter(
            country__in=jurisdictions_granting(user, Action.READ),
            one__handover__in=seen,
            other__handover__in=seen,
        )


class CompetingLink(models.Model):
    """An officer of the requested country confirmed that two requests ask for one person. Never changed.

    ``one`` is the person as the older request names it. Sealed with a key of its own, that country's alone.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    one = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="+")
    one_handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    other_handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    likeness = models.CharField(max_length=12, choices=Likeness.choices)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(db_default=Now())

    objects = CompetingLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_persons_are_linked_once"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="the_older_person_stands_first"
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that linked them, alone."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """The reference of the older request."""
        return self.one_handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case of the older request, which is that country's own."""
        return self.one_handover.case_uuid


class CompetingDecisionQuerySet(models.QuerySet["CompetingDecision"]):
    """Reads of decisions."""

    def visible_to(self, user: User) -> CompetingDecisionQuerySet:
        """Decisions on the links the officer may see."""
        return self.filter(link__in=CompetingLink.objects.visible_to(user))


class CompetingDecision(models.Model):
    """Which of two requests goes first, why, and who answers for it. Once, and no machine ranks them."""

    link = models.OneToOneField(CompetingLink, on_delete=models.PROTECT, related_name="decision")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    reasons_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    decider = models.CharField(_("decided by"), max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = CompetingDecisionQuerySet.as_manager()
