"""The disclosure ledger: who received which version of what, when, by which path and under which terms.

Append-only: PostgreSQL refuses to change or remove a row (migration 0006). A row says nothing of what a record
contains: ids, versions, checksums and codes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.reading_reasons import label_of
from lmc_cases.cases.models.case import Case
from lmc_cases.cases.models.content import CaseText
from lmc_cases.cases.models.reading_reason import ReadingReason
from lmc_cases.cases.models.share import CaseShare
from lmc_cases.cases.models.visibility import Level
from lmc_cases.jurisdictions.access import Action, audiences_of, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    """Reads of the ledger."""

    def visible_to(self, user: User) -> DisclosureQuerySet:
        """What the officer's country disclosed, and what it received from a case it still sees.

        Of a case restricted to named officers, its owner's other officers read no ledger. A recipient reads the
        entries of the own agency and those made to the whole country, never those of others.
        """
        reads_for = list(jurisdictions_granting(user, Action.READ).values_list("pk", flat=True))
        seen_cases = Case.objects.visible_to(user)
        to_mine = models.Q(recipient_agency__isnull=True) | models.Q(
            recipient_agency__audience__in=audiences_of(user)
        )
        return self.filter(
            models.Q(owner__in=reads_for) | (models.Q(recipient__in=reads_for) & to_mine),
            case__in=seen_cases,
        )

    def made_by(self, user: User) -> DisclosureQuerySet:
        """What the officer's own country disclosed: what only the originator's officers are shown in full."""
        return self.visible_to(user).filter(owner__in=jurisdictions_granting(user, Action.READ))


class Disclosure(models.Model):
    """One record shown or given to one recipient."""

    class Kind(models.TextChoices):
        """What kind of record it was. Most of their tables are above this app: rows name them by public id."""

        CASE = "CASE", _("Case")
        SUSPECT = "SUSPECT", _("Person")
        EVIDENCE = "EVIDENCE", _("Exhibit")
        HANDOVER = "HANDOVER", _("Handover request")
        DOSSIER = "DOSSIER", _("Dossier")
        ASSISTANCE = "MLA", _("Request for mutual legal assistance")

    class Path(models.TextChoices):
        """How it reached the recipient."""

        SHARE = "SHARE", _("Share granted")
        LIST = "LIST", _("Shown in a list")
        PAGE = "PAGE", _("Page opened")
        API = "API", _("Answer of the API")
        EXPORT = "EXPORT", _("Export")
        PHOTO = "PHOTO", _("Photograph shown")
        FILE = "FILE", _("File downloaded")
        DOSSIER = "DOSSIER", _("Dossier downloaded")
        HANDOVER = "HANDOVER", _("Handed out with a request")

    class Rule(models.TextChoices):
        """The rule that opened it; ``services.explaining`` says it in a sentence."""

        SHARE = "SHARE", _("Shared")
        ITEM = "ITEM", _("Named in a share")
        CONTRIBUTED = "CONTRIBUTED", _("Contributed to a case of the reader's country")
        HANDOVER = "HANDOVER", _("Party to the request")

    # Looking again the same day adds nothing: one row per officer, record, state and day.
    ONCE_A_DAY = (Path.LIST, Path.PAGE, Path.API, Path.PHOTO)
    # The recipient holds a copy afterwards.
    COPIES = (Path.API, Path.EXPORT, Path.FILE, Path.DOSSIER, Path.HANDOVER)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    happened_at = models.DateTimeField(db_default=Now())
    # In the reader's time zone, for reads that are noted once a day; null for acts, which are all noted.
    day = models.DateField(null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disclosures")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    object_uuid = models.UUIDField()
    reference = models.CharField(_("reference"), max_length=80)
    # Versions shown, by part; ``state`` names them together with level and checksum.
    versions = models.JSONField(default=dict)
    state = models.CharField(max_length=32)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    path = models.CharField(max_length=8, choices=Path.choices)
    rule = models.CharField(max_length=12, choices=Rule.choices)
    share = models.ForeignKey(CaseShare, on_delete=models.PROTECT, null=True, related_name="disclosures")
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    recipient_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    recipient_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handling_codes = ArrayField(models.CharField(max_length=2), default=list)
    handling_h3 = models.TextField(blank=True, default="")
    purpose = models.CharField(max_length=20, choices=CaseShare.Purpose.choices, blank=True, default="")
    legal_basis = models.TextField(blank=True, default="")
    approval_number = models.CharField(max_length=100, blank=True, default="")
    reading_reason = models.ForeignKey(ReadingReason, on_delete=models.PROTECT, null=True, related_name="+")
    request_id = models.CharField(max_length=64)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_officer", "object_uuid", "path", "state", "day"],
                condition=models.Q(day__isnull=False),
                name="a_look_is_noted_once_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(owner=models.F("recipient")), name="nobody_discloses_to_itself"
            ),
        ]
        indexes = [
            models.Index("case", models.F("id").desc(), name="ledger_of_a_case"),
            models.Index("object_uuid", models.F("id").desc(), name="ledger_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.path}"

    @property
    def level_name(self) -> str:
        """The level's name in lower case, as components take it."""
        return Level(self.level).name.lower()

    @property
    def reason_label(self) -> str:
        """Why the reader said it was read, in the active language."""
        return label_of(self.reading_reason.code) if self.reading_reason else ""

    @property
    def shown_versions(self) -> list[tuple[str, str]]:
        """Each part with its version in words of the active language."""
        return shown_versions(self.versions)

    @property
    def audit_owner_id(self) -> int | None:
        """The country that disclosed."""
        return self.owner_id

    @property
    def audit_reference(self) -> str:
        """The record's reference."""
        return self.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid


def shown_versions(versions: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each part of what was shown with its version in words; parts of many records by their number."""
    words = {
        "case": gettext("Case, version"),
        "record": gettext("Version"),
        "events": gettext("Events of the timeline:"),
        "request": gettext("Request, version"),
        "dossier": gettext("Version"),
        "persons": gettext("Persons:"),
        "exhibits": gettext("Exhibits:"),
        "items": gettext("Items:"),
        "language": "",
    }
    shown = []
    for part, version in versions.items():
        kind, _slash, language = part.partition("/")
        if language:
            label = str(CaseText.Kind(kind).label) if kind in CaseText.Kind.values else kind
            shown.append((f"{label} ({language}),", str(version)))
        else:
            counted = len(version) if isinstance(version, (dict, list)) else version
            shown.append((words.get(part, part), str(counted)))
    return shown
