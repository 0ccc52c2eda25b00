"""Which keys there are. Country keys themselves lie with the provider; here are their versions, and wrapped keys."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class CountryKeyQuerySet(models.QuerySet["CountryKey"]):
    """Reads of the versions of country keys."""

    def visible_to(self, user: User) -> CountryKeyQuerySet:
        """Versions of the countries whose users the officer manages."""
        return self.filter(country__in=jurisdictions_granting(user, Action.MANAGE_USERS))


class CountryKey(models.Model):
    """One version of a country's key: that it exists and what it is used for, never the key."""

    class State(models.TextChoices):
        """What the version is used for."""

        ACTIVE = "ACTIVE", _("Active")
        RETIRING = "RETIRING", _("Being replaced")
        RETIRED = "RETIRED", _("Replaced")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    # Known again by this; the key cannot be found from it.
    check_value = models.CharField(max_length=16)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    objects = CountryKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "version"], name="one_row_per_version_of_a_key"),
            models.UniqueConstraint(
                fields=["country"], condition=models.Q(state="ACTIVE"), name="one_active_key_per_country"
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """Country and version."""
        return f"{self.country.code}/key {self.version}"

    @property
    def audit_case_uuid(self) -> UUID | None:
        """A key is above cases."""
        return None


class RecordKey(models.Model):
    """The key of one record, wrapped with a country's key. Without its row what it sealed cannot be read by anybody.

    A record that two countries own has a row for each, so that each opens it with its own key. It has no history:
    erasing a record destroys its key, and a past state would keep it.
    """

    class Kind(models.TextChoices):
        """What the key belongs to."""

        PERSON = "PERSON", _("Person")
        INFORMANT = "INFORMANT", _("Informant")
        HANDOVER = "HANDOVER", _("Handover request")
        IMPORT = "IMPORT", _("Import")
        BORDER = "BORDER", _("Copy on a phone")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    record_uuid = models.UUIDField()
    # Whose record it is; a sealed value is bound to this country.
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    # Whose key wraps.
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_uuid", "country"], name="one_key_per_record_and_country")
        ]
        indexes = [models.Index(fields=["country", "version"], name="record_key_by_version")]
