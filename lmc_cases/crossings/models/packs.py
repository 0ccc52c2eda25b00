"""What an officer took to the border on a phone: who, when, which crossing, how many persons, until when."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from lmc_cases.accounts.devices import device_name
from lmc_cases.crossings.models.crossings import Crossing
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class BorderPackQuerySet(models.QuerySet["BorderPack"]):
    """Reads of what was taken on phones."""

    def visible_to(self, user: User) -> BorderPackQuerySet:
        """The officer's own, and for an auditor those of the country's officers."""
        audited = jurisdictions_granting(user, Action.READ_AUDIT)
        own = models.Q(officer=user.pk, country__in=jurisdictions_granting(user, Action.READ))
        return self.filter(own | models.Q(country__in=audited))


class BorderPack(models.Model):
    """A copy of a crossing on one phone. It ends by the clock, with the session that took it, or with the crossing.

    The phone seals marks for ``public_key`` (an uncompressed P-256 point). Its private half is sealed with the row's
    own key, under the key of the officer's country, and opens what is sent also after the end.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="packs")
    # As audited: the crossing's own row may be closed to the reader of the list.
    reference = models.CharField(max_length=40, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session_uuid = models.UUIDField(editable=False)
    device = models.CharField(max_length=300, blank=True, default="")
    persons = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    public_key = models.BinaryField()
    private_key = models.BinaryField()

    objects = BorderPackQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["country", "-id"], name="packs_of_a_country")]

    @property
    def audit_owner_id(self) -> int:
        """The country whose officer took it."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """The crossing's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> None:
        """No one case: persons of several may sit on a crossing."""

    @property
    def device_name(self) -> str:
        """What the browser calls itself, in a few words."""
        return device_name(self.device)
