"""Documents that are drawn and signed from facts frozen at one moment: what all share, and those of a request."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.core.jobs import LeasedJob
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class InLanguages(models.Model):
    """Abstract: drawn in one language, or in two of which the second stands beside the first."""

    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    # "" for one language alone.
    beside = models.CharField(
        _("second language"), max_length=10, choices=settings.LANGUAGES, blank=True, default=""
    )

    class Meta:
        abstract = True

    @property
    def languages_code(self) -> str:
        """The languages as one word: ``th``, or ``th+zh-hans``."""
        return f"{self.language}+{self.beside}" if self.beside else self.language


def second_is_another(name: str) -> models.CheckConstraint:
    """Return the constraint that no language stands beside itself."""
    return models.CheckConstraint(condition=~models.Q(language=models.F("beside")), name=name)


class PrintedDocument(InLanguages, LeasedJob):
    """Abstract: owed, then drawn and signed by the worker from the facts frozen here. Adds ``file`` itself."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Frozen in the transaction of the request.
    facts = models.JSONField(default=dict)
    facts_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    engine = models.JSONField(default=dict)
    # SHA-256 of the certificate that signed it.
    certificate_sha256 = models.CharField(max_length=64, blank=True, default="")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class VersionedDocument(PrintedDocument):
    """Abstract: a document of which there are versions, none of them ever overwritten."""

    number = models.PositiveSmallIntegerField(_("version"))

    class Meta:
        abstract = True


def request_document_path(document: RequestDocument, _name: str) -> str:
    """Return where a printed document of a request is kept."""
    return f"dossiers/requests/{document.uuid.hex}/{uuid.uuid4().hex}.pdf"


class RequestDocumentQuerySet(models.QuerySet["RequestDocument"]):
    """Reads of the documents of requests."""

    def visible_to(self, user: User) -> RequestDocumentQuerySet:
        """Those of the requests the officer may see; one of a draft stays with the side that printed it."""
        own = models.Q(country__in=jurisdictions_granting(user, Action.READ))
        return self.filter(
            models.Q(of_draft=False) | own, handover__in=HandoverRequest.objects.visible_to(user)
        )


class RequestDocument(VersionedDocument):
    """A document of a request beside its dossier. Versions are never overwritten.

    ``country`` is the side it was printed for: nobody else reads what was printed of a draft, also after the sending.
    Versions are counted over each kind, drafts by themselves: the other side must not learn how many there were.
    """

    task_name: ClassVar[str] = "dossiers.print_request_document"

    class Kind(models.TextChoices):
        """What it is."""

        REQUEST = "REQUEST", _("Request")
        EVIDENCE = "EVIDENCE", _("Evidence annex")

    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="documents")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    of_draft = models.BooleanField(default=False, editable=False)
    # A long annex is one document for every so many exhibits.
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    file = models.FileField(upload_to=request_document_path, null=True)

    objects = RequestDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "kind", "of_draft", "number", "language", "beside", "part"],
                name="one_request_document_per_version_and_languages",
            ),
            second_is_another("a_request_document_beside_another_language"),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_request_document_is_signed",
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country that owns the request's audit."""
        return self.handover.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """Request, kind, version and languages."""
        return f"{self.handover.reference}/{self.kind.lower()}-v{self.number}/{self.languages_code}"

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.handover.case_uuid
