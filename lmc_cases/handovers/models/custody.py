"""The custody record of a person: in whose hands, when, where, and in what state of health."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.requests import AuditedWithRequest, HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class PersonHandQuerySet(models.QuerySet["PersonHand"]):
    """Reads of custody records."""

    def visible_to(self, user: User) -> PersonHandQuerySet:
        """Entries of the requests the officer may see, whichever side recorded them.

        They travel with the person: of a victim, who has left the procedure, the other side reads none any more.
        """
        return self.filter(
            models.Q(country__in=jurisdictions_granting(user, Action.READ))
            | ~models.Q(subject__outcome=HandoverSubject.Outcome.VICTIM_TRACK),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class PersonHand(AuditedWithRequest, models.Model):
    """One entry of a person's custody record. Never changed: a new entry corrects it and names it.

    A person changes hands, or was seen and something was noted. What is said of injuries, medication and else is
    sealed with the key of the request, which both sides hold.
    """

    class Injuries(models.TextChoices):
        """Whether somebody looked for injuries; an empty text alone would not say."""

        NONE_SEEN = "NONE_SEEN", _("No injuries seen")
        SEEN = "SEEN", _("Injuries seen")
        NOT_LOOKED = "NOT_LOOKED", _("Nobody looked for injuries")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="hands")
    # The side that recorded it: the one that held the person.
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    place = models.CharField(_("place"), max_length=300)
    # Both empty: a note without a change of hands.
    from_holder = models.CharField(max_length=200, blank=True, default="")
    to_holder = models.CharField(max_length=200, blank=True, default="")
    injuries = models.CharField(max_length=10, choices=Injuries.choices)
    # Empty where nothing was written.
    injuries_sealed = models.BinaryField(default=b"")
    medication_sealed = models.BinaryField(default=b"")
    note_sealed = models.BinaryField(default=b"")
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by", editable=False
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = PersonHandQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject"], name="hands_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_holder="", to_holder="", note_sealed=b""),
                name="an_entry_names_a_hand_or_notes_something",
            ),
            models.CheckConstraint(
                condition=models.Q(injuries="SEEN") | models.Q(injuries_sealed=b""),
                name="what_was_not_seen_is_not_described",
            ),
        ]
