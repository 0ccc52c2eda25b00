"""A list that a worker owes to an officer."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.jobs import JobState, LeasedJob
from lmc_cases.jurisdictions.access import audiences_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

OWED = [JobState.NEW, JobState.QUEUED, JobState.RUNNING]


class ListExportQuerySet(models.QuerySet["ListExport"]):
    """Reads of files of lists."""

    def visible_to(self, user: User) -> ListExportQuerySet:
        """The officer's own, as long as the officer reads anything at all."""
        return self.filter(requested_by=user.pk) if audiences_of(user) else self.none()


class ListExport(LeasedJob):
    """One list as a file, for the officer who asked. What may stand in it is asked of its page when it is made."""

    task_name: ClassVar[str] = "exports.make_list"

    class Format(models.TextChoices):
        """The kind of file."""

        CSV = "csv", _("Table (CSV)")
        XLSX = "xlsx", _("Excel (.xlsx)")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    # The address of the list and its filters. A filter may be the name of a person: it goes with the file.
    path = models.CharField(max_length=300)
    query = models.TextField(blank=True, default="")
    format = models.CharField(max_length=4, choices=Format.choices)
    # Checksum of the three, by which the same list is known while it is owed.
    asked = models.CharField(max_length=64)
    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to="list-exports/", blank=True)
    file_name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.BigIntegerField(null=True)
    # Whose records the officer read when it was made: who reads less now does not fetch what was read then.
    audiences = ArrayField(models.BigIntegerField(), default=list, editable=False)
    downloaded_at = models.DateTimeField(null=True, editable=False)

    objects = ListExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "asked"],
                condition=models.Q(job_state__in=OWED),
                name="a_list_is_owed_once",
            )
        ]
        indexes = [models.Index(fields=["requested_by", "-id"], name="list_exports_page")]

    @property
    def is_xlsx(self) -> bool:
        """Whether it is a workbook, else CSV."""
        return self.format == self.Format.XLSX

    @property
    def kept_until(self) -> dt.datetime | None:
        """When the file is removed; ``None`` before it is made."""
        if self.finished_at is None:
            return None
        return self.finished_at + dt.timedelta(hours=settings.LIST_EXPORT_KEEP_HOURS)

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the officer who asked."""
        return self.requested_by.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """It has no number of its own."""
        return ""

    @property
    def audit_case_uuid(self) -> None:
        """The page that is let out records of which case it is."""
