"""What both sides say at the border: of each person, and how many stand there. Written once, never changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.crossings.models.crossings import Crossing, Seat
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def mark_photo_path(_mark: Mark, _name: str) -> str:
    """Return where a photograph of the border is kept: no part of the path tells whose it is."""
    return f"border/{uuid.uuid4().hex}.jpg"


class MarkQuerySet(models.QuerySet["Mark"]):
    """Reads of marks."""

    def visible_to(self, user: User) -> MarkQuerySet:
        """Marks of the crossings the officer may see, whichever side made them."""
        return self.filter(crossing__in=Crossing.objects.visible_to(user))


class Mark(models.Model):
    """What an officer of one side found of one person at the border. The newest of a side counts.

    ``uuid`` is made by the device, so that what is sent twice is one mark. ``conflict``: another device of the same
    side had marked the person otherwise meanwhile; until an officer of that side chooses (``is_choice``), the side
    has said nothing of the person.
    """

    class Outcome(models.TextChoices):
        """What was found."""

        PRESENT = "PRESENT", _("Present")
        ABSENT = "ABSENT", _("Absent")
        NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
        UNFIT = "UNFIT", _("Unfit")

    uuid = models.UUIDField(unique=True)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="marks")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="marks")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    reason = models.TextField(_("reason"), blank=True, default="")
    photo = models.FileField(upload_to=mark_photo_path, null=True, blank=True)
    photo_sha256 = models.CharField(max_length=64, blank=True, default="")
    # By the device's clock; the server's stands beside it.
    marked_at = models.DateTimeField(_("marked at"))
    received_at = models.DateTimeField(db_default=Now())
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The newest mark of the side for this seat that the device knew.
    based_on = models.UUIDField(null=True, blank=True)
    conflict = models.BooleanField(default=False)
    is_choice = models.BooleanField(default=False)

    objects = MarkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["seat", "country", "-id"], name="marks_of_a_seat"),
            models.Index(fields=["crossing", "id"], name="marks_of_a_crossing"),
        ]


class HeadCountQuerySet(models.QuerySet["HeadCount"]):
    """Reads of head counts."""

    def visible_to(self, user: User) -> HeadCountQuerySet:
        """Counts of the crossings the officer may see, whichever side counted."""
        return self.filter(crossing__in=Crossing.objects.visible_to(user))


class HeadCount(models.Model):
    """How many persons one side counted. The newest of a side counts."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="counts")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    persons = models.PositiveSmallIntegerField(_("persons counted"))
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField(_("counted at"))
    received_at = models.DateTimeField(db_default=Now())

    objects = HeadCountQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["crossing", "country", "-id"], name="counts_of_a_crossing")]
