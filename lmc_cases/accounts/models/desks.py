"""Duty desks: who is there when nobody answers; substitutes of absent officers; notices of what waits."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models.users import User
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction


class DutyDeskQuerySet(models.QuerySet["DutyDesk"]):
    """Reads of duty desks."""

    def visible_to(self, user: User) -> DutyDeskQuerySet:
        """Desks of the officer's own country, and of countries whose users the viewer manages."""
        if not user.is_authenticated or not user.is_active or user.agency_id is None:
            return self.none()
        managed = jurisdictions_granting(user, Action.MANAGE_USERS).values("pk")
        return self.filter(models.Q(jurisdiction=user.country) | models.Q(jurisdiction__in=managed))

    def managed_by(self, user: User) -> DutyDeskQuerySet:
        """Desks of the countries whose users the viewer manages."""
        return self.filter(jurisdiction__in=jurisdictions_granting(user, Action.MANAGE_USERS))


class DutyDesk(models.Model):
    """Whom a country, or one agency of it, wants told when nobody answered. It opens no record by itself."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="duty_desks")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="duty_desks"
    )

    objects = DutyDeskQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "agency"], nulls_distinct=False, name="one_duty_desk_per_agency"
            )
        ]

    def __str__(self) -> str:
        return self.agency.name if self.agency else self.jurisdiction.name

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the desk."""
        return self.jurisdiction_id

    @property
    def audit_reference(self) -> str:
        """No name."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """A desk belongs to no case."""
        return None


class DeskDutyQuerySet(models.QuerySet["DeskDuty"]):
    """Reads of who is on duty."""

    def visible_to(self, user: User) -> DeskDutyQuerySet:
        """Members of the desks the officer may know of."""
        return self.filter(desk__in=DutyDesk.objects.visible_to(user))

    def on_duty(self) -> DeskDutyQuerySet:
        """Whoever is on duty now, by the database's clock, and has an account."""
        begun = models.Q(starts_at__lte=Now())
        open_end = models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=Now())
        return self.filter(begun, open_end, officer__is_active=True)

    def on_duty_or_later(self) -> DeskDutyQuerySet:
        """Duties that have not ended."""
        return self.filter(models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=Now()))


class DeskDuty(models.Model):
    """An officer's duty at a desk, from a time, with or without an end. Ended rows stay."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    desk = models.ForeignKey(DutyDesk, on_delete=models.PROTECT, related_name="duties")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField(_("from"), db_default=Now())
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = DeskDutyQuerySet.as_manager()
    history = kept_history()


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Reads of absences."""

    def visible_to(self, user: User) -> AbsenceQuerySet:
        """The officer's own absences and those the officer stands in for; those of officers the viewer manages."""
        managed = jurisdictions_granting(user, Action.MANAGE_USERS)
        return self.filter(
            models.Q(officer=user)
            | models.Q(substitute=user)
            | models.Q(officer__agency__jurisdiction__in=managed)
        )

    def now(self) -> AbsenceQuerySet:
        """Absences that run now, by the database's clock."""
        return self.filter(starts_at__lte=Now(), ends_at__gt=Now())


class Absence(models.Model):
    """An officer is away and a colleague stands in: gets the notices and sees the work that waits.

    It opens nothing: what the substitute may not read stays closed, restricted cases first of all.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in_for")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = AbsenceQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")), name="an_absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~models.Q(officer=models.F("substitute")), name="nobody_stands_in_for_oneself"
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Whether the officer is back."""
        return self.ends_at <= timezone.now()


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        """Notices to the officer, to whom the officer stands in for, and to desks where the officer is on duty.

        What a notice is about is read apart, through its own rule: a notice opens nothing.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        away = Absence.objects.now().filter(substitute=user)
        desks = DeskDuty.objects.on_duty().filter(
            models.Q(officer=user) | models.Q(officer__in=away.values("officer"))
        )
        return self.filter(
            models.Q(officer=user)
            | models.Q(officer__in=away.values("officer"))
            | models.Q(desk__in=desks.values("desk"))
        )

    def unread(self) -> NoticeQuerySet:
        """Those nobody has put away."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """Something waits: an officer or a desk is told, by a code and the id of a record, never by words about it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="notices")
    desk = models.ForeignKey(DutyDesk, on_delete=models.PROTECT, null=True, related_name="notices")
    code = models.CharField(max_length=40)
    object_uuid = models.UUIDField()
    made_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(officer__isnull=True, desk__isnull=False)
                | models.Q(officer__isnull=False, desk__isnull=True),
                name="a_notice_has_one_addressee",
            ),
            models.UniqueConstraint(
                fields=["officer", "desk", "code", "object_uuid"],
                nulls_distinct=False,
                name="a_notice_is_given_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["officer"], condition=models.Q(read_at__isnull=True), name="notices_of_officer"
            ),
            models.Index(fields=["desk"], condition=models.Q(read_at__isnull=True), name="notices_of_desk"),
        ]
