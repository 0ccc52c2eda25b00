"""Proofs from the stored log: each reads a few hundred hashes, however long the log is."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass

from django.db import connection

from lmc_cases.audit.merkle import Range, consistency_ranges, inclusion_ranges, node_hash, root_of, split
from lmc_cases.audit.models import AuditCheckpoint, AuditLeaf, AuditNode

# Levels between stored nodes: 256 leaves or nodes make one.
STEP = 8
WIDTH = 1 << STEP
TILES_KEPT = 64


class StoredTree:
    """Hashes of parts of the log, from its leaves and from every eighth level of nodes above them.

    Stateless but for a small cache of complete tiles; a log only grows, so what was read stays true.
    """

    def __init__(self) -> None:
        self._tiles: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def hash_of(self, part: Range) -> bytes:
        """Return the hash over the leaves ``[start, end)``, which must be sealed."""
        start, end = part
        size = end - start
        if size & (size - 1) == 0 and start % size == 0:
            return self._complete(size.bit_length() - 1, start >> (size.bit_length() - 1))
        middle = start + split(size)
        return node_hash(self.hash_of((start, middle)), self.hash_of((middle, end)))

    def root(self, size: int) -> bytes:
        """Return the root of the first ``size`` leaves."""
        return self.hash_of((0, size)) if size else root_of([])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that leaf ``index`` is in the log of ``size``, nearest first."""
        return [self.hash_of(part) for part in inclusion_ranges(index, size)]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the log of ``first`` is the beginning of the log of ``second``."""
        return [self.hash_of(part) for part in consistency_ranges(first, second)]

    def _complete(self, level: int, position: int) -> bytes:
        """Hash of a complete subtree of ``2 ** level`` leaves."""
        base = level // STEP * STEP
        above = level - base
        first = position << above
        tile = self._tile(base, first // WIDTH, at_least=(first % WIDTH) + (1 << above))
        return tile[above][(first % WIDTH) >> above]

    def _tile(self, base: int, number: int, at_least: int) -> list[list[bytes]]:
        """The hashes of one tile, level by level; complete pairs only."""
        key = (base, number)
        held = self._tiles.get(key)
        if held is not None and len(held[0]) >= at_least:
            self._tiles.move_to_end(key)
            return held
        levels = [self._read(base, number * WIDTH)]
        if len(levels[0]) < at_least:
            raise LookupError(f"the log lacks hashes of level {base} behind {number * WIDTH}")
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
        self._tiles[key] = levels
        if len(self._tiles) > TILES_KEPT:
            self._tiles.popitem(last=False)
        return levels

    @staticmethod
    def _read(base: int, first: int) -> list[bytes]:
        rows = (
            AuditLeaf.objects.filter(leaf_index__gte=first, leaf_index__lt=first + WIDTH)
            .order_by("leaf_index")
            .values_list("leaf_hash", flat=True)
            if base == 0
            else AuditNode.objects.filter(level=base, position__gte=first, position__lt=first + WIDTH)
            .order_by("position")
            .values_list("hash", flat=True)
        )
        return [bytes(found) for found in rows]


def sealed_size() -> int:
    """Return how many leaves the log has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(tree_size), 0) FROM audit_auditseal")
        size: int = cursor.fetchone()[0]
        return size


@dataclass(frozen=True)
class Inclusion:
    """Where an event stands in the sealed log, and what proves it to somebody who has the log's public key.

    Attributes:
        index: place of its leaf; ``canonical``: the sealed bytes.
        checkpoint: the newest signed note that covers it; ``size``: events under it, ``signed_at``: when.
        proof: hashes, nearest first (RFC 9162, 2.1.3).
    """

    index: int
    canonical: bytes
    checkpoint: str
    size: int
    signed_at: dt.datetime
    proof: tuple[bytes, ...]


def inclusion_of(index: int, canonical: bytes) -> Inclusion | None:
    """Return the proof of a sealed event against the newest checkpoint, ``None`` while no checkpoint covers it."""
    newest = AuditCheckpoint.objects.filter(tree_size__gt=index).order_by("-tree_size").first()
    if newest is None:
        return None
    return Inclusion(
        index=index,
        canonical=canonical,
        checkpoint=newest.note,
        size=newest.tree_size,
        signed_at=newest.signed_at,
        proof=tuple(StoredTree().inclusion(index, newest.tree_size)),
    )
