"""Joint operations: campaigns that group cases of several countries."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, audiences_of, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class OperationQuerySet(models.QuerySet["Operation"]):
    """Reads of operations."""

    def visible_to(self, user: User) -> OperationQuerySet:
        """Operations the officer's country owns or was invited to."""
        audiences = audiences_of(user)
        member = OperationMember.objects.filter(
            operation=models.OuterRef("pk"), jurisdiction__audience__in=audiences
        )
        return self.filter(models.Q(owner__audience__in=audiences) | models.Exists(member))

    def owned_with(self, user: User, action: Action) -> OperationQuerySet:
        """Operations of the countries for which the officer holds ``action``."""
        return self.filter(owner__in=jurisdictions_granting(user, action))


class Operation(models.Model):
    """A joint campaign: owned by one country, others invited. It opens no case by itself."""

    class Status(models.TextChoices):
        """Where the campaign stands."""

        ACTIVE = "ACTIVE", _("Active")
        ENDED = "ENDED", _("Ended")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="operations")
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = OperationQuerySet.as_manager()
    history = kept_history()

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_owner_id(self) -> int | None:
        """The owning country."""
        return self.owner_id

    @property
    def audit_reference(self) -> str:
        """The operation's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """An operation is above cases."""
        return None


class OperationMemberQuerySet(models.QuerySet["OperationMember"]):
    """Reads of memberships."""

    def visible_to(self, user: User) -> OperationMemberQuerySet:
        """Members of the operations the officer may see."""
        return self.filter(operation__in=Operation.objects.visible_to(user))


class OperationMember(models.Model):
    """A country invited to an operation."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="members")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)

    objects = OperationMemberQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "jurisdiction"], name="one_membership_per_country")
        ]
