"""A proposed change of law: nothing changes before a second officer of the same country confirms it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class LawProposalQuerySet(models.QuerySet["LawProposal"]):
    """Reads of proposals."""

    def visible_to(self, user: User) -> LawProposalQuerySet:
        """For legal officers: those of their country, and those about a treaty it is party to."""
        mine = list(jurisdictions_granting(user, Action.EDIT_LAW).values_list("pk", flat=True))
        return self.filter(models.Q(country__in=mine) | models.Q(concerned__overlap=mine))

    def decided_with(self, user: User) -> LawProposalQuerySet:
        """For legal officers of the country that proposes."""
        return self.filter(country__in=jurisdictions_granting(user, Action.EDIT_LAW))


class LawProposal(models.Model):
    """A new row of law, a new version of one, or its end, as one officer proposes it.

    ``line`` is the row's, of a new row the one it will have. ``based_on`` is the version the officer read.
    """

    class Act(models.TextChoices):
        """What is proposed."""

        NEW = "NEW", _("New row")
        CHANGE = "CHANGE", _("New version")
        END = "END", _("End")

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "WAITING", _("Waiting for a second officer")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        REJECTED = "REJECTED", _("Rejected")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    # Keys of all parties of the treaty it is about: their legal officers read it too.
    concerned = ArrayField(models.BigIntegerField(), default=list)
    kind = models.CharField(max_length=12)
    act = models.CharField(max_length=6, choices=Act.choices)
    line = models.UUIDField()
    based_on = models.UUIDField(null=True)
    instrument_line = models.UUIDField(null=True)
    cells = models.JSONField(default=dict)
    valid_from = models.DateField(_("valid from"), null=True)
    last_day = models.DateField(_("last day"), null=True)
    reason = models.TextField(_("reason"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, default="")

    objects = LawProposalQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="a_change_of_law_needs_two"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["CONFIRMED", "REJECTED"]) | models.Q(decided_by__isnull=False),
                name="a_decision_on_law_names_its_officer",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=models.Q(state="WAITING"), name="one_proposal_waits_per_row_of_law"
            ),
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether it can be decided."""
        return self.state == self.State.WAITING

    @property
    def audit_owner_id(self) -> int:
        """The country of both officers."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """It has none."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """It is about no case."""
        return None
