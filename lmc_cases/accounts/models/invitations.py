"""Invitations: the only way to an account."""

from __future__ import annotations

import datetime as dt
import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models.users import User
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """Invitations to agencies of the countries whose users the viewer manages."""
        return self.filter(agency__jurisdiction__in=jurisdictions_granting(user, Action.MANAGE_USERS))

    def waiting(self) -> InvitationQuerySet:
        """Neither taken up nor withdrawn; some may be too old."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def older_than(self, at: dt.datetime, pk: int) -> InvitationQuerySet:
        """Invitations that come after one in the list, newest first: a page begins there."""
        return self.filter(models.Q(invited_at__lt=at) | models.Q(invited_at=at, pk__lt=pk))

    def open(self) -> InvitationQuerySet:
        """Those that can be taken up now."""
        return self.waiting().filter(expires_at__gt=Now())


class Invitation(models.Model):
    """One officer invited to one agency. The token itself is only in the mail; here is its hash."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=200)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    role_codes = ArrayField(models.CharField(max_length=40))
    language = models.CharField(max_length=10, default="en")
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    @property
    def is_expired(self) -> bool:
        """Whether it is too old to be taken up."""
        return self.expires_at <= timezone.now()

    @property
    def audit_owner_id(self) -> int | None:
        """The inviting country."""
        return self.agency.jurisdiction_id

    @property
    def audit_reference(self) -> str:
        """No name."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """An invitation belongs to no case."""
        return None
