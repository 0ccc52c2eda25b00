"""A dossier: one rendering, in one language, of what a handover request discloses. Versions are never overwritten.

Beside it, documents drawn and signed from frozen facts (``printed_models``), and runs of many dossiers.
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
from lmc_cases.dossiers.printed_models import InLanguages, PrintedDocument, RequestDocument, second_is_another
from lmc_cases.dossiers.signature_models import DossierSignature, IssuedFile
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


__all__ = [
    "Dossier",
    "DossierRun",
    "DossierRunItem",
    "DossierSignature",
    "IssuedFile",
    "LedgerDocument",
    "RequestDocument",
]


def dossier_path(dossier: Dossier, _name: str) -> str:
    """Return where a rendering is kept: a folder per dossier, a name per attempt."""
    return f"dossiers/{dossier.uuid.hex}/{uuid.uuid4().hex}.pdf"


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Reads of dossiers."""

    def visible_to(self, user: User) -> DossierQuerySet:
        """Dossiers of the requests the officer may see: co-owned by both countries."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class Dossier(InLanguages, LeasedJob):
    """Owed, then rendered by the worker from the facts frozen here."""

    task_name: ClassVar[str] = "dossiers.render"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="dossiers")
    number = models.PositiveSmallIntegerField(_("version"))
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # The canonical facts (dossiers.facts), frozen in the transaction of the request.
    facts = models.JSONField(default=dict)
    facts_sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=dossier_path, null=True)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    # The page on which each part begins, by the id of its heading; none of what was drawn before it was kept.
    part_pages = models.JSONField(null=True)
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
                fields=["handover", "language", "beside", "number"],
                name="one_dossier_per_version_and_languages",
            ),
            second_is_another("a_second_language_is_another"),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE") | ~models.Q(sha256=""),
                name="a_ready_dossier_has_its_hash",
            ),
        ]
        indexes = [
            # What is owed now is looked for each time a worker draws; what was made stays in the table for years.
            models.Index(
                fields=["queued_at", "id"],
                condition=models.Q(job_state__in=["QUEUED", "RUNNING"]),
                name="dossiers_in_work",
            )
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The requested country."""
        return self.handover.requested_id

    @property
    def audit_reference(self) -> str:
        """Request, version and language."""
        return f"{self.handover.reference}/v{self.number}/{self.languages_code}"

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


class LedgerDocument(PrintedDocument):
    """The disclosure ledger of a case as it stood at one moment: owed, printed and signed by the worker."""

    task_name: ClassVar[str] = "dossiers.print_ledger"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    entries = models.PositiveIntegerField()
    file = models.FileField(upload_to=ledger_path, null=True)

    objects = LedgerDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "attempts"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_ledger_is_signed",
            ),
            second_is_another("a_ledger_beside_another_language"),
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


class Scope(models.TextChoices):
    """What a run is of."""

    REQUESTS = "REQUESTS", _("Handover requests")
    OPERATION = "OPERATION", _("Operation")
    CROSSING = "CROSSING", _("Crossing")


class Priority(models.IntegerChoices):
    """Which run is drawn from first; the lower number goes before."""

    CROSSING = 1, _("First: for a crossing")
    NORMAL = 2, _("Normal")
    NIGHTLY = 3, _("Last: when nothing else waits")


class DossierRunQuerySet(models.QuerySet["DossierRun"]):
    """Reads of runs."""

    def visible_to(self, user: User) -> DossierRunQuerySet:
        """The officer's own, while the officer reads for the country the run was asked for.

        A colleague who needs the same dossiers starts a run of their own: none is made twice.
        """
        return self.filter(requested_by=user.pk, country__in=jurisdictions_granting(user, Action.READ))


class DossierRun(models.Model):
    """Many dossiers asked for at once. Its rows are drawn one by one; the numbers follow them by trigger."""

    Scope = Scope
    Priority = Priority

    class State(models.TextChoices):
        """Whether its rows are drawn. That it is over is said by ``finished_at``."""

        RUNNING = "RUNNING", _("Running")
        CANCELLED = "CANCELLED", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices)
    # Of an operation or a crossing, as the officer saw it when the run was started.
    scope_uuid = models.UUIDField(null=True, editable=False)
    scope_reference = models.CharField(max_length=40, blank=True, default="")
    languages = models.JSONField(_("languages"), default=list)
    # Stands beside the language of each of its dossiers; "" for one language alone.
    beside = models.CharField(
        _("second language"), max_length=10, choices=settings.LANGUAGES, blank=True, default="", db_default=""
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0, editable=False)
    failed = models.PositiveIntegerField(default=0, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    # Since when its rows are drawn without a break: the rate is counted from here.
    running_since = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, editable=False)
    # When a row of it was drawn last: countries take turns by this.
    served_at = models.DateTimeField(null=True, editable=False)

    objects = DossierRunQuerySet.as_manager()
    history = kept_history(excluded_fields=["done", "failed", "finished_at", "served_at"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total__gte=models.F("done") + models.F("failed")),
                name="a_run_ends_each_row_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["priority", "id"],
                condition=models.Q(state="RUNNING", finished_at__isnull=True),
                name="runs_to_draw_from",
            ),
            models.Index(fields=["country", "served_at"], name="runs_served"),
            models.Index(fields=["requested_by", "-id"], name="runs_page"),
        ]

    @property
    def left(self) -> int:
        """How many rows are still to be done."""
        return self.total - self.done - self.failed

    @property
    def is_over(self) -> bool:
        """Whether every row ended."""
        return self.finished_at is not None

    @property
    def audit_owner_id(self) -> int | None:
        """The country it was asked for."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """What it is of; a run of requests has the beginning of its id for a name."""
        return self.scope_reference or self.uuid.hex[:8]

    @property
    def audit_case_uuid(self) -> None:
        """No one case."""


class DossierRunItemQuerySet(models.QuerySet["DossierRunItem"]):
    """Reads of the rows of runs."""

    def visible_to(self, user: User) -> DossierRunItemQuerySet:
        """Rows of the runs the officer may see, about the requests the officer may see now."""
        return self.filter(
            run__in=DossierRun.objects.visible_to(user),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class DossierRunItem(models.Model):
    """One dossier of a run. It waits, is drawn, owes its dossier, and ends as the dossier ends.

    It keeps no history: the run has one, and so has the dossier.
    """

    class State(models.TextChoices):
        """The life of a row."""

        WAITING = "WAITING", _("Waiting")
        OWED = "OWED", _("Running")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    MAX_ATTEMPTS: ClassVar[int] = 5

    run = models.ForeignKey(DossierRun, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+")
    # How often it was drawn; until when whoever drew it has it for itself.
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(max_length=60, blank=True, default="")
    finished_at = models.DateTimeField(null=True)

    objects = DossierRunItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="a_run_numbers_its_rows"),
            models.UniqueConstraint(
                fields=["run", "handover", "language"], name="a_run_asks_for_a_dossier_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["OWED", "DONE"]) | models.Q(dossier__isnull=False),
                name="an_owed_row_names_its_dossier",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "position"], condition=models.Q(state="WAITING"), name="run_items_waiting"
            ),
            models.Index(fields=["run"], condition=models.Q(state="OWED"), name="run_items_in_work"),
            models.Index(
                fields=["run", "lease_until"],
                condition=models.Q(state="WAITING", lease_until__isnull=False),
                name="run_items_leased",
            ),
            models.Index(fields=["run", "state", "position"], name="run_items_page"),
            models.Index(fields=["run", "finished_at"], name="run_items_rate"),
        ]
