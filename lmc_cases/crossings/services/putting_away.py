"""What was marked at the border, refused, and put away by its officer: kept in the record of the officer's side."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.text import clean_text
from lmc_cases.crossings.models import BorderPack, HeadCount, Mark
from lmc_cases.crossings.services.rows import locked

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

VERB: Final = "crossing.mark_put_away"
TEXT_LENGTH: Final = 4000


@dataclass(frozen=True)
class PutAway:
    """An entry that no longer asks to be taken.

    Attributes:
        uuid: of the mark or count that was refused.
        at: aware, by the phone's clock.
        corrected_by: the mark that takes its place; ``None`` where it was given up.
        content: what the phone sealed; empty where it does not open.
    """

    uuid: UUID
    at: dt.datetime
    corrected_by: UUID | None = None
    content: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def put_away(*, actor: User, crossing_id: UUID, pack_id: UUID, entry: PutAway) -> None:
    """Record what was put away: ids and codes in the event, the officer's words apart from it. Said twice, it is one.

    The other side reads nothing of it: the event belongs to the officer's own copy.

    Raises:
        Crossing.DoesNotExist, BorderPack.DoesNotExist: foreign and missing alike.
    """
    crossing = locked(actor, crossing_id)
    pack = BorderPack.objects.visible_to(actor).filter(officer=actor, crossing=crossing).get(uuid=pack_id)
    was_kept = any(
        model.objects.visible_to(actor).filter(uuid=entry.uuid).exists() for model in (Mark, HeadCount)
    )
    told = AuditEvent.objects.filter(
        actor_id=actor.pk, verb=VERB, object_uuid=pack.uuid, codes__entry=str(entry.uuid)
    )
    if was_kept or told.exists():
        return
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb=VERB,
        target=pack,
        reason=clean_text(str(entry.content.get("reason", "")), multiline=True)[:TEXT_LENGTH],
        codes={
            "entry": str(entry.uuid),
            "crossing": str(crossing.uuid),
            "put_away_at": entry.at.isoformat(),
            "corrected_by": str(entry.corrected_by or ""),
            **_codes(entry.content),
        },
    )


def _codes(content: dict[str, Any]) -> dict[str, Any]:
    """Return what the entry said, as far as it is ids, numbers and codes: it was never checked."""
    found: dict[str, Any] = {"is_readable": bool(content)}
    if content.get("outcome") in Mark.Outcome.values:
        found["outcome"] = content["outcome"]
    if isinstance(content.get("persons"), int):
        found["persons"] = content["persons"]
    for name, read in (("seat", UUID), ("marked_at", parse_datetime), ("counted_at", parse_datetime)):
        try:
            value = read(str(content.get(name, "")))
        except ValueError:
            continue
        if value is not None:
            found[name] = value.isoformat() if isinstance(value, dt.datetime) else str(value)
    found["had_photo"] = bool(content.get("photo"))
    return found
