"""The case itself: only what may be known at the level "existence"; the rest stands in tables of its own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.handling import Handled
from lmc_cases.cases.models.operation import Operation
from lmc_cases.cases.models.visibility import CaseVisibility, Level
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, BorderPoint, Clearance, Jurisdiction, Typology

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lmc_cases.accounts.models import User


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases: the one way to them."""

    def visible_to(self, user: User | AnonymousUser, *, at_least: Level = Level.EXISTENCE) -> CaseQuerySet:
        """Cases visible to the officer's audiences now, at ``at_least`` this level."""
        open_to = CaseVisibility.objects.visible_to(user, at_least=at_least)
        return self.filter(pk__in=open_to.values("case_id"))

    def owned_with(self, user: User, action: Action) -> CaseQuerySet:
        """Cases the officer sees and whose country grants the officer ``action``; shares never count."""
        return self.visible_to(user).filter(owner__in=jurisdictions_granting(user, action))

    def with_level_for(self, user: User) -> CaseQuerySet:
        """Annotate ``level``: the highest at which the officer sees the case."""
        highest = (
            CaseVisibility.objects.visible_to(user)
            .filter(case=models.OuterRef("pk"))
            .order_by("-level")
            .values("level")[:1]
        )
        return self.annotate(level=models.Subquery(highest))


class Case(Handled):
    """An investigation owned by exactly one country."""

    class Status(models.TextChoices):
        """Where the investigation stands."""

        OPEN = "OPEN", _("Open")
        SUSPENDED = "SUSPENDED", _("Suspended")
        CLOSED = "CLOSED", _("Closed")

    class Classification(models.TextChoices):
        """Marking of the owner; not a promise of equivalence between countries."""

        RESTRICTED = "RESTRICTED", _("Restricted")
        CONFIDENTIAL = "CONFIDENTIAL", _("Confidential")
        SECRET = "SECRET", _("Secret")

    # The clearance each asks for (migration 0005 has the same in SQL: classification_rank).
    RANK = {
        Classification.RESTRICTED: Clearance.RESTRICTED,
        Classification.CONFIDENTIAL: Clearance.CONFIDENTIAL,
        Classification.SECRET: Clearance.SECRET,
    }

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="cases")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(_("case reference"), max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    typology = models.ForeignKey(
        Typology, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("typology")
    )
    classification = models.CharField(
        _("classification"), max_length=14, choices=Classification.choices, default=Classification.RESTRICTED
    )
    is_restricted = models.BooleanField(_("only named officers"), default=False)
    opened_at = models.DateTimeField(_("opened"), db_default=Now())
    updated_at = models.DateTimeField(_("updated"), db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()
    history = kept_history()

    def __str__(self) -> str:
        return self.reference

    @property
    def rank(self) -> Clearance:
        """The clearance an officer needs to see the case."""
        return self.RANK[self.Classification(self.classification)]

    @property
    def audit_owner_id(self) -> int | None:
        """The owning country."""
        return self.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """Itself."""
        return self.uuid


class CaseDetailQuerySet(models.QuerySet["CaseDetail"]):
    """Reads of case details."""

    def visible_to(self, user: User) -> CaseDetailQuerySet:
        """Details of cases seen at the level "summary" or above."""
        return self.filter(case__in=Case.objects.visible_to(user, at_least=Level.SUMMARY))


class CaseDetail(models.Model):
    """What the level "summary" adds to a case besides its texts. Edited under the case's version."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="detail")
    lead_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="led_cases",
        verbose_name=_("lead officer"),
    )
    operation = models.ForeignKey(
        Operation, on_delete=models.PROTECT, null=True, blank=True, related_name="case_details"
    )
    loss_amount = models.DecimalField(
        _("loss amount"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    loss_currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    # Of the fraud, as far as they were counted; nobody of them is named here.
    fraud_victims = models.PositiveIntegerField(null=True, blank=True)
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    border_point = models.ForeignKey(
        BorderPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    occurred_from = models.DateField(_("from"), null=True, blank=True)
    occurred_to = models.DateField(_("to"), null=True, blank=True)

    objects = CaseDetailQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(loss_amount__isnull=True) | ~models.Q(loss_currency=""),
                name="a_loss_has_a_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(loss_amount__isnull=True) | models.Q(loss_amount__gte=0),
                name="a_loss_is_not_negative",
            ),
        ]


class CaseOfficerQuerySet(models.QuerySet["CaseOfficer"]):
    """Reads of named officers."""

    def visible_to(self, user: User) -> CaseOfficerQuerySet:
        """Named officers of the own country's cases: a recipient never learns their names."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.READ))


class CaseOfficer(models.Model):
    """An officer named on a restricted case: the only ones of the own country who see it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="named_officers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)
    # Access in an emergency ends by the clock; ``None`` is no end.
    until = models.DateTimeField(null=True)

    objects = CaseOfficerQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="an_officer_is_named_once")]


class ReferenceCounter(models.Model):
    """Last number given per series, owner and year. Gaps are allowed: a number is never given twice."""

    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "series", "year"], name="one_counter_per_year")
        ]
