"""Translations that are owed: drafts that a machine is asked for, and those that a reader asks the originator for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.case import Case
from lmc_cases.cases.models.content import CaseText
from lmc_cases.core.history import kept_history
from lmc_cases.core.jobs import LeasedJob
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class MachineDraftQuerySet(models.QuerySet["MachineDraft"]):
    """Reads of drafts that a machine is asked for."""

    def visible_to(self, user: User) -> MachineDraftQuerySet:
        """Those of the own country's cases: a recipient reads what came of it, marked, and nothing of the way."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.READ))


class MachineDraft(LeasedJob):
    """One text of a case, asked of the machine in one language: what left the house, and what came of it."""

    task_name: ClassVar[str] = "cases.machine_draft"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CaseText.Kind.choices)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    # What was sent last, to whom, and when; empty until something was.
    source_language = models.CharField(max_length=10, blank=True, default="")
    source_version = models.PositiveIntegerField(null=True)
    characters = models.PositiveIntegerField(null=True)
    host = models.CharField(max_length=255, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    text = models.ForeignKey(CaseText, on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())

    objects = MachineDraftQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "language"],
                condition=models.Q(job_state__in=["QUEUED", "RUNNING"]),
                name="one_machine_draft_in_work",
            ),
        ]


class TranslationRequestQuerySet(models.QuerySet["TranslationRequest"]):
    """Reads of translations that were asked for."""

    def visible_to(self, user: User) -> TranslationRequestQuerySet:
        """Those of texts the officer reads now, to who asks and to who owns the case: no third country's business."""
        reading = jurisdictions_granting(user, Action.READ).values("pk")
        return self.filter(
            models.Q(country__in=reading) | models.Q(case__owner__in=reading),
            text__in=CaseText.objects.visible_to(user),
        )

    def open(self) -> TranslationRequestQuerySet:
        """Those that no checked translation has answered."""
        return self.filter(done_at__isnull=True)


class TranslationRequest(models.Model):
    """A reader asks the originating country for a text in a language; a checked translation answers it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    # The original as it was read.
    text = models.ForeignKey(CaseText, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CaseText.Kind.choices)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    why = models.TextField(_("why"))
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    objects = TranslationRequestQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["text", "language", "country"],
                condition=models.Q(done_at__isnull=True),
                name="a_country_asks_for_a_translation_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"], condition=models.Q(done_at__isnull=True), name="translations_asked_for"
            )
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country whose case it is."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.case.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid
