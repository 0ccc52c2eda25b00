"""Audit events: ids, codes and commitments only, so that erasing a person breaks no seal."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Operation(models.TextChoices):
    """The six operations of data-protection law, and what else must be provable."""

    COLLECTION = "COLLECTION", _("Collection")
    ALTERATION = "ALTERATION", _("Alteration")
    CONSULTATION = "CONSULTATION", _("Consultation")
    DISCLOSURE = "DISCLOSURE", _("Disclosure")
    COMBINATION = "COMBINATION", _("Combination")
    ERASURE = "ERASURE", _("Erasure")
    SIGN_IN = "SIGN_IN", _("Sign-in")
    REFUSAL = "REFUSAL", _("Refusal")
    GRANT = "GRANT", _("Grant of rights")
    EXPORT = "EXPORT", _("Export")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads of the audit record."""

    def visible_to(self, user: User) -> AuditEventQuerySet:
        """Events on records of the countries whose audit the officer reads, and of their officers."""
        countries = jurisdictions_granting(user, Action.READ_AUDIT).values("pk")
        return self.filter(models.Q(owner_country__in=countries) | models.Q(actor_country__in=countries))


class AuditEvent(models.Model):
    """One act. Written in the transaction of the change; PostgreSQL refuses update and delete."""

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "DONE", _("Done")
        REFUSED = "REFUSED", _("Refused")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    occurred_at = models.DateTimeField(db_default=Now())
    request_id = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    address = models.GenericIPAddressField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, null=True, related_name="+")
    actor_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    operation = models.CharField(max_length=14, choices=Operation.choices)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True, default="")
    object_uuid = models.UUIDField(null=True)
    case_uuid = models.UUIDField(null=True)
    reference = models.CharField(max_length=60, blank=True, default="")
    owner_country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, null=True, related_name="+")
    recipient_country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, null=True, related_name="+")
    reason_code = models.CharField(max_length=40, blank=True, default="")
    reason_commitment = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    codes = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner_country", "-occurred_at", "-id"], name="audit_by_owner"),
            models.Index(fields=["actor_country", "-occurred_at", "-id"], name="audit_by_actor_country"),
            models.Index(fields=["case_uuid", "-id"], name="audit_by_case"),
        ]


class AuditReasonQuerySet(models.QuerySet["AuditReason"]):
    """Reads of the reasons given."""

    def visible_to(self, user: User) -> AuditReasonQuerySet:
        """Reasons of the events the officer may read."""
        return self.filter(event__in=AuditEvent.objects.visible_to(user))


class AuditReason(models.Model):
    """The words an officer gave, kept apart: they may be erased, the event's commitment stays."""

    event = models.OneToOneField(
        AuditEvent, on_delete=models.PROTECT, primary_key=True, related_name="reason"
    )
    text = models.TextField()
    salt = models.CharField(max_length=32)

    objects = AuditReasonQuerySet.as_manager()
