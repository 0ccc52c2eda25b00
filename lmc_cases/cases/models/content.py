"""What a case says: texts with a language each, timeline, notes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.case import Case
from lmc_cases.cases.models.visibility import CaseVisibility, Level
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class CaseTextQuerySet(models.QuerySet["CaseText"]):
    """Reads of case texts."""

    def visible_to(self, user: User) -> CaseTextQuerySet:
        """Texts whose own level the officer's level reaches: titles and summaries before facts.

        An EXISTS, never an OR of two sets: PostgreSQL would hash every visible case for each page.
        """
        reached = CaseVisibility.objects.visible_to(user).filter(
            case=models.OuterRef("case"), level__gte=models.OuterRef("level")
        )
        return self.filter(models.Exists(reached))


class CaseText(models.Model):
    """Title, summary, facts or assessment of a case in one language: the original, or a translation of it."""

    class Kind(models.TextChoices):
        """Which text it is."""

        TITLE = "TITLE", _("Title")
        SUMMARY = "SUMMARY", _("Summary")
        FACTS = "FACTS", _("Statement of facts")
        # Kept apart from the facts: what somebody concludes is never printed as what happened.
        ASSESSMENT = "ASSESSMENT", _("Assessment")

    class Status(models.TextChoices):
        """How far a translation may be relied on; an original has none."""

        DRAFT = "DRAFT", _("Draft")
        CHECKED = "CHECKED", _("Checked")
        CERTIFIED = "CERTIFIED", _("Certified")

    LEVEL_OF_KIND = {
        Kind.TITLE: Level.SUMMARY,
        Kind.SUMMARY: Level.SUMMARY,
        Kind.FACTS: Level.FULL,
        Kind.ASSESSMENT: Level.FULL,
    }

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(choices=Level.choices, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("text"))
    is_original = models.BooleanField(default=True)
    translator = models.CharField(_("translator"), max_length=200, blank=True, default="")
    # Names the machine whose words these are; "" where a person wrote them.
    engine = models.CharField(
        _("machine"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, blank=True, default="", editable=False
    )
    # Of the original, as it stood when this translation was written.
    source_version = models.PositiveIntegerField(null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    # Who certified it and by which certificate, as the officer read it there.
    certificate = models.CharField(_("certificate"), max_length=300, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = CaseTextQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "language"], name="one_text_per_kind_and_language"
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=models.Q(is_original=True), name="one_original_per_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(is_original=True, status="")
                | models.Q(is_original=False, status__in=["DRAFT", "CHECKED", "CERTIFIED"]),
                name="a_translation_has_a_status",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["", "DRAFT"]) | models.Q(checked_by__isnull=False),
                name="a_checked_translation_names_who_checked_it",
            ),
            models.CheckConstraint(
                condition=models.Q(engine="") | models.Q(is_original=False),
                name="a_machine_writes_no_original",
            ),
        ]


def is_stale(translation: CaseText, original: CaseText | None) -> bool:
    """Whether the original was changed after a translation of it was written."""
    return (
        not translation.is_original
        and original is not None
        and translation.source_version != original.version
    )


class FullLevelQuerySet(models.QuerySet["TimelineEntry"]):
    """Reads of what only the level "full" shows."""

    def visible_to(self, user: User) -> FullLevelQuerySet:
        """Rows of cases seen in full."""
        return self.filter(case__in=Case.objects.visible_to(user, at_least=Level.FULL))


class TimelineEntry(models.Model):
    """One event of the case as it happened."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timeline")
    happened_at = models.DateTimeField(_("happened"))
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("what happened"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = FullLevelQuerySet.as_manager()
    history = kept_history()


class CaseNoteQuerySet(models.QuerySet["CaseNote"]):
    """Reads of notes."""

    def visible_to(self, user: User) -> CaseNoteQuerySet:
        """Notes on the own country's cases; notes are never shared."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.READ))


class CaseNote(models.Model):
    """A working note of the owning country."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("note"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = CaseNoteQuerySet.as_manager()
    history = kept_history()
