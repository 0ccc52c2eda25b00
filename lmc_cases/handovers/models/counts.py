"""The counts of a person in a request: what was done, the offences of both sides, each side's word on the pair."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.models import Jurisdiction, Offence

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class OfCountsQuerySet(models.QuerySet[Any]):
    """Reads of counts and of what was said and decided on them."""

    def visible_to(self, user: User) -> OfCountsQuerySet:
        """Rows of the requests the officer may see; of a draft the other country sees none."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class OfCount(models.Model):
    """Abstract: belongs to a request, and is read and audited as the request is."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")

    objects = OfCountsQuerySet.as_manager()

    class Meta:
        abstract = True

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


class Count(OfCount):
    """One accusation against one person. Changed in a draft alone; from the sending on it stays as it was sent.

    ``asking_offence`` is of the country that asks, ``asked_offence`` the pair it proposes from the other country's
    law; both of the same typology. The conduct is sealed with the key of the request, which both sides hold.
    """

    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField(_("number"))
    typology = models.CharField(max_length=60)
    conduct_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    on = models.DateField(null=True, blank=True)
    asking_offence = models.ForeignKey(Offence, on_delete=models.PROTECT, null=True, related_name="+")
    asked_offence = models.ForeignKey(Offence, on_delete=models.PROTECT, null=True, related_name="+")
    # The person was sentenced for it already; the months are those left to serve, where they are known.
    is_sentenced = models.BooleanField(default=False)
    months_left = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(0)])
    # As the country that asks has calculated it, and the rule it is calculated by; nobody else vouches for either.
    limitation_ends_on = models.DateField(null=True, blank=True)
    limitation_rule = models.CharField(max_length=300, blank=True, default="")
    # Raised after the surrender: nobody is prosecuted for it unless the other country consents.
    needs_consent = models.BooleanField(default=False, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="one_number_per_count_of_a_person"),
            models.CheckConstraint(
                condition=models.Q(is_sentenced=True) | models.Q(months_left__isnull=True),
                name="months_are_left_of_a_sentence",
            ),
        ]
        indexes = [models.Index(fields=["handover", "subject"], name="counts_of_a_request")]


class CountAssessment(OfCount):
    """What one side holds of a count. Never changed: the newest of a side counts, and none touches the other's.

    The rows of law are those the officer had before the eyes; ``as_read`` keeps their cells and the threshold.
    """

    class Outcome(models.TextChoices):
        """What an officer says of the pair. A machine says candidate and no more."""

        CONFIRMED = "CONFIRMED", _("Confirmed")
        DENIED = "DENIED", _("Denied")
        UNDECIDED = "UNDECIDED", _("Left undecided")

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="assessments")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    asking_offence = models.ForeignKey(Offence, on_delete=models.PROTECT, null=True, related_name="+")
    asked_offence = models.ForeignKey(Offence, on_delete=models.PROTECT, null=True, related_name="+")
    # What the penalty threshold gave then; one of ``threshold.Verdict``.
    verdict = models.CharField(max_length=16)
    as_read = models.JSONField(default=dict)
    note_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="CONFIRMED")
                | models.Q(asking_offence__isnull=False, asked_offence__isnull=False),
                name="a_confirmed_pair_names_two_offences",
            )
        ]
        indexes = [models.Index(fields=["handover", "count"], name="assessments_of_a_count")]


class CountDecision(OfCount):
    """Whether the deciding country grants a count: once. What is granted binds the country that receives the person."""

    class Outcome(models.TextChoices):
        """What was decided."""

        GRANTED = "GRANTED", _("Count granted")
        REFUSED = "REFUSED", _("Count not granted")

    count = models.OneToOneField(Count, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    # The ground, where it was given for this count alone: a new count is decided by itself.
    ground_sealed = models.BinaryField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now())
