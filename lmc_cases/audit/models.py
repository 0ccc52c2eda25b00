"""Audit events and the log that seals them: ids, codes and commitments, so that erasing a person breaks no seal."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.jobs import LeasedJob
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, may
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


UNBOUND: dict[str, Any] = {"related_name": "+", "db_constraint": False, "db_index": False}


class Operation(models.TextChoices):
    """The six operations of data-protection law, and what else must be provable."""

    COLLECTION = "COLLECTION", _("Collection")
    ALTERATION = "ALTERATION", _("Alteration")
    CONSULTATION = "CONSULTATION", _("Consultation")
    DISCLOSURE = "DISCLOSURE", _("Disclosure")
    COMBINATION = "COMBINATION", _("Combination")
    ERASURE = "ERASURE", _("Erasure")
    SIGN_IN = "SIGN_IN", _("Sign-in")
    REFUSAL = "REFUSAL", _("Refusal")
    GRANT = "GRANT", _("Grant of rights")
    EXPORT = "EXPORT", _("Export")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads of the audit record."""

    def visible_to(self, user: User) -> AuditEventQuerySet:
        """Events on records of the countries whose audit the officer reads, and of their officers."""
        countries = jurisdictions_granting(user, Action.READ_AUDIT).values("pk")
        return self.filter(models.Q(owner_country__in=countries) | models.Q(actor_country__in=countries))


class AuditEvent(models.Model):
    """One act. Written in the transaction of the change; PostgreSQL refuses update and delete."""

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "DONE", _("Done")
        REFUSED = "REFUSED", _("Refused")

    # Named in the sealed bytes; nothing looks it up, and an index over random ids is what an insert pays most for.
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    occurred_at = models.DateTimeField(db_default=Now())
    request_id = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    address = models.GenericIPAddressField(null=True)
    # Opens the commitment to the address; the address itself is not sealed.
    address_salt = models.CharField(max_length=32, blank=True, default="")
    # No constraint and no index of their own in the database: each event would lock five rows that all writers share.
    # What they name is sealed by its public id, and ``audit verify`` compares.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, **UNBOUND)
    actor_country = models.ForeignKey(Jurisdiction, models.PROTECT, null=True, **UNBOUND)
    actor_agency = models.ForeignKey(Agency, models.PROTECT, null=True, **UNBOUND)
    operation = models.CharField(max_length=14, choices=Operation.choices)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True, default="")
    object_uuid = models.UUIDField(null=True)
    case_uuid = models.UUIDField(null=True)
    reference = models.CharField(max_length=60, blank=True, default="")
    owner_country = models.ForeignKey(Jurisdiction, models.PROTECT, null=True, **UNBOUND)
    recipient_country = models.ForeignKey(Jurisdiction, models.PROTECT, null=True, **UNBOUND)
    reason_code = models.CharField(max_length=40, blank=True, default="")
    reason_commitment = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    codes = models.JSONField(default=dict)
    # What is sealed. Handed in without the time; PostgreSQL puts its own in front (``audit.canonical``). Two more
    # columns are PostgreSQL's alone: ``xid``, the transaction that wrote the row, and ``leaf_hash``, generated.
    canonical = models.BinaryField()

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner_country", "-occurred_at", "-id"], name="audit_by_owner"),
            models.Index(fields=["actor_country", "-occurred_at", "-id"], name="audit_by_actor_country"),
            models.Index(fields=["actor", "-occurred_at", "-id"], name="audit_by_actor"),
            models.Index(fields=["case_uuid", "-occurred_at", "-id"], name="audit_by_case"),
        ]


class AuditReasonQuerySet(models.QuerySet["AuditReason"]):
    """Reads of the reasons given."""

    def visible_to(self, user: User) -> AuditReasonQuerySet:
        """Reasons on records of the countries whose reasons the officer reads, and of their officers.

        Reading the audit record opens no words: that right is given by itself.
        """
        countries = jurisdictions_granting(user, Action.READ_REASONS).values("pk")
        return self.filter(
            models.Q(event__owner_country__in=countries) | models.Q(event__actor_country__in=countries)
        )


class AuditReason(models.Model):
    """The words an officer gave, kept apart: they may be erased, the event's commitment stays."""

    event = models.OneToOneField(
        AuditEvent, on_delete=models.PROTECT, primary_key=True, related_name="reason"
    )
    text = models.TextField()
    salt = models.CharField(max_length=32)

    objects = AuditReasonQuerySet.as_manager()


class AuditEpoch(models.Model):
    """A stretch in which the numbers of transactions grow: a restored database begins a new one.

    Written by ``audit_begin_epoch`` alone.
    """

    number = models.PositiveIntegerField(unique=True)
    reason = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    # Which PostgreSQL cluster it runs on; another one counts its transactions anew.
    cluster = models.CharField(max_length=40)
    # Events of this epoch have at least this transaction id, and an id above this one.
    first_xid = models.BigIntegerField()
    last_event_before = models.BigIntegerField()


class AuditLeaf(models.Model):
    """The place of an event in the log. Written by ``audit_seal_step`` alone."""

    leaf_index = models.BigIntegerField(primary_key=True)
    # No foreign key in the database: a leaf must say that its event is missing.
    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="leaf"
    )
    leaf_hash = models.BinaryField()


class AuditNode(models.Model):
    """The root of a complete part of 256, 65,536, ... leaves, so that a proof reads a few hundred hashes at most."""

    # Two to this many leaves: 8, 16, 24, ...
    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "position"], name="one_node_per_place")]


class AuditSeal(models.Model):
    """One batch: from which leaf, up to which transaction, and the root with it. Written by ``audit_seal_step``."""

    epoch = models.ForeignKey(AuditEpoch, on_delete=models.PROTECT, related_name="+")
    first_index = models.BigIntegerField()
    tree_size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    # The last row sealed: the next batch begins behind it.
    last_xid = models.BigIntegerField()
    last_event = models.BigIntegerField()
    sealed_at = models.DateTimeField()


class AuditCheckpointQuerySet(models.QuerySet["AuditCheckpoint"]):
    """Reads of checkpoints."""

    def visible_to(self, user: User) -> AuditCheckpointQuerySet:
        """Every checkpoint, for every officer of a country: it names no record, and copies are its worth."""
        is_officer = user.is_authenticated and user.is_active and user.agency_id is not None
        return self.all() if is_officer else self.none()


class AuditCheckpoint(models.Model):
    """A signed statement of how the log stood: ``note`` is what countries keep. PostgreSQL refuses changes."""

    tree_size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    epoch = models.ForeignKey(AuditEpoch, on_delete=models.PROTECT, related_name="+")
    note = models.TextField()
    signed_at = models.DateTimeField()

    objects = AuditCheckpointQuerySet.as_manager()


class CheckpointDelivery(models.Model):
    """A country has a checkpoint in its hands since then."""

    class Channel(models.TextChoices):
        """How it got it."""

        PAGE = "PAGE", _("Page")
        API = "API", _("API")
        COMMAND = "COMMAND", _("Command on the server")

    checkpoint = models.ForeignKey(AuditCheckpoint, on_delete=models.PROTECT, related_name="deliveries")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(db_default=Now())
    delivered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    channel = models.CharField(max_length=7, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "country"], name="a_country_receives_a_checkpoint_once"
            )
        ]


class AuditExportQuerySet(models.QuerySet["AuditExport"]):
    """Reads of exports."""

    def visible_to(self, user: User) -> AuditExportQuerySet:
        """The officer's own, as long as the officer reads an audit record."""
        return self.filter(requested_by=user.pk) if may(user, Action.READ_AUDIT) else self.none()


class AuditExport(LeasedJob):
    """Events with their proofs as one file, for the officer who asked."""

    task_name: ClassVar[str] = "audit.export"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Names and values of ``listing.EventFilters``, as texts.
    filters = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    # Asked for, but not sealed yet when the file was made.
    rows_left_out = models.PositiveIntegerField(default=0)
    tree_size = models.BigIntegerField(null=True)
    file = models.FileField(upload_to="audit-exports/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.BigIntegerField(null=True)

    objects = AuditExportQuerySet.as_manager()

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the officer who asked."""
        return self.requested_by.audit_owner_id

    @property
    def audit_reference(self) -> str:
        """An export has no number of its own."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """An export belongs to no case."""
        return None
