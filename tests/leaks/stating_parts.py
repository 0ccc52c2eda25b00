"""What the world's extradition states of its person and undertakes: by the country that asks, read by both."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from lmc_cases.handovers.services.stating import Said, state

if TYPE_CHECKING:
    from tests.leaks.world import World


def state_in(world: World, handover_id: UUID, subject_id: UUID) -> None:
    """One statement of a person, and one undertaking."""
    actor = world.viewers["full"]
    said = Said("STATED", "MARKREQUEST", "en")
    state(actor=actor, handover_id=handover_id, kind="ADDRESSES", said=said, subject_id=subject_id)
    given = Said("STATED", "MARKREQUEST", "en", "MARKREQUEST", timezone.localdate())
    state(actor=actor, handover_id=handover_id, kind="RE_EXTRADITION", said=given)
