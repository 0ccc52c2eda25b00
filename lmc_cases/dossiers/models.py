"""A dossier: one rendering, in one language, of what a handover request discloses. Versions are never overwritten.

Beside it, the disclosure ledger of a case as a printed and signed document.
"""

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
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def dossier_path(dossier: Dossier, _name: str) -> str:
    """Return where a rendering is kept: a folder per dossier, a name per attempt."""
    return f"dossiers/{dossier.uuid.hex}/{uuid.uuid4().hex}.pdf"


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Reads of dossiers."""

    def visible_to(self, user: User) -> DossierQuerySet:
        """Dossiers of the requests the officer may see: co-owned by both countries."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class Dossier(LeasedJob):
    """Owed, then rendered by the worker from the facts frozen here."""

    task_name: ClassVar[str] = "dossiers.render"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="dossiers")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    number = models.PositiveSmallIntegerField(_("version"))
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # The canonical facts (dossiers.facts), frozen in the transaction of the request.
    facts = models.JSONField(default=dict)
    facts_sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=dossier_path, null=True)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    engine = models.JSONField(default=dict)
    steps_done = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())

    objects = DossierQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "steps_done", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "language", "number"], name="one_dossier_per_version_and_language"
            ),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE") | ~models.Q(sha256=""),
                name="a_ready_dossier_has_its_hash",
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The requested country."""
        return self.handover.requested_id

    @property
    def audit_reference(self) -> str:
        """Request, version and language."""
        return f"{self.handover.reference}/v{self.number}/{self.language}"

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.handover.case_uuid


def ledger_path(document: LedgerDocument, _name: str) -> str:
    """Return where a printed ledger is kept."""
    return f"dossiers/ledgers/{document.uuid.hex}/{uuid.uuid4().hex}.pdf"


class LedgerDocumentQuerySet(models.QuerySet["LedgerDocument"]):
    """Reads of printed ledgers."""

    def visible_to(self, user: User) -> LedgerDocumentQuerySet:
        """Those of the own country's cases; a recipient prints none."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.READ))


class LedgerDocument(LeasedJob):
    """The disclosure ledger of a case as it stood at one moment: owed, printed and signed by the worker."""

    task_name: ClassVar[str] = "dossiers.print_ledger"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    # The entries as they stood (dossiers.ledger_facts), frozen in the transaction of the request.
    facts = models.JSONField(default=dict)
    facts_sha256 = models.CharField(max_length=64)
    entries = models.PositiveIntegerField()
    file = models.FileField(upload_to=ledger_path, null=True)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    engine = models.JSONField(default=dict)
    # SHA-256 of the certificate that signed it.
    certificate_sha256 = models.CharField(max_length=64, blank=True, default="")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())

    objects = LedgerDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "attempts"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_ledger_is_signed",
            )
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country whose ledger it is."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.case.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid
