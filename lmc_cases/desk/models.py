"""Reviews of one version of a dossier by one side, what is noted in them, and numbered copies."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.dossiers.models import Dossier
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class OfOneSideQuerySet(models.QuerySet[Any]):
    """Reads of what belongs to one side."""

    def visible_to(self, user: User) -> OfOneSideQuerySet:
        """Rows of the officer's own country, on requests the officer may see. The other country knows of none."""
        return self.filter(
            country__in=jurisdictions_granting(user, Action.READ),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class DossierReviewQuerySet(models.QuerySet["DossierReview"]):
    """Reads of reviews."""

    def visible_to(self, user: User) -> DossierReviewQuerySet:
        """Those of the officer's own country, and what was returned to it: to the country that composes."""
        mine = jurisdictions_granting(user, Action.READ)
        returned = models.Q(state=DossierReview.State.RETURNED, handover__requested__in=mine)
        return self.filter(
            models.Q(country__in=mine) | returned, handover__in=HandoverRequest.objects.visible_to(user)
        )


class DossierReview(models.Model):
    """One side reviews one version, in whichever languages it was drawn: their facts are the same.

    The reasons of a return are sealed with the key of the request, for both sides read them.
    """

    class State(models.TextChoices):
        """How far it is."""

        IN_REVIEW = "IN_REVIEW", _("In review")
        SECOND = "SECOND", _("Waits for a second reader")
        APPROVED = "APPROVED", _("Approved")
        RETURNED = "RETURNED", _("Returned")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("version"))
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_REVIEW)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    second_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    returned_at = models.DateTimeField(null=True)
    reasons_sealed = models.BinaryField(default=b"")
    reasons_language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True, default="")

    objects = DossierReviewQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "number", "country"], name="a_side_reviews_a_version_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="RETURNED")
                | models.Q(returned_by__isnull=False, returned_at__isnull=False),
                name="who_returned_a_version_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["SECOND", "APPROVED"]) | models.Q(approved_by__isnull=False),
                name="who_approved_a_version_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(second_by__isnull=True) | ~models.Q(second_by=models.F("approved_by")),
                name="a_second_reader_is_another_officer",
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that reviews."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """Request and version."""
        return f"{self.handover.reference}/v{self.number}"

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid


class DossierComment(models.Model):
    """A remark of one side for itself, at a part and a page. Never changed; a thread is its first remark and replies.

    The text is sealed with a key of its own that only this country holds. An entry with ``settles`` and no text
    says that the thread is settled; a later reply opens it again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    # Id of a part (``dossiers.parts``), and the page of that rendering; ``None`` where none was named.
    part = models.CharField(max_length=20)
    page = models.PositiveIntegerField(null=True)
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    text_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    settles = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = OfOneSideQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "country", "id"], name="comments_of_a_side")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settles=False) | models.Q(thread__isnull=False), name="a_thread_is_settled"
            )
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that wrote it, alone."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """Request and version."""
        return f"{self.handover.reference}/v{self.dossier.number}"

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid


class DossierCopy(models.Model):
    """A numbered copy on paper: which file it was made of, by whom, for whom. Never changed, and not kept as a file.

    For whom it is, is sealed as a comment is. Each side numbers its own copies of a version.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(_("copy number"))
    for_whom_sealed = models.BinaryField()
    # Of the file that was copied: with its signatures, where there were any; and of the copy.
    source_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(db_default=Now())

    objects = OfOneSideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "version", "country", "number"], name="copies_are_numbered_once"
            )
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that printed it."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """Request, version and number."""
        return f"{self.handover.reference}/v{self.version}/{self.number}"

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid
