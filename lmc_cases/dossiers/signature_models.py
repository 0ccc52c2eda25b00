"""Signatures of both sides on a dossier, and the register of every file that was issued. Neither ever changes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lmc_cases.audit.models import AuditEvent
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def signed_path(signature: DossierSignature, _name: str) -> str:
    """Return where a signed file is kept: beside the rendering, a folder per side, a name per attempt."""
    return f"dossiers/{signature.dossier.uuid.hex}/signed/{signature.side}/{uuid.uuid4().hex}.pdf"


class DossierSignatureQuerySet(models.QuerySet["DossierSignature"]):
    """Reads of signatures."""

    def visible_to(self, user: User) -> DossierSignatureQuerySet:
        """Signatures on the dossiers the officer may see, of both sides."""
        from lmc_cases.dossiers.models import Dossier

        return self.filter(dossier__in=Dossier.objects.visible_to(user))


class DossierSignature(models.Model):
    """One side signed one dossier: which file it had before it, which file came of it, and with which certificate."""

    class Side(models.TextChoices):
        """Of the request. The requested country signs first; the order of the names is the order of signing."""

        REQUESTED = "REQUESTED", _("Requested country")
        REQUESTING = "REQUESTING", _("Requesting country")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # When the officer showed the second factor; none where none is compulsory and the officer holds none.
    confirmed_at = models.DateTimeField(null=True)
    # What was signed, and the further file with the signature in it.
    sha256_before = models.CharField(max_length=64)
    file = models.FileField(upload_to=signed_path)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    certificate_sha256 = models.CharField(max_length=64)
    certificate_name = models.CharField(max_length=200)
    # Common name of the time-stamp service, "" without a stamp.
    timestamp_authority = models.CharField(max_length=200, blank=True, default="")
    signed_at = models.DateTimeField()

    objects = DossierSignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "side"], name="a_side_signs_a_dossier_once"),
        ]


class IssuedFile(models.Model):
    """A file as it left the product, found by its checksum alone. No role that serves reads the table.

    The page that verifies asks functions of the database, which answer only to a whole checksum.
    """

    class Kind(models.TextChoices):
        """What it is."""

        DOSSIER = "DOSSIER", _("Transfer dossier")
        SIGNED_DOSSIER = "SIGNED_DOSSIER", _("Signed transfer dossier")
        LEDGER = "LEDGER", _("Disclosure ledger")
        RECEIPT = "RECEIPT", _("Receipt")
        REQUEST = "REQUEST", _("Request")
        EVIDENCE = "EVIDENCE", _("Evidence annex")
        MANIFEST = "MANIFEST", _("Manifest")
        ASSISTANCE = "MLA", _("Request for mutual legal assistance")

    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    # Public id of the dossier, or of the printed ledger, receipt, manifest or document of a request.
    object_uuid = models.UUIDField()
    facts_sha256 = models.CharField(max_length=64)
    # The event that says so in the sealed record; none for what was issued before there was one.
    event = models.ForeignKey(
        AuditEvent,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    issued_at = models.DateTimeField()
