"""Requests for the handover of persons: co-owned by the requesting and the requested country."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, audiences_of, jurisdictions_granting
from lmc_cases.jurisdictions.models import Audience, Jurisdiction, LegalInstrument
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class HandoverVisibilityQuerySet(models.QuerySet["HandoverVisibility"]):
    """Reads of the read model."""

    def visible_to(self, user: User) -> HandoverVisibilityQuerySet:
        """Rows in force, by the database's clock, for the officer's audiences."""
        return self.filter(audience__in=audiences_of(user), until__gt=Now())


class HandoverVisibility(models.Model):
    """Read model of the requests: one row per audience and request, kept by triggers (migration 0004).

    The asking side is the audience the case was shared with; the asked side, from the submission on, is its country,
    or the named officers where the case is restricted. Classified cases ask for clearance on both sides. A revoked
    share never removes a row.
    """

    pk = models.CompositePrimaryKey("audience_id", "handover_id")
    audience = models.ForeignKey(Audience, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    handover = models.ForeignKey("handovers.HandoverRequest", on_delete=models.DO_NOTHING, related_name="+")
    updated_at = models.DateTimeField()
    # The end of a named officer's access in an emergency; "infinity" for all others.
    until = models.DateTimeField()

    objects = HandoverVisibilityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                "audience",
                models.F("updated_at").desc(),
                models.F("handover").desc(),
                name="handover_visibility_page",
            )
        ]


class HandoverRequestQuerySet(models.QuerySet["HandoverRequest"]):
    """Reads of handover requests."""

    def visible_to(self, user: User) -> HandoverRequestQuerySet:
        """Requests of the officer's country, and those submitted to it."""
        rows = HandoverVisibility.objects.visible_to(user)
        return self.filter(pk__in=rows.values("handover_id"))

    def asked_with(self, user: User, action: Action) -> HandoverRequestQuerySet:
        """Requests made by the countries for which the officer holds ``action``."""
        return self.visible_to(user).filter(requesting__in=jurisdictions_granting(user, action))

    def decided_with(self, user: User, action: Action) -> HandoverRequestQuerySet:
        """Requests made to the countries for which the officer holds ``action``."""
        return self.visible_to(user).filter(requested__in=jurisdictions_granting(user, action))


class HandoverRequest(models.Model):
    """One country asks another to hand over people of one case."""

    class Status(models.TextChoices):
        """Where the request stands; the allowed steps are declared in handovers.states."""

        DRAFT = "DRAFT", _("Draft")
        SUBMITTED = "SUBMITTED", _("Submitted")
        ACKNOWLEDGED = "ACKNOWLEDGED", _("Acknowledged")
        APPROVED = "APPROVED", _("Approved")
        REFUSED = "REFUSED", _("Refused")
        HANDED_OVER = "HANDED_OVER", _("Handed over")
        CLOSED = "CLOSED", _("Closed")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    # How both sides call the case when the share is over and its row is closed to one of them.
    case_uuid = models.UUIDField(editable=False)
    case_reference = models.CharField(max_length=40, editable=False)
    requesting = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="handovers_asked")
    # Through whom the asking side came to the case: its country, or the one agency it was shared with. Nobody else
    # of that country sees the request.
    requesting_audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="+", editable=False
    )
    requested = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="handovers_received")
    status = models.CharField(_("status"), max_length=14, choices=Status.choices, default=Status.DRAFT)
    instrument = models.ForeignKey(
        LegalInstrument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal instrument"),
    )
    legal_basis = models.TextField(_("legal basis"), blank=True, default="")
    facts = models.TextField(_("statement of facts"), blank=True, default="")
    facts_language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    decision_reason = models.TextField(_("reason of the decision"), blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True)
    handed_over_place = models.CharField(_("place"), max_length=300, blank=True, default="")
    handed_over_note = models.TextField(_("remarks"), blank=True, default="")
    updated_at = models.DateTimeField(db_default=Now())
    # What was disclosed with the request, frozen when it was approved: revoking the share does not reach it.
    disclosed = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    objects = HandoverRequestQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(requesting=models.F("requested")), name="no_country_asks_itself"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_owner_id(self) -> int | None:
        """The requested country; before the submission the requesting one, or its audit would tell of a draft."""
        return self.requested_id if self.submitted_at else self.requesting_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case_uuid


class HandoverSubjectQuerySet(models.QuerySet["HandoverSubject"]):
    """Reads of the people asked for."""

    def visible_to(self, user: User) -> HandoverSubjectQuerySet:
        """People of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class HandoverSubject(models.Model):
    """One person asked for. ``snapshot`` is the person as disclosed, kept with the request."""

    class Outcome(models.TextChoices):
        """What became of it."""

        PENDING = "PENDING", _("Pending")
        GRANTED = "GRANTED", _("Granted")
        REFUSED = "REFUSED", _("Refused")
        HANDED_OVER = "HANDED_OVER", _("Handed over")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="subjects")
    suspect = models.ForeignKey(Suspect, on_delete=models.PROTECT, related_name="+")
    suspect_uuid = models.UUIDField(editable=False)
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.PENDING)
    snapshot = models.JSONField(default=dict)

    objects = HandoverSubjectQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "suspect"], name="a_person_is_asked_for_once")
        ]
