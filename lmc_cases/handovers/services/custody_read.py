"""Read the custody records of a request: who held each person, when and where, and in what state of health."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonHand
from lmc_cases.handovers.services.sealed import hand_place
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, keys_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class HandShown:
    """One entry of a custody record as an officer of either side reads it.

    Attributes:
        row: time, place, both holders, whether injuries were seen, who recorded it for which country; its ``subject``
            by key alone.
        injuries, medication, note: the texts in the clear; "" where nothing was written or none can be opened.
        corrected_by: the entry that stands in place of this one; ``None`` where this one stands.
        is_readable: False where no key of a country opens the texts here.
    """

    row: PersonHand
    injuries: str
    medication: str
    note: str
    corrected_by: PersonHand | None = None
    is_readable: bool = True

    @property
    def is_corrected(self) -> bool:
        """Whether another entry stands in its place."""
        return self.corrected_by is not None

    @property
    def is_change_of_hands(self) -> bool:
        """Whether somebody gave or took the person; a note otherwise."""
        return bool(self.row.from_holder or self.row.to_holder)


def hands_of(
    user: User, handover: HandoverRequest, *, subjects: Collection[int] | None = None
) -> dict[int, list[HandShown]]:
    """Return the custody records of a request by primary key of the person, the earliest entry first.

    Persons without an entry are absent. Entries that were corrected stay in their place and say so. The statements
    are as many for a hundred persons as for one.

    Args:
        handover: read through the rule.
        subjects: primary keys of these persons alone; all where not given.
    """
    found = PersonHand.objects.visible_to(user).filter(handover=handover)
    if subjects is not None:
        found = found.filter(subject__in=subjects)
    rows = list(found.select_related("country", "recorded_by", "corrects").order_by("at", "pk"))
    if not rows:
        return {}
    corrections = {row.corrects_id: row for row in rows if row.corrects_id is not None}
    try:
        key = keys_of([handover.uuid]).get(handover.uuid)
    except KeyUnavailable:
        key = None
    records: dict[int, list[HandShown]] = {}
    for row in rows:
        row.handover = handover
        records.setdefault(row.subject_id, []).append(_shown(row, key, corrections.get(row.pk)))
    return records


def count_hands(user: User, handover: HandoverRequest, subject: HandoverSubject) -> int:
    """Return how many entries of a person's custody record stand: those that were corrected do not."""
    rows = PersonHand.objects.visible_to(user).filter(handover=handover, subject=subject)
    return rows.filter(corrected_by=None).count()


def may_read_hands(user: User, handover: HandoverRequest, subject: HandoverSubject) -> bool:
    """Whether the custody record of a person is the officer's to read: of a victim it is the holding side's alone.

    Args:
        handover: read through the rule.
    """
    if subject.outcome != HandoverSubject.Outcome.VICTIM_TRACK:
        return True
    return jurisdictions_granting(user, Action.READ).filter(pk=handover.requested_id).exists()


def _shown(row: PersonHand, key: DataKey | None, corrected_by: PersonHand | None) -> HandShown:
    sealed = {"injuries": row.injuries_sealed, "medication": row.medication_sealed, "note": row.note_sealed}
    texts = dict.fromkeys(sealed, "")
    is_readable = True
    for field, text in sealed.items():
        if not text:
            continue
        try:
            if key is None:
                raise KeyUnavailable(f"no key of request {row.handover.uuid}")
            texts[field] = key.open(text, hand_place(field, row.uuid))
        except KeyUnavailable:
            is_readable = False
    return HandShown(row=row, corrected_by=corrected_by, is_readable=is_readable, **texts)
