"""What follows a decision: assurances, duties with a day and the reports on them, and where a person was taken on to.

All rows are appended and never changed: a duty gets another day by a new row in its place, and is done when a final
report stands.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.property import PropertyItem
from lmc_cases.handovers.models.requests import AuditedWithRequest, HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class _OfRequest(AuditedWithRequest, models.Model):
    """Abstract: one row about a request, or about one person of it, written once by an officer of a side."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class AssuranceQuerySet(models.QuerySet["Assurance"]):
    """Reads of assurances."""

    def visible_to(self, user: User) -> AssuranceQuerySet:
        """Assurances of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class Assurance(_OfRequest):
    """What an authority of the receiving country promises for the persons of a request, or for one of them."""

    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, null=True, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    given_by = models.CharField(_("given by"), max_length=200)
    given_on = models.DateField(_("date of the assurance"))
    text = models.TextField(_("text of the assurance"))
    document = models.CharField(_("Supporting document"), max_length=200, blank=True, default="")

    objects = AssuranceQuerySet.as_manager()


class DutyQuerySet(models.QuerySet["Duty"]):
    """Reads of duties."""

    def visible_to(self, user: User) -> DutyQuerySet:
        """Duties of the requests the officer may see, whichever side owes them."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))

    def standing(self) -> DutyQuerySet:
        """Those that no later row took the place of."""
        return self.filter(replaced_by=None)

    def unfinished(self) -> DutyQuerySet:
        """Those standing on which no final report was made."""
        final = DutyReport.objects.filter(duty=models.OuterRef("pk"), is_final=True)
        return self.standing().filter(~models.Exists(final))

    def overdue(self) -> DutyQuerySet:
        """Unfinished ones whose day has passed; by the server's day, a zone's difference is for the page."""
        return self.unfinished().filter(due_on__lt=timezone.localdate())


class Duty(_OfRequest):
    """What one side owes the other after the decision. No day means that none was agreed, which is shown as such."""

    class Kind(models.TextChoices):
        """What is owed."""

        PROSECUTION = "PROSECUTION", _("Report on the prosecution")
        TRIAL = "TRIAL", _("Report on the trial")
        SENTENCE = "SENTENCE", _("Report on the sentence")
        RETURN = "RETURN", _("Return of the person")
        PROPERTY = "PROPERTY", _("Return of property")
        ASSURANCE = "ASSURANCE", _("Report that the assurance is kept")

    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, null=True, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("duty"), max_length=12, choices=Kind.choices)
    what = models.TextField(_("what is owed"), blank=True, default="")
    source = models.CharField(_("where it stands"), max_length=300)
    due_on = models.DateField(_("day"), null=True, blank=True)
    assurance = models.ForeignKey(Assurance, on_delete=models.PROTECT, null=True, related_name="duties")
    property_item = models.ForeignKey(PropertyItem, on_delete=models.PROTECT, null=True, related_name="+")
    # The row that this one stands for since; why stands here.
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    reason = models.TextField(_("reason"), blank=True, default="")

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        indexes = [
            models.Index(fields=["handover", "kind"], name="duties_of_a_request"),
            models.Index(fields=["country", "due_on"], name="duties_by_their_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(replaces=None) | ~models.Q(reason=""), name="another_day_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["property_item"], condition=models.Q(replaces=None), name="property_is_owed_once"
            ),
        ]

    def ends_in(self, zone: str) -> dt.datetime | None:
        """Return the aware end of the day in that zone (IANA name); ``None`` where no day was agreed."""
        if self.due_on is None:
            return None
        return dt.datetime.combine(self.due_on + dt.timedelta(days=1), dt.time.min, tzinfo=ZoneInfo(zone))


class DutyReportQuerySet(models.QuerySet["DutyReport"]):
    """Reads of reports."""

    def visible_to(self, user: User) -> DutyReportQuerySet:
        """Reports on the duties of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class DutyReport(_OfRequest):
    """What the side that owes a duty says of it. Both sides read it."""

    class Outcome(models.TextChoices):
        """What came of it."""

        GOES_ON = "GOES_ON", _("Goes on")
        CHARGED = "CHARGED", _("Charged")
        NOT_CHARGED = "NOT_CHARGED", _("Not charged")
        ACQUITTED = "ACQUITTED", _("Acquitted")
        CONVICTED = "CONVICTED", _("Convicted")
        SENTENCED = "SENTENCED", _("Sentenced")
        SERVED = "SERVED", _("Sentence served")
        RETURNED = "RETURNED", _("Returned")
        KEPT = "KEPT", _("Kept")
        BROKEN = "BROKEN", _("Not kept")
        NOT_OWED = "NOT_OWED", _("The country says that this is not owed")

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="reports")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    # Ends the duty. A denial that it is owed does not.
    is_final = models.BooleanField(default=False)
    on = models.DateField(_("date"))
    text = models.TextField(_("report"))

    objects = DutyReportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["duty", "is_final"], name="reports_on_a_duty")]


class DutyReminderQuerySet(models.QuerySet["DutyReminder"]):
    """Reads of reminders."""

    def visible_to(self, user: User) -> DutyReminderQuerySet:
        """Reminders about the requests the officer may see: both sides were told."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class DutyReminder(models.Model):
    """That both sides were told that a duty's day has come. Written by the watch alone."""

    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, primary_key=True, related_name="+")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(db_default=Now())

    objects = DutyReminderQuerySet.as_manager()


class AllocationQuerySet(models.QuerySet["Allocation"]):
    """Reads of allocations."""

    def visible_to(self, user: User) -> AllocationQuerySet:
        """Those of the officer's own country. Where a person was taken on to is the receiving country's matter."""
        return self.filter(
            country__in=jurisdictions_granting(user, Action.READ),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class Allocation(_OfRequest):
    """To which authority of the receiving country a person was taken on. The newest row of a person counts."""

    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(_("authority"), max_length=200)
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    on = models.DateField(_("date"))
    note = models.TextField(_("remarks"), blank=True, default="")

    objects = AllocationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject"], name="allocations_of_a_person")]

    @property
    def audit_owner_id(self) -> int:
        """The receiving country, alone."""
        return self.country_id
