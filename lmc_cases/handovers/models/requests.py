"""Requests for the handover of persons: co-owned by the country that receives and the one that holds them."""

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
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.jurisdictions.access import audiences_of
from lmc_cases.jurisdictions.models import Audience, Jurisdiction, LegalInstrument

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


class Status(models.TextChoices):
    """Where a request stands; the allowed steps are declared in handovers.states."""

    DRAFT = "DRAFT", _("Draft")
    INTERNAL = "INTERNAL", _("Internal approval")
    ARREST_ASKED = "ARREST_ASKED", _("Provisional arrest asked")
    ARRESTED = "ARRESTED", _("Provisionally arrested")
    SUBMITTED = "SUBMITTED", _("Submitted")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("Acknowledged")
    INFO_ASKED = "INFO_ASKED", _("More information asked")
    REVIEW = "REVIEW", _("Legal review or court")
    APPROVED = "APPROVED", _("Handover granted")
    PART_GRANTED = "PART_GRANTED", _("Granted in part")
    TEMPORARY = "TEMPORARY", _("Temporary surrender granted")
    POSTPONED = "POSTPONED", _("Postponed")
    REFUSED = "REFUSED", _("Refused")
    ASSURED = "ASSURED", _("Assurances agreed")
    PLANNED = "PLANNED", _("Surrender planned")
    CLEARED = "CLEARED", _("Screening and fitness cleared")
    HANDED_OVER = "HANDED_OVER", _("Handed over")
    NOT_COLLECTED = "NOT_COLLECTED", _("Not collected")
    NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
    WATCH = "WATCH", _("Speciality watch")
    CLOSED = "CLOSED", _("Closed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    RELEASED = "RELEASED", _("Persons released")


class HandoverRequestQuerySet(models.QuerySet["HandoverRequest"]):
    """Reads of handover requests."""

    def visible_to(self, user: User) -> HandoverRequestQuerySet:
        """Requests of the officer's country, and those submitted to it."""
        rows = HandoverVisibility.objects.visible_to(user)
        return self.filter(pk__in=rows.values("handover_id"))


class HandoverRequest(models.Model):
    """People of one case are to change countries: asked for by the receiving country, or offered by the sending one.

    ``requesting`` is the country that receives the persons, ``requested`` the one that holds them and owns the case.
    """

    Status = Status
    Procedure = Procedure

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
    procedure = models.CharField(
        _("procedure"), max_length=16, choices=Procedure.choices, default=Procedure.POLICE_HANDOVER
    )
    # The country that holds the persons opened it and offers them; in all others the receiving country asks.
    is_offer = models.BooleanField(default=False, editable=False)
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
    # What the answering country asked to know, and what it was told; the history keeps each question and answer.
    question = models.TextField(_("information asked"), blank=True, default="")
    answer = models.TextField(_("information supplied"), blank=True, default="")
    assurances = models.TextField(_("assurances"), blank=True, default="")
    arrested_at = models.DateTimeField(_("arrested at"), null=True)
    planned_at = models.DateTimeField(_("planned for"), null=True)
    information_asked_at = models.DateTimeField(null=True, editable=False)
    planned_place = models.CharField(_("place"), max_length=300, blank=True, default="")
    planned_note = models.TextField(_("remarks"), blank=True, default="")
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
        """The country that holds the persons; of a draft the one that opened it, or its audit would tell of it."""
        return self.requested_id if self.submitted_at or self.is_offer else self.requesting_id

    @property
    def opening_id(self) -> int:
        """Primary key of the country that opened it."""
        return self.requested_id if self.is_offer else self.requesting_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case_uuid


class AuditedWithRequest:
    """Mixin of what is recorded about a request: its events stand with the request's own. Needs ``handover``."""

    handover: HandoverRequest

    @property
    def audit_owner_id(self) -> int:
        """The country that holds, or held, the person."""
        return self.handover.requested_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid
