"""Break-glass: a restricted case whose named officers are away is opened by two persons, for a short time."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.case import Case
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    """Reads of requests for access in an emergency."""

    def visible_to(self, user: User) -> EmergencyAccessQuerySet:
        """Those the officer made, and those of the countries whose records the officer supervises."""
        reads_for = jurisdictions_granting(user, Action.READ)
        supervised = jurisdictions_granting(user, Action.SUPERVISE)
        return self.filter(
            models.Q(country__in=supervised) | models.Q(asked_by=user.pk, country__in=reads_for)
        )

    def to_decide(self, user: User) -> EmergencyAccessQuerySet:
        """Those the officer may decide: of a supervised country, and made by somebody else."""
        return self.filter(
            country__in=jurisdictions_granting(user, Action.SUPERVISE), state=EmergencyAccess.State.ASKED
        ).exclude(asked_by=user.pk)


class EmergencyAccess(models.Model):
    """One request. It names a reference as typed: whether there is such a case is looked up by the second person."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "ASKED", _("Waiting for a second person")
        APPROVED = "APPROVED", _("Approved")
        REFUSED = "REFUSED", _("Refused")
        NOTHING = "NOTHING", _("No such case to open")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(_("case reference"), max_length=40)
    reason = models.TextField(_("reason"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True)

    objects = EmergencyAccessQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="an_emergency_needs_two_persons"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="APPROVED")
                | models.Q(case__isnull=False, until__isnull=False, decided_by__isnull=False),
                name="an_approved_emergency_names_case_and_end",
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country of both persons."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """Nothing before the second person: the audit does not say what was typed."""
        return self.reference if self.case_id else ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case, once it is opened."""
        return self.case.uuid if self.case else None
