"""Exhibits, their files, and each hand they passed through."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case, CaseItem, item_is_visible_to
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def evidence_path(item: EvidenceItem, _name: str) -> str:
    """Return where a file is kept: the given name stands in the row only."""
    return f"evidence/{uuid.uuid4().hex}"


class EvidenceItemQuerySet(models.QuerySet["EvidenceItem"]):
    """Reads of exhibits."""

    def visible_to(self, user: User) -> EvidenceItemQuerySet:
        """Exhibits whose own level the officer's level reaches, and those opened by name.

        Withdrawn ones are seen by nobody but through their import.
        """
        return self.filter(item_is_visible_to(user), withdrawn_at__isnull=True)

    def owned_with(self, user: User, action: Action) -> EvidenceItemQuerySet:
        """Exhibits that come from the countries for which the officer holds ``action``; none withdrawn."""
        return self.visible_to(user).filter(originator__in=jurisdictions_granting(user, action))


class EvidenceItem(CaseItem):
    """One exhibit. The number is the collecting country's own and never reused within the case."""

    class Kind(models.TextChoices):
        """What it is."""

        PHONE = "PHONE", _("Phone")
        SIM = "SIM", _("SIM card")
        COMPUTER = "COMPUTER", _("Computer")
        STORAGE = "STORAGE", _("Storage medium")
        FILE = "FILE", _("File")
        ACCOUNT = "ACCOUNT", _("Account")
        DOCUMENT = "DOCUMENT", _("Document")
        CASH = "CASH", _("Cash")
        OTHER = "OTHER", _("Other")

    class ScanStatus(models.TextChoices):
        """Whether the file was looked at for malware. Nothing here opens a file."""

        NO_FILE = "NO_FILE", _("No file")
        NOT_SCANNED = "NOT_SCANNED", _("Not scanned")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    exhibit_number = models.CharField(_("exhibit number"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    description = models.TextField(_("description"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    collected_at = models.DateTimeField(_("collected"), null=True, blank=True)
    collected_where = models.CharField(_("collected where"), max_length=300, blank=True, default="")
    collected_by = models.CharField(_("collected by"), max_length=200, blank=True, default="")
    file = models.FileField(upload_to=evidence_path, null=True, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True, default="")
    media_type = models.CharField(max_length=100, blank=True, default="")
    size_bytes = models.BigIntegerField(_("size"), null=True, blank=True)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    # Hashes as an importing bundle states them: kept as given, never the only ones.
    reported_hashes = models.JSONField(default=dict, blank=True)
    scan_status = models.CharField(max_length=12, choices=ScanStatus.choices, default=ScanStatus.NO_FILE)
    external_id = models.CharField(max_length=300, blank=True, default="")
    import_run = models.UUIDField(null=True, editable=False, db_index=True)
    # An exhibit is never deleted, because its custody events are not: an undone import withdraws it.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.TextField(blank=True, default="", editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = EvidenceItemQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            # Of one originator: a number that is taken would tell a recipient of an exhibit it may not know of.
            models.UniqueConstraint(
                fields=["case", "originator", "exhibit_number"], name="one_exhibit_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(file__isnull=True) | models.Q(file="") | ~models.Q(sha256=""),
                name="a_file_has_its_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.exhibit_number

    @property
    def audit_owner_id(self) -> int | None:
        """The country it comes from."""
        return self.originator_id

    @property
    def audit_reference(self) -> str:
        """Case reference and exhibit number."""
        return f"{self.contributed_to or self.case.reference}/{self.exhibit_number}"[:60]

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.contributed_case or self.case.uuid


class CustodyEventQuerySet(models.QuerySet["CustodyEvent"]):
    """Reads of the chain of custody."""

    def visible_to(self, user: User) -> CustodyEventQuerySet:
        """Events of the exhibits the officer may see.

        Who downloaded a file is for the exhibit's originator and the downloader's own country: it would tell one
        recipient of a case who the others are.
        """
        countries = jurisdictions_granting(user, Action.READ)
        return self.filter(item__in=EvidenceItem.objects.visible_to(user)).filter(
            ~models.Q(kind=CustodyEvent.Kind.DOWNLOADED)
            | models.Q(item__originator__in=countries)
            | models.Q(recorded_by__agency__jurisdiction__in=countries)
        )


class CustodyEvent(models.Model):
    """One hand to the next, or one act on an exhibit. Append-only: PostgreSQL refuses update and delete."""

    class Kind(models.TextChoices):
        """What was done."""

        COLLECTED = "COLLECTED", _("Collected")
        TRANSFERRED = "TRANSFERRED", _("Custody transfer")
        EXAMINED = "EXAMINED", _("Examined")
        HASH_CHECKED = "HASH_CHECKED", _("Checksum verified")
        UPLOADED = "UPLOADED", _("File uploaded")
        DOWNLOADED = "DOWNLOADED", _("File downloaded")
        IMPORTED = "IMPORTED", _("Imported")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="custody")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    happened_at = models.DateTimeField(_("time"), null=True)
    from_holder = models.CharField(_("from"), max_length=200, blank=True, default="")
    to_holder = models.CharField(_("to"), max_length=200, blank=True, default="")
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=300, blank=True, default="")
    condition = models.CharField(_("condition"), max_length=300, blank=True, default="")
    tool = models.CharField(max_length=300, blank=True, default="")
    hash_matches = models.BooleanField(null=True)
    external_id = models.CharField(max_length=300, blank=True, default="")
    import_run = models.UUIDField(null=True, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = CustodyEventQuerySet.as_manager()
