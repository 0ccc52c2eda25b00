"""A request for mutual legal assistance in a shared case: drafted by one country, sent, answered by the other."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case
from lmc_cases.core.history import kept_history
from lmc_cases.dossiers.printed_models import VersionedDocument, second_is_another
from lmc_cases.jurisdictions.access import audiences_of
from lmc_cases.jurisdictions.models import Agency, Audience, Jurisdiction, LegalInstrument

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Status(models.TextChoices):
    """Where a request stands."""

    DRAFT = "DRAFT", _("Draft")
    SENT = "SENT", _("Sent")
    EXECUTED = "EXECUTED", _("Executed")
    PARTLY = "PARTLY", _("Executed in part")
    REFUSED = "REFUSED", _("Refused")


class Assistance(models.TextChoices):
    """What may be asked for. To preserve, to open and to collect data as they arise are three requests."""

    STATEMENTS = "STATEMENTS", _("Taking of evidence or statements")
    DOCUMENTS = "DOCUMENTS", _("Service of documents")
    SEARCH = "SEARCH", _("Search and seizure")
    RECORDS = "RECORDS", _("Bank, business or official records")
    PRESERVE = "PRESERVE", _("Preservation of stored data")
    DATA = "DATA", _("Access to stored data")
    REAL_TIME = "REAL_TIME", _("Real-time collection of data")
    TRACE = "TRACE", _("Tracing of assets")
    FREEZE = "FREEZE", _("Freezing of assets")
    CONFISCATE = "CONFISCATE", _("Confiscation of assets")
    RETURN = "RETURN", _("Return of assets")
    OTHER = "OTHER", _("Other assistance")


class _Seen(models.Func):
    """The rule, as the database states it: see migration 0002."""

    function = "assistance_seen"
    output_field = models.BooleanField()


class AssistanceRequestQuerySet(models.QuerySet["AssistanceRequest"]):
    """Reads of requests for assistance."""

    def visible_to(self, user: User) -> AssistanceRequestQuerySet:
        """Drafts of the officer's side, and requests sent by it or to it; a share that ended takes none away.

        Of the country that owns the case, those who may see the case; on both sides, those cleared for it.
        """
        mine = models.Value(
            list(audiences_of(user)), output_field=ArrayField(base_field=models.BigIntegerField())
        )
        named = ("case_id", "requesting_audience_id", "requested_audience_id", "sent_at")
        return self.filter(_Seen(*(models.F(name) for name in named), mine))


class AssistanceRequest(models.Model):
    """One request. Both sides hold it once it is sent; what it says is not changed any more then."""

    Status = Status

    ANSWERS = (Status.EXECUTED.value, Status.PARTLY.value, Status.REFUSED.value)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    # How both sides call the case when the share is over and its row is closed to one of them.
    case_uuid = models.UUIDField(editable=False)
    case_reference = models.CharField(max_length=40, editable=False)
    requesting = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    requested = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    # Through whom each side holds the case: its country, or the one agency it is shared with. Nobody else reads it.
    requesting_audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    requested_audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(max_length=300)
    nature = models.TextField(blank=True, default="")
    facts = models.TextField(_("statement of facts"), blank=True, default="")
    purpose = models.TextField(_("purpose"), blank=True, default="")
    kinds = ArrayField(models.CharField(max_length=10, choices=Assistance.choices))
    sought = models.TextField()
    link = models.TextField(blank=True, default="")
    persons = models.TextField(blank=True, default="")
    procedure = models.TextField(blank=True, default="")
    attendance = models.TextField(blank=True, default="")
    wanted_by = models.DateField(null=True, blank=True)
    wanted_why = models.TextField(blank=True, default="")
    confidentiality = models.TextField(blank=True, default="")
    undertakings = models.TextField(blank=True, default="")
    instrument = models.ForeignKey(
        LegalInstrument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal instrument"),
    )
    legal_basis = models.TextField(_("legal basis"), blank=True, default="")
    dual_criminality = models.TextField(blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answer_language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True, default="")
    # As the case was handled when the request was sent; its row may be closed to the reader by now.
    handling = ArrayField(models.CharField(max_length=14), default=list, blank=True, editable=False)
    restriction = models.TextField(blank=True, default="", editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = AssistanceRequestQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(requesting=models.F("requested")), name="assistance_joins_two_countries"
            ),
            models.CheckConstraint(
                condition=models.Q(status="DRAFT", sent_at=None)
                | (~models.Q(status="DRAFT") & models.Q(sent_at__isnull=False)),
                name="assistance_is_a_draft_until_sent",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["PARTLY", "REFUSED"]) | ~models.Q(answer=""),
                name="assistance_withheld_says_why",
            ),
        ]
        indexes = [models.Index(fields=["-updated_at", "-id"], name="assistance_page")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_answered(self) -> bool:
        """Whether the other country has answered."""
        return self.status in self.ANSWERS

    @property
    def kind_labels(self) -> list[str]:
        """What is asked for, in words."""
        return [str(Assistance(kind).label) for kind in self.kinds]

    @property
    def audit_owner_id(self) -> int:
        """The country that asks."""
        return self.requesting_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.case_uuid


def assistance_document_path(document: AssistanceDocument, _name: str) -> str:
    """Return where a printed request is kept."""
    return f"assistance/{document.uuid.hex}/{uuid.uuid4().hex}.pdf"


class AssistanceDocumentQuerySet(models.QuerySet["AssistanceDocument"]):
    """Reads of printed requests."""

    def visible_to(self, user: User) -> AssistanceDocumentQuerySet:
        """Those of the requests the officer may see."""
        return self.filter(assistance__in=AssistanceRequest.objects.visible_to(user))


class AssistanceDocument(VersionedDocument):
    """A version of a sent request, with its answer where there is one. Never overwritten.

    ``requesting`` and ``reference`` are the request's own: who lost sight of it is still told so in the record.
    """

    task_name: ClassVar[str] = "assistance.print"

    assistance = models.ForeignKey(AssistanceRequest, on_delete=models.PROTECT, related_name="documents")
    requesting = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40, editable=False)
    case_uuid = models.UUIDField(editable=False)
    file = models.FileField(upload_to=assistance_document_path, null=True)

    objects = AssistanceDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assistance", "number", "language", "beside"],
                name="one_assistance_document_per_version",
            ),
            second_is_another("an_assistance_document_beside_another_language"),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_assistance_request_is_signed",
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that asks."""
        return self.requesting_id

    @property
    def audit_reference(self) -> str:
        """Request, version and languages."""
        return f"{self.reference}/v{self.number}/{self.languages_code}"

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.case_uuid
