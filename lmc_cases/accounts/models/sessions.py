"""Where an officer is signed in. The row decides: a session whose row has ended opens nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.devices import device_name
from lmc_cases.accounts.models.users import User


class SignedInSessionQuerySet(models.QuerySet["SignedInSession"]):
    """Reads of sessions."""

    def visible_to(self, user: User) -> SignedInSessionQuerySet:
        """Sessions of the viewer, and of the officers whose country's users the viewer manages."""
        return self.filter(user__in=User.objects.visible_to(user))

    def in_force(self) -> SignedInSessionQuerySet:
        """Sessions that would open a page now."""
        now = timezone.now()
        return self.filter(
            ended_at__isnull=True,
            started_at__gt=now - dt.timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS),
            last_seen_at__gt=now - dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        )


class SignedInSession(models.Model):
    """One browser in which an officer signed in. The session holds this row's id; no key of it is kept here."""

    class End(models.TextChoices):
        """Why it ended before its time."""

        SIGNED_OUT = "SIGNED_OUT", _("Signed out")
        REMOTE = "REMOTE", _("Signed out from elsewhere")
        ADMINISTRATOR = "ADMINISTRATOR", _("Signed out by an administrator")
        PASSWORD = "PASSWORD", _("The password was changed")
        CLOSED = "CLOSED", _("The account was closed")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signed_in_sessions")
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField(null=True)
    # What the browser says of itself; shown to the officer, believed by nobody.
    device = models.CharField(max_length=300, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=End.choices, blank=True, default="")

    objects = SignedInSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["user"], condition=models.Q(ended_at__isnull=True), name="open_sessions_of_an_officer"
            ),
            models.Index(fields=["last_seen_at"], name="old_sessions"),
        ]

    @property
    def device_name(self) -> str:
        """What the browser calls itself, in a few words."""
        return device_name(self.device)

    @property
    def idle_ends_at(self) -> dt.datetime:
        """When it ends if nothing more is clicked."""
        return self.last_seen_at + dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS)

    @property
    def ends_at(self) -> dt.datetime:
        """When it ends whatever is clicked."""
        return self.started_at + dt.timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)

    @property
    def audit_owner_id(self) -> int | None:
        """The country that answers for the account."""
        return self.user.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """No name."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """A session belongs to no case."""
        return None
