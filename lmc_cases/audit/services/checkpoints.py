"""Put checkpoints into the hands of the countries: a copy elsewhere is what makes the log provable.

A country fetches them, from the page or through the API, and the answer itself is the receipt: a row per country and
checkpoint. Nothing is mailed (docs/decisions/0020).
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lmc_cases.audit.models import AuditCheckpoint, CheckpointDelivery, Operation
from lmc_cases.audit.services.proving import StoredTree
from lmc_cases.audit.services.recording import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

FORMAT = "lmc-audit-checkpoint/1"
# Older copies of the country that a file proves itself against without being asked.
PROOFS_ADDED = 20


@dataclass(frozen=True)
class Holding:
    """What a country has in its hands.

    Attributes:
        tree_size: of the newest checkpoint it fetched, 0 for none; ``at``: when.
    """

    country: Jurisdiction
    tree_size: int
    at: dt.datetime | None


def holdings() -> list[Holding]:
    """Return what each country that is a member holds, in the order of the codes."""
    newest = dict(
        CheckpointDelivery.objects.values_list("country_id").annotate(size=Max("checkpoint__tree_size"))
    )
    last = dict(CheckpointDelivery.objects.values_list("country_id").annotate(at=Max("delivered_at")))
    members = Jurisdiction.objects.filter(is_lmc_member=True)
    others = Jurisdiction.objects.filter(pk__in=newest)
    return [
        Holding(country=row, tree_size=newest.get(row.pk, 0), at=last.get(row.pk))
        for row in members.union(others).order_by("code")
    ]


def sizes_held(country: Jurisdiction) -> list[int]:
    """Return the sizes of the newest checkpoints a country holds, newest first."""
    return list(
        CheckpointDelivery.objects.filter(country=country)
        .order_by("-checkpoint__tree_size")
        .values_list("checkpoint__tree_size", flat=True)[:PROOFS_ADDED]
    )


def bundle_of(checkpoint: AuditCheckpoint, sizes: list[int]) -> dict[str, Any]:
    """Return a checkpoint as a file: the signed note, and the proof from each older size."""
    tree = StoredTree()
    return {
        "format": FORMAT,
        "checkpoint": checkpoint.note,
        "consistency": [
            {
                "from": size,
                "to": checkpoint.tree_size,
                "proof": [
                    base64.b64encode(part).decode() for part in tree.consistency(size, checkpoint.tree_size)
                ],
            }
            for size in sorted({size for size in sizes if 0 < size <= checkpoint.tree_size})
        ],
    }


@transaction.atomic
def fetch_checkpoint(
    *,
    actor: User,
    tree_size: int | None = None,
    since: int | None = None,
    channel: CheckpointDelivery.Channel = CheckpointDelivery.Channel.PAGE,
) -> tuple[AuditCheckpoint, dict[str, Any]]:
    """Return a checkpoint and its file for the officer's country, and note that the country has it.

    Args:
        tree_size: which one; the newest without.
        since: size of an older checkpoint that the proof must begin with; what the country fetched last without.

    Raises:
        AuditCheckpoint.DoesNotExist: no such checkpoint, or no officer of a country.
        InvalidInput: ``since`` is larger than the checkpoint, or no size.
    """
    rows = AuditCheckpoint.objects.visible_to(actor)
    found = rows.get(tree_size=tree_size) if tree_size is not None else rows.order_by("-tree_size").first()
    if found is None:
        raise AuditCheckpoint.DoesNotExist
    if since is not None and not 0 < since <= found.tree_size:
        raise InvalidInput("from", _("Give the number of events of an older checkpoint."))
    bundle = bundle_of(found, [since] if since is not None else sizes_held(actor.country))
    deliver(actor=actor, checkpoint=found, country=actor.country, channel=channel)
    return found, bundle


@transaction.atomic
def deliver(
    *,
    actor: User | None,
    checkpoint: AuditCheckpoint,
    country: Jurisdiction,
    channel: CheckpointDelivery.Channel,
) -> None:
    """Note that a country has a checkpoint; the first time stands."""
    _row, is_new = CheckpointDelivery.objects.get_or_create(
        checkpoint=checkpoint,
        country=country,
        defaults={"channel": channel, "delivered_to": actor},
    )
    if is_new:
        record(
            actor=actor,
            operation=Operation.EXPORT,
            verb="audit.checkpoint_delivered",
            owner_id=country.pk,
            recipient=country,
            codes={"size": checkpoint.tree_size, "channel": str(channel)},
        )
