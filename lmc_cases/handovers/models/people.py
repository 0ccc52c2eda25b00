"""The people of a request, what was checked of each, and what was decided about a check by two officers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.handovers.checks import INDICATORS, Kind, Outcome, check_of
from lmc_cases.handovers.models.requests import AuditedWithRequest, HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction, RefusalGround
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


# Kept as the ground of a person of whom another request goes first: neither country nor request is named, and each
# reader reads it in the own language.
SET_ASIDE = "SET_ASIDE"


def ground_in_words(ground: str) -> str:
    """Return a ground for its reader: what an officer wrote, or the words of a code."""
    if ground == SET_ASIDE:
        return gettext("Postponed: another procedure about this person is dealt with first.")
    return ground


class HandoverSubjectQuerySet(models.QuerySet["HandoverSubject"]):
    """Reads of the people asked for."""

    def visible_to(self, user: User) -> HandoverSubjectQuerySet:
        """People of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class HandoverSubject(models.Model):
    """One person asked for. ``snapshot`` is the person as disclosed, kept with the request."""

    class Outcome(models.TextChoices):
        """What became of it."""

        PENDING = "PENDING", _("Pending")
        GRANTED = "GRANTED", _("Handover granted")
        TEMPORARY = "TEMPORARY", _("Temporary surrender granted")
        POSTPONED = "POSTPONED", _("Postponed")
        REFUSED = "REFUSED", _("Refused")
        HANDED_OVER = "HANDED_OVER", _("Handed over")
        NOT_COLLECTED = "NOT_COLLECTED", _("Not collected")
        NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
        DIED = "DIED", _("Died")
        ESCAPED = "ESCAPED", _("Escaped")
        TRIED_HERE = "TRIED_HERE", _("Prosecuted in the holding country")
        OTHER_COUNTRY = "OTHER_COUNTRY", _("Surrendered to another country")
        RELEASED = "RELEASED", _("Released")
        VICTIM_TRACK = "VICTIM_TRACK", _("Into the protection of victims")

    POSITIVE = (Outcome.GRANTED.value, Outcome.TEMPORARY.value)
    # Granted, and still where they were: a new plan takes them up.
    NOT_MOVED = (Outcome.NOT_COLLECTED.value, Outcome.NOT_ACCEPTED.value)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="subjects")
    suspect = models.ForeignKey(Suspect, on_delete=models.PROTECT, related_name="+")
    suspect_uuid = models.UUIDField(editable=False)
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=14, choices=Outcome.choices, default=Outcome.PENDING)
    outcome_reason = models.TextField(_("ground"), blank=True, default="")
    # The version of the row of law that a refusal names, where one does.
    refusal_ground = models.ForeignKey(
        RefusalGround, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    snapshot = models.JSONField(default=dict)

    objects = HandoverSubjectQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "suspect"], name="a_person_is_asked_for_once")
        ]

    @property
    def ground(self) -> str:
        """The ground of the outcome for its reader."""
        return ground_in_words(self.outcome_reason)


class PersonCheckQuerySet(models.QuerySet["PersonCheck"]):
    """Reads of checks."""

    def visible_to(self, user: User) -> PersonCheckQuerySet:
        """Checks of the requests the officer may see, whichever side recorded them."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class PersonCheck(AuditedWithRequest, models.Model):
    """What one side found of one person, once. Never changed: the newest of a side and kind counts.

    Both sides see it. The grounds stand in ``PersonCheckGrounds``, for the side that recorded it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="checks")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="checks")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("check"), max_length=16, choices=Kind.choices)
    outcome = models.CharField(_("outcome"), max_length=14)
    on = models.DateField(_("date"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = PersonCheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject", "kind"], name="checks_of_a_request")]

    @property
    def found(self) -> Outcome | None:
        """The outcome as the table of checks declares it."""
        row = check_of(self.kind)
        return row.outcome(self.outcome) if row else None


class PersonCheckGroundsQuerySet(models.QuerySet["PersonCheckGrounds"]):
    """Reads of the grounds of checks."""

    def visible_to(self, user: User) -> PersonCheckGroundsQuerySet:
        """Grounds that the officer's own country recorded, and those of checks that hide none."""
        return self.filter(
            models.Q(check_row__country__in=jurisdictions_granting(user, Action.READ))
            | models.Q(is_confidential=False),
            check_row__in=PersonCheck.objects.visible_to(user),
        )


class PersonCheckGrounds(models.Model):
    """Why a check came out as it did. Of a confidential check the other country is told no word of it."""

    check_row = models.OneToOneField(
        PersonCheck, on_delete=models.PROTECT, primary_key=True, related_name="grounds"
    )
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    is_confidential = models.BooleanField(default=True)
    reason = models.TextField(_("reason"))
    language = models.CharField(_("language spoken with the person"), max_length=100, blank=True, default="")
    interpreter = models.CharField(_("interpreter"), max_length=200, blank=True, default="")
    indicators = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    decision_maker = models.CharField(_("decided by"), max_length=200, blank=True, default="")
    follow_up = models.TextField(_("what follows"), blank=True, default="")
    guardian = models.CharField(_("guardian"), max_length=200, blank=True, default="")
    escort = models.CharField(_("separate escort"), max_length=200, blank=True, default="")
    best_interest = models.TextField(_("best interest of the child"), blank=True, default="")
    document = models.CharField(_("Supporting document"), max_length=200, blank=True, default="")

    objects = PersonCheckGroundsQuerySet.as_manager()

    @property
    def indicator_labels(self) -> list[str]:
        """What the screening found, in the active language and in the order of the list."""
        return [str(label) for code, label in INDICATORS.items() if code in self.indicators]


class CheckExceptionQuerySet(models.QuerySet["CheckException"]):
    """Reads of exceptions."""

    def visible_to(self, user: User) -> CheckExceptionQuerySet:
        """Exceptions of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class CheckException(AuditedWithRequest, models.Model):
    """A check that is not passed and does not hold the person back: proposed by one officer, confirmed by another."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="exceptions")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="exceptions")
    kind = models.CharField(_("check"), max_length=16, choices=Kind.choices)
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)

    objects = CheckExceptionQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind"], name="one_exception_per_check"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="an_exception_needs_two",
            ),
        ]
