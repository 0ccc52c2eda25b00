"""The receipt of a crossing: what both sides state was handed over, their answers to it, and its printed form."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.core.jobs import LeasedJob
from lmc_cases.crossings.models.crossings import Crossing
from lmc_cases.dossiers.printed_models import InLanguages, second_is_another
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Reads of receipts."""

    def visible_to(self, user: User) -> ReceiptQuerySet:
        """Receipts of the crossings the officer may see."""
        return self.filter(crossing__in=Crossing.objects.visible_to(user))


class Receipt(models.Model):
    """One version of a receipt, frozen. Never changed: what it names changed, so a newer version makes it void."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=60, unique=True, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="receipts")
    version = models.PositiveSmallIntegerField()
    # The canonical facts (crossings.receipt_facts); the checksum is that of their one byte string.
    facts = models.JSONField()
    sha256 = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crossing", "version"], name="one_receipt_per_version"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_owner_id(self) -> int:
        """The country that sends."""
        return self.crossing.sending_id

    @property
    def audit_reference(self) -> str:
        """The receipt's number."""
        return self.number

    @property
    def audit_case_uuid(self) -> None:
        """No one case: persons of several may sit on a crossing."""


class ReceiptSignatureQuerySet(models.QuerySet["ReceiptSignature"]):
    """Reads of answers."""

    def visible_to(self, user: User) -> ReceiptSignatureQuerySet:
        """Answers to the receipts the officer may see, of both sides."""
        return self.filter(receipt__in=Receipt.objects.visible_to(user))


class ReceiptSignature(models.Model):
    """The answer of one side to one version: signed, or refused with the reason. Never changed."""

    class Outcome(models.TextChoices):
        """What the officer did."""

        SIGNED = "SIGNED", _("Signed")
        REFUSED = "REFUSED", _("Refused to sign")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="signatures")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    remarks = models.TextField(blank=True, default="")
    # The checksum the officer had before the eyes.
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    objects = ReceiptSignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "country"], name="a_side_answers_a_receipt_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="SIGNED") | ~models.Q(remarks=""),
                name="a_refusal_to_sign_says_why",
            ),
        ]


def receipt_path(document: ReceiptDocument, _name: str) -> str:
    """Return where a printed receipt is kept."""
    return f"crossings/receipts/{document.uuid.hex}/{uuid.uuid4().hex}.pdf"


class ReceiptDocumentQuerySet(models.QuerySet["ReceiptDocument"]):
    """Reads of printed receipts."""

    def visible_to(self, user: User) -> ReceiptDocumentQuerySet:
        """Those of the receipts the officer may see."""
        return self.filter(receipt__in=Receipt.objects.visible_to(user))


class ReceiptDocument(InLanguages, LeasedJob):
    """An answered receipt in one language or two: owed, printed and signed by the worker."""

    task_name: ClassVar[str] = "crossings.print_receipt"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="documents")
    file = models.FileField(upload_to=receipt_path, null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True, default="")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())

    objects = ReceiptDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "language", "beside"], name="a_receipt_prints_once_per_languages"
            ),
            second_is_another("a_receipt_beside_another_language"),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_receipt_is_signed",
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that sends."""
        return self.receipt.crossing.sending_id

    @property
    def audit_reference(self) -> str:
        """The receipt's number and the languages."""
        return f"{self.receipt.number}/{self.languages_code}"

    @property
    def audit_case_uuid(self) -> None:
        """No one case."""
