"""Check the whole log against itself: every row, every root, every signature.

What this cannot find alone is a log that was cut, with all its seals, by somebody who rules the database: that shows
against a checkpoint kept elsewhere, by a country (``against``) or in the anchor file beside the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connections, transaction

from lmc_cases.audit import notes
from lmc_cases.audit.canonical import canonical_of
from lmc_cases.audit.merkle import Frontier, leaf_hash, root_of
from lmc_cases.audit.models import AuditCheckpoint, AuditEvent, AuditLeaf, AuditNode, AuditReason, AuditSeal
from lmc_cases.audit.services.recording import commitment, facts_of
from lmc_cases.audit.services.sealing import trusted_keys

if TYPE_CHECKING:
    from django.db import models

# Faults of one kind that are listed one by one.
LISTED = 20
CHUNK = 2_000


@dataclass
class Report:
    """What was found.

    Attributes:
        events, seals, checkpoints: how many were checked; ``waiting``: recorded, not sealed yet.
        reasons_erased: events whose words were erased; the commitment to them stands.
        faults: sentences for the operator, at most ``LISTED`` of a kind; ``faults_total`` counts all.
    """

    events: int = 0
    seals: int = 0
    checkpoints: int = 0
    waiting: int = 0
    reasons_erased: int = 0
    faults: list[str] = field(default_factory=list)
    faults_total: int = 0
    _by_kind: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, what: str) -> None:
        """Note a fault."""
        self.faults_total += 1
        count = self._by_kind[kind] = self._by_kind.get(kind, 0) + 1
        if count <= LISTED:
            self.faults.append(f"{kind}: {what}")

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.faults_total == 0


def verify(
    *,
    against: Iterable[str] = (),
    using: str = "default",
    progress: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Check the log as it stands in the database.

    Args:
        against: notes of checkpoints kept elsewhere.
        using: the connection; one that sees every row.
        progress: called with the number of leaves checked so far.
    """
    report = Report()
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if is_outermost:
            # One snapshot: the sealer goes on meanwhile.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _Verification(report, using, progress).run(list(against))
    return report


class _Verification:
    def __init__(self, report: Report, using: str, progress: Callable[[int], None]) -> None:
        self.report = report
        self.using = using
        self.progress = progress
        self.trusted = trusted_keys()
        self.roots: dict[int, bytes] = {}
        self.frontier = Frontier()

    def run(self, against: list[str]) -> None:
        kept = [(note, self._open("kept checkpoint", note)) for note in against]
        signed = [(row, self._open("checkpoint", row.note)) for row in self._checkpoints()]
        sizes = {row.tree_size for row, _said in signed} | {said.size for _note, said in kept if said}
        seals = list(AuditSeal.objects.using(self.using).order_by("tree_size"))
        sizes |= {seal.tree_size for seal in seals}
        self._walk_leaves(sizes)
        self._check_nodes()
        self._check_seals(seals)
        for row, said in signed:
            self._check_checkpoint(row, said)
        for _note, said in kept:
            if said is not None:
                self._check_kept(said)
        self._check_unsealed()
        self._check_reasons()

    # --- leaves -----------------------------------------------------------------------------------
    def _walk_leaves(self, sizes: set[int]) -> None:
        expected = 0
        for leaves in _chunks(AuditLeaf.objects.using(self.using)):
            events = {event.pk: event for event in self._events([leaf.event_id for leaf in leaves])}
            for leaf in leaves:
                if leaf.leaf_index != expected:
                    self.report.add("missing leaf", f"no leaf {expected}; the next one is {leaf.leaf_index}")
                    expected = leaf.leaf_index
                expected += 1
                self._check_leaf(leaf, events.get(leaf.event_id))
                self.frontier.add(bytes(leaf.leaf_hash))
                if self.frontier.size in sizes:
                    self.roots[self.frontier.size] = self.frontier.root()
            self.progress(self.frontier.size)
        self.report.events = self.frontier.size

    def _events(self, ids: list[int]) -> Iterable[AuditEvent]:
        return AuditEvent.objects.using(self.using).filter(pk__in=ids).select_related("actor", "actor_agency")

    def _check_leaf(self, leaf: AuditLeaf, event: AuditEvent | None) -> None:
        place = f"leaf {leaf.leaf_index}"
        if event is None:
            self.report.add("deleted", f"{place}: its event is gone")
            return
        stored = bytes(event.canonical)
        if leaf_hash(stored) != bytes(leaf.leaf_hash):
            self.report.add("altered", f"{place}: event {event.uuid} is not the one that was sealed")
        if _written_anew(event) != stored:
            self.report.add(
                "altered", f"{place}: the columns of event {event.uuid} do not say what was sealed"
            )

    # --- nodes, seals, checkpoints ------------------------------------------------------------------
    def _check_nodes(self) -> None:
        """Every stored node over what lies below it."""
        below = 0
        while True:
            rows = AuditNode.objects.using(self.using).filter(level=below + 8)
            held = {row.position: bytes(row.hash) for row in rows.iterator(chunk_size=CHUNK)}
            wanted = self.frontier.size >> (below + 8)
            if not wanted and not held:
                return
            for position, computed in self._nodes_over(below, wanted):
                if held.pop(position, None) != computed:
                    self.report.add("wrong node", f"level {below + 8}, position {position}")
            for position in sorted(held):
                self.report.add("wrong node", f"level {below + 8}, position {position} is too many")
            below += 8

    def _nodes_over(self, below: int, wanted: int) -> Iterator[tuple[int, bytes]]:
        leaves = (
            AuditLeaf.objects.using(self.using).order_by("leaf_index").values_list("leaf_hash", flat=True)
        )
        nodes = (
            AuditNode.objects.using(self.using)
            .filter(level=below)
            .order_by("position")
            .values_list("hash", flat=True)
        )
        rows = (leaves if below == 0 else nodes).iterator(chunk_size=CHUNK)
        for position in range(wanted):
            part = [bytes(row) for row in islice(rows, 256)]
            yield position, root_of(part)

    def _check_seals(self, seals: list[AuditSeal]) -> None:
        end = 0
        for seal in seals:
            if seal.first_index != end or seal.tree_size <= seal.first_index:
                self.report.add(
                    "wrong seal", f"seal {seal.tree_size} does not begin where the one before ends"
                )
            end = seal.tree_size
            if self.roots.get(seal.tree_size) != bytes(seal.root):
                self.report.add("wrong seal", f"seal {seal.tree_size}: the root is not that of its leaves")
        if end != self.frontier.size:
            self.report.add("wrong seal", f"{self.frontier.size} leaves, but the seals end at {end}")
        self.report.seals = len(seals)

    def _checkpoints(self) -> list[AuditCheckpoint]:
        rows = list(AuditCheckpoint.objects.using(self.using).select_related("epoch").order_by("tree_size"))
        self.report.checkpoints = len(rows)
        return rows

    def _open(self, what: str, note: str) -> notes.Checkpoint | None:
        try:
            return notes.open_note(note, self.trusted)
        except notes.BadNote as error:
            self.report.add("forged", f"{what} {note.splitlines()[1:2]}: {error}")
            return None

    def _check_checkpoint(self, row: AuditCheckpoint, said: notes.Checkpoint | None) -> None:
        if said is None:
            return
        if (said.size, said.root) != (row.tree_size, bytes(row.root)):
            self.report.add("forged", f"checkpoint {row.tree_size}: the row does not say what was signed")
        self._check_kept(said)

    def _check_kept(self, said: notes.Checkpoint) -> None:
        if said.size > self.frontier.size:
            self.report.add(
                "cut", f"a signed checkpoint names {said.size} events, the log has {self.frontier.size}"
            )
        elif self.roots.get(said.size) != said.root:
            self.report.add(
                "rewritten", f"the first {said.size} events are not those of the checkpoint signed {said.at}"
            )

    # --- what is not sealed ---------------------------------------------------------------------------
    def _check_unsealed(self) -> None:
        """Events without a leaf: those the next batch takes wait; any other slipped in or lost its leaf."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(UNSEALED)
            for uuid, waits in cursor.fetchall():
                if waits:
                    self.report.waiting += 1
                else:
                    self.report.add("unsealed", f"event {uuid} lies before the last seal and has no leaf")

    def _check_reasons(self) -> None:
        """Words that are still there must be those that were committed to."""
        reasons = AuditReason.objects.using(self.using).select_related("event")
        held = 0
        for reason in reasons.iterator(chunk_size=CHUNK):
            held += 1
            if commitment(reason.text, reason.salt) != reason.event.reason_commitment:
                self.report.add("altered", f"the reason of event {reason.event.uuid} is not the one given")
        given = AuditEvent.objects.using(self.using).exclude(reason_commitment="").count()
        self.report.reasons_erased = given - held


UNSEALED = """
SELECT e.uuid, (e.xid, e.id) > (m.at_xid::text::xid8, m.at_event) AND e.id > m.floor
  FROM audit_auditevent e, audit_mark() m
 WHERE NOT EXISTS (SELECT FROM audit_auditleaf l WHERE l.event_id = e.id)
"""


def _written_anew(event: AuditEvent) -> bytes:
    try:
        return canonical_of(facts_of(event), event.occurred_at)
    except TypeError:
        # Codes that the product never writes.
        return b""


def _chunks(leaves: models.QuerySet[AuditLeaf]) -> Iterator[list[AuditLeaf]]:
    rows = leaves.order_by("leaf_index").iterator(chunk_size=CHUNK)
    while part := list(islice(rows, CHUNK)):
        yield part
