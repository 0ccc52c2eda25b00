"""In whose hands the world's person was: recorded by the country that holds the person, read by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from lmc_cases.handovers.services.custody import HandEntry, record_hand

if TYPE_CHECKING:
    from tests.leaks.world import World


def take_into_custody(world: World) -> None:
    """One entry with every text."""
    world.parts["hand"] = record_hand(
        actor=world.viewers["own"],
        handover_id=world.parts["handover"].uuid,
        subject_id=world.parts["subject"].uuid,
        entry=HandEntry(
            at=timezone.now(),
            place="MARKREQUEST",
            to_holder="MARKREQUEST",
            injuries="SEEN",
            injuries_text="MARKREQUEST",
            medication="MARKREQUEST",
            note="MARKREQUEST",
        ),
    )
