"""When a record is looked at again, and what is left of one that was erased."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Informant, Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def _own(user: User) -> models.Q:
    """Rows about people of the own country's cases; those about informants only with the right to informants."""
    people = models.Q(suspect__isnull=False, case__in=Case.objects.owned_with(user, Action.READ))
    informants = models.Q(
        informant__isnull=False, case__in=Case.objects.owned_with(user, Action.HANDLE_INFORMANTS)
    )
    return people | informants


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads of review dates."""

    def visible_to(self, user: User) -> ReviewQuerySet:
        """Those of the own country's records: a recipient never sees how long another country keeps what."""
        return self.filter(_own(user))


class Review(models.Model):
    """When the record of one person is to be looked at again, and whether proceedings hold it."""

    class Basis(models.TextChoices):
        """Where the date comes from."""

        OFFICER = "OFFICER", _("Set by an officer")
        RULE = "RULE", _("From the country's rule")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    suspect = models.OneToOneField(Suspect, on_delete=models.PROTECT, null=True, related_name="+")
    informant = models.OneToOneField(Informant, on_delete=models.PROTECT, null=True, related_name="+")
    review_on = models.DateField(_("review on"), null=True)
    basis = models.CharField(max_length=8, choices=Basis.choices, default=Basis.OFFICER)
    is_held = models.BooleanField(_("needed for proceedings"), default=False)
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = ReviewQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(suspect__isnull=True) ^ models.Q(informant__isnull=True),
                name="a_review_is_of_one_record",
            )
        ]
        indexes = [models.Index(fields=["review_on"], name="review_by_date")]


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """Reads of erasures."""

    def visible_to(self, user: User) -> ErasureQuerySet:
        """Those of the own country's records."""
        return self.filter(_own(user))


class Erasure(models.Model):
    """An erasure asked for, and afterwards its tombstone: who, when, why, how much. No data of the person."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "ASKED", _("Waiting for a second person")
        DECLINED = "DECLINED", _("Declined")
        DONE = "DONE", _("Erased")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    suspect = models.ForeignKey(Suspect, on_delete=models.PROTECT, null=True, related_name="+")
    informant = models.ForeignKey(Informant, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    legal_ground = models.CharField(_("legal ground"), max_length=300)
    reason = models.TextField(_("reason"))
    # Public ids of the exhibits whose files go too; none unless asked for by name.
    exhibits = models.JSONField(default=list)
    with_import_file = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, default="")
    counts = models.JSONField(default=dict)

    objects = ErasureQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(suspect__isnull=True) ^ models.Q(informant__isnull=True),
                name="an_erasure_is_of_one_record",
            ),
            models.UniqueConstraint(
                fields=["suspect"],
                condition=models.Q(state="ASKED"),
                name="one_open_erasure_per_person",
            ),
            models.UniqueConstraint(
                fields=["informant"],
                condition=models.Q(state="ASKED"),
                name="one_open_erasure_per_informant",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="two_persons_erase",
            ),
        ]

    @property
    def subject(self) -> Suspect | Informant:
        """The record."""
        held = self.suspect or self.informant
        assert held is not None  # noqa: S101 - the database's constraint
        return held

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the case."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The record's."""
        return self.subject.audit_reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid
