"""Roles are data: what each may do, and who holds it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models.users import User
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Jurisdiction

ACTION_LABELS = {
    Action.READ: _("Read the country's records"),
    Action.EDIT: _("Open and change the country's records"),
    Action.SHARE: _("Share the country's records"),
    Action.REQUEST_HANDOVER: _("Request a handover for the country"),
    Action.APPROVE_HANDOVER: _("Decide on handovers asked of the country"),
    Action.KEEP_EVIDENCE: _("Keep the country's exhibits"),
    Action.READ_AUDIT: _("Read the country's audit records"),
    Action.READ_REASONS: _("Read the reasons given in the country's audit records"),
    Action.SUPERVISE: _("Check what others see, and open a case in an emergency as the second person"),
    Action.MANAGE_USERS: _("Manage the country's users"),
    Action.EDIT_LAW: _("Maintain the country's law"),
    Action.HANDLE_INFORMANTS: _("Read and record the country's informants"),
    Action.CONFIRM_ERASURE: _("Confirm the erasure of the country's personal data"),
    Action.MARK_AT_BORDER: _("Mark, photograph and count persons at the country's crossings"),
    Action.MACHINE_TRANSLATE: _("Send texts of the country's cases to the machine translator"),
    Action.REVIEW: _("Review and sign dossiers for the country"),
}


class Role(models.Model):
    """A role: a row of reference data, not code. ``actions`` are values of ``access.Action``."""

    code = models.CharField(max_length=40, unique=True)
    label_en = models.CharField(max_length=80)
    description_en = models.TextField(blank=True, default="")
    actions = ArrayField(models.CharField(max_length=40), default=list)
    partner_actions = ArrayField(models.CharField(max_length=40), default=list)
    sort_order = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the active language."""
        return gettext(self.label_en)

    def actions_in(self, country: Jurisdiction) -> list[str]:
        """What the role may do for a country: partners have reduced rights."""
        return self.actions if country.is_lmc_member else self.partner_actions

    def allows(self, country: Jurisdiction) -> list[str]:
        """What the role may do for a country, in words of the active language."""
        return [str(ACTION_LABELS[Action(action)]) for action in self.actions_in(country)]


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Reads of role assignments."""

    def visible_to(self, user: User) -> RoleAssignmentQuerySet:
        """Assignments of the officers the viewer may see."""
        return self.filter(user__in=User.objects.visible_to(user))

    def in_force(self) -> RoleAssignmentQuerySet:
        """Assignments not taken back."""
        return self.filter(revoked_at__isnull=True)


class RoleAssignment(models.Model):
    """Who holds which role, by whose hand."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = RoleAssignmentQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_role_once_per_officer",
            )
        ]
