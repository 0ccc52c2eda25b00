"""Imports: an uploaded file, what is proposed from it, and what became of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case
from lmc_cases.core.history import kept_history
from lmc_cases.core.jobs import LeasedJob
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def import_path(run: ImportRun, _name: str) -> str:
    """Return where an uploaded file is kept."""
    return f"imports/{uuid.uuid4().hex}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Reads of imports."""

    def visible_to(self, user: User) -> ImportRunQuerySet:
        """Imports into the own country's cases: a recipient of a share never sees how records came in."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.READ))

    def owned_with(self, user: User, action: Action) -> ImportRunQuerySet:
        """Imports into the cases for which the officer holds ``action``."""
        return self.filter(case__in=Case.objects.owned_with(user, action))


class ImportRun(LeasedJob):
    """One file into one case. ``job_state`` NEW means: previewed, waiting for the officer's word."""

    task_name: ClassVar[str] = "exchange.import"

    class Kind(models.TextChoices):
        """What the file is."""

        CASE_BUNDLE = "CASE_BUNDLE", _("CASE bundle")
        SUSPECT_LIST = "SUSPECT_LIST", _("List of persons")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    file = models.FileField(upload_to=import_path)
    file_name = models.CharField(_("file name"), max_length=255)
    file_sha256 = models.CharField(max_length=64)
    # Column index (as text, JSON has no other keys) -> field name; lists only.
    mapping = models.JSONField(default=dict)
    # Row numbers the officer confirmed although they look like persons already in the case.
    duplicates_confirmed = models.BooleanField(default=False)
    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ImportRunQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "rows_done", "attempts"])

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the case."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.case.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid
