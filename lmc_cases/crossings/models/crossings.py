"""A crossing, the requests it carries out, and who sits on it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Operation
from lmc_cases.core.history import kept_history
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, HandoverVisibility
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import BorderPoint, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_SEATS = 2_000


class Status(models.TextChoices):
    """Where a crossing stands."""

    PLANNED = "PLANNED", _("Planned")
    OPEN = "OPEN", _("At the border")
    COUNTED = "COUNTED", _("Counted by both sides")
    DONE = "DONE", _("Carried out")
    CANCELLED = "CANCELLED", _("Cancelled")


class CrossingQuerySet(models.QuerySet["Crossing"]):
    """Reads of crossings."""

    def visible_to(self, user: User) -> CrossingQuerySet:
        """Crossings of the officer's country, whole or not at all.

        Whoever may not see one of the requests carried out sees neither the crossing nor how many sit on it. An
        empty one is still the sending country's own.
        """
        mine = jurisdictions_granting(user, Action.READ)
        requests = CrossingRequest.objects.filter(crossing=models.OuterRef("pk"))
        # Asked of each request of a crossing, not of all there are: a page costs the same in a long campaign.
        known = HandoverVisibility.objects.visible_to(user).filter(handover=models.OuterRef("handover"))
        return self.filter(
            models.Q(sending__in=mine) | models.Q(models.Exists(requests), receiving__in=mine),
            ~models.Exists(requests.filter(~models.Exists(known))),
        )


class Crossing(models.Model):
    """Persons who cross together. ``sending`` is the country they leave, ``receiving`` the one they come to."""

    Status = Status

    ENDED = (Status.DONE.value, Status.CANCELLED.value)
    # Marks and counts are taken.
    AT_BORDER = (Status.OPEN.value, Status.COUNTED.value)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    operation = models.ForeignKey(
        Operation, on_delete=models.PROTECT, null=True, blank=True, related_name="crossings"
    )
    sending = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(_("place"), max_length=300)
    border_point = models.ForeignKey(
        BorderPoint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Border crossing point"),
    )
    planned_at = models.DateTimeField(_("planned for"))
    carrier = models.CharField(_("flight or convoy"), max_length=100, blank=True, default="")
    seats = models.PositiveSmallIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    escorts = models.TextField(_("escorts"), blank=True, default="")
    interpreters = models.TextField(_("interpreters"), blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    # Crossings made together from one long list: undone together while they are only planned.
    split_uuid = models.UUIDField(null=True, editable=False)
    cancel_reason = models.TextField(_("reason"), blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = CrossingQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(sending=models.F("receiving")), name="a_crossing_joins_two_countries"
            )
        ]
        indexes = [
            models.Index(fields=["-planned_at", "-id"], name="crossings_page"),
            models.Index(fields=["sending", "-planned_at", "-id"], name="crossings_sent_page"),
            models.Index(fields=["receiving", "-planned_at", "-id"], name="crossings_received_page"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_owner_id(self) -> int:
        """The country that sends."""
        return self.sending_id

    @property
    def audit_reference(self) -> str:
        """The crossing's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> None:
        """No one case: persons of several may sit on it."""


class CrossingRequestQuerySet(models.QuerySet["CrossingRequest"]):
    """Reads of what a crossing carries out."""

    def visible_to(self, user: User) -> CrossingRequestQuerySet:
        """Those of the crossings the officer may see."""
        return self.filter(crossing__in=Crossing.objects.visible_to(user))


class CrossingRequest(models.Model):
    """A request that has a person on a crossing: while the row stands, who may not see the one sees not the other.

    It bears the two countries because its wall stands on them: the crossing's own wall reads these rows.
    """

    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="requests")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="crossings")
    sending = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")

    objects = CrossingRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crossing", "handover"], name="a_crossing_names_a_request_once")
        ]


class SeatQuerySet(models.QuerySet["Seat"]):
    """Reads of who sits where."""

    def visible_to(self, user: User) -> SeatQuerySet:
        """Seats of the crossings the officer may see."""
        return self.filter(crossing__in=Crossing.objects.visible_to(user))


class Seat(models.Model):
    """One person on a crossing. ``is_live`` falls when the crossing is carried out or cancelled."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="manifest")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="seats")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    # One person may be asked for in two requests, and yet sits on one vehicle.
    suspect_uuid = models.UUIDField(editable=False)
    position = models.PositiveSmallIntegerField()
    is_live = models.BooleanField(default=True, editable=False)

    objects = SeatQuerySet.as_manager()
    history = kept_history()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["suspect_uuid"],
                condition=models.Q(is_live=True),
                name="a_person_sits_on_one_crossing",
            ),
            models.UniqueConstraint(fields=["crossing", "subject"], name="a_person_sits_once"),
        ]
        indexes = [models.Index(fields=["crossing", "position", "id"], name="seats_of_a_crossing")]
