"""A new address to sign in with: asked by one administrator, agreed to by the officer or a second administrator."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models.users import User


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    """Reads of changes of address."""

    def visible_to(self, user: User) -> AddressChangeQuerySet:
        """Changes of the viewer's own address, and of the officers whose country's users the viewer manages."""
        return self.filter(user__in=User.objects.visible_to(user))

    def open(self) -> AddressChangeQuerySet:
        """Those that wait for an answer."""
        return self.filter(decided_at__isnull=True, expires_at__gt=timezone.now())


class AddressChange(models.Model):
    """One change of an officer's address. Until it is agreed to, the old address stays the only one."""

    class Outcome(models.TextChoices):
        """How it ended."""

        AGREED = "AGREED", _("Agreed")
        REFUSED = "REFUSED", _("Refused")
        REPLACED = "REPLACED", _("Replaced by a later one")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="address_changes")
    email = models.EmailField(_("e-mail address"))
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(decided_at__isnull=True),
                name="one_open_change_of_address_per_officer",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="AGREED") | ~models.Q(decided_by=models.F("asked_by")),
                name="who_asked_for_an_address_does_not_agree_to_it",
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country that answers for the account."""
        return self.user.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """No address."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """An account belongs to no case."""
        return None
