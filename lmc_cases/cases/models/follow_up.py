"""What a recipient is told when the case may be closed to it already: a withdrawal, or wrong data."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.case import Case
from lmc_cases.cases.models.share import CaseShare
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, audiences_of
from lmc_cases.jurisdictions.models import Agency, Audience, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ShareFollowUpQuerySet(models.QuerySet["ShareFollowUp"]):
    """Reads of what recipients were told."""

    def visible_to(self, user: User) -> ShareFollowUpQuerySet:
        """Those of the own country's cases, and those told to the officer's audiences, whatever the case is now."""
        return self.filter(
            models.Q(audience__in=audiences_of(user))
            | models.Q(case__in=Case.objects.owned_with(user, Action.READ))
        )

    def received_by(self, user: User) -> ShareFollowUpQuerySet:
        """Those told to the officer's audiences."""
        return self.filter(audience__in=audiences_of(user))

    def open(self) -> ShareFollowUpQuerySet:
        """Those nobody has acknowledged."""
        return self.filter(acknowledged_at__isnull=True)


class ShareFollowUp(models.Model):
    """One message to one recipient of a share, to be acknowledged; it outlives the share.

    It names the case by its reference alone and stands by itself: whoever reads it may see the case no more.
    ``audience`` is the recipient's, at the clearance that the case asked for when it was told.
    """

    class Kind(models.TextChoices):
        """What is told."""

        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        CORRECTION = "CORRECTION", _("Correction")

    class Subject(models.TextChoices):
        """Which record was wrong."""

        CASE = "CASE", _("The case itself")
        TITLE = "TITLE", _("Title")
        SUMMARY = "SUMMARY", _("Summary")
        FACTS = "FACTS", _("Statement of facts")
        TIMELINE = "TIMELINE", _("Timeline")
        SUSPECT = "SUSPECT", _("Person")
        EVIDENCE = "EVIDENCE", _("Exhibit")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    share = models.ForeignKey(CaseShare, on_delete=models.PROTECT, related_name="follow_ups")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups")
    # Repeated here: the recipient may no longer read the case's own row.
    case_uuid = models.UUIDField()
    reference = models.CharField(max_length=40)
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    recipient_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(
        _("which record"), max_length=8, choices=Subject.choices, blank=True, default=""
    )
    # Number of the person or exhibit, as both countries write it; never a name.
    subject_number = models.CharField(max_length=60, blank=True, default="")
    subject_uuid = models.UUIDField(null=True)
    text = models.TextField(_("text"))
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    copies = models.TextField(_("copies held"), blank=True, default="")

    objects = ShareFollowUpQuerySet.as_manager()
    history = kept_history()

    class Meta:
        indexes = [
            models.Index(
                fields=["audience"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="follow_ups_to_acknowledge",
            )
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country whose case it is."""
        return self.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case_uuid
