"""What each row of reference data carries, and how a row of law changes: by a new version, never in place."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.models.countries import Jurisdiction, OpenToOfficers, Row


class ReferenceRow(models.Model):
    """Abstract: what each row of reference data carries. None has been reviewed by a lawyer."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    natural_key = models.CharField(max_length=64, unique=True, editable=False)
    notes = models.TextField(_("notes"), blank=True, default="")
    source = models.TextField(_("source"), blank=True, default="")
    confidence = models.CharField(_("confidence"), max_length=40, blank=True, default="")
    last_checked_on = models.DateField(_("last checked"), null=True, blank=True)

    objects = OpenToOfficers.as_manager()

    class Meta:
        abstract = True

    @property
    def is_verified(self) -> bool:
        """Whether the statements of law in the row were seen in the named source."""
        return self.confidence == "verified"


class LawRows(OpenToOfficers[Row]):
    """Reads of rows of law: the same for everybody who is signed in."""

    def in_force_on(self, day: dt.date, known_at: dt.datetime | None = None) -> LawRows[Row]:
        """Versions that are law on a day.

        Args:
            day: in the calendar of the country whose law it is.
            known_at: aware; of rows that were changed, the versions that stood at this moment. A row that nobody had
                entered by then counts by its own dates: it was law already, only not known here.
        """
        begun = models.Q(valid_from=None) | models.Q(valid_from__lte=day)
        lasts = models.Q(valid_to=None) | models.Q(valid_to__gte=day)
        holds = models.Q(is_replaced=False) & lasts
        if known_at is None:
            return self.filter(begun, holds)
        # Whoever closed a version later did not close it for what was sent before. Its last day was either known from
        # the beginning (then it was replaced wholly, and keeps it) or given by the closing.
        stood = models.Q(version=1) | models.Q(entered_at__lte=known_at)
        stands = models.Q(closed_at__gt=known_at) & (models.Q(is_replaced=False) | lasts)
        return self.filter(begun, stood, holds | stands)

    def newest(self) -> LawRows[Row]:
        """The last version of each row, whether or not it is in force."""
        later = self.model._default_manager.filter(
            line=models.OuterRef("line"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(later))


class LawRow(ReferenceRow):
    """Abstract: a row of law in versions.

    A change makes a new version and closes the one before it; what a country has verified is never altered, which the
    database enforces. A version that was replaced on its own first day counts as if it had never been right.
    """

    line = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    # Another version stands for all of its time.
    is_replaced = models.BooleanField(default=False, editable=False)
    # The country whose two officers entered or checked this version.
    verified_by = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    verified_on = models.DateField(null=True, editable=False)

    objects = LawRows.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["line", "version"], name="%(class)s_versions_are_counted"),
            models.UniqueConstraint(
                fields=["line"],
                condition=models.Q(valid_to__isnull=True, closed_at__isnull=True),
                name="%(class)s_has_one_open_version",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True) ^ models.Q(verified_on__isnull=False),
                name="%(class)s_is_verified_by_whom_and_when",
            ),
        ]

    def in_force_on(self, day: dt.date, known_at: dt.datetime | None = None) -> bool:
        """Whether it is law on a day, as ``LawRows.in_force_on``."""
        if self.valid_from is not None and self.valid_from > day:
            return False
        lasts = self.valid_to is None or self.valid_to >= day
        if known_at is not None:
            if self.version > 1 and self.entered_at > known_at:
                return False
            if self.closed_at is not None and self.closed_at > known_at:
                return lasts or not self.is_replaced
        return lasts and not self.is_replaced
