"""The other side's requests for assistance in the world's case: a draft, one sent, one printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.assistance.services import asking, printing
from lmc_cases.assistance.services.asking import OWNER, Words

if TYPE_CHECKING:
    from tests.leaks.world import World


def ask_for_assistance(world: World) -> None:
    """Asked by the reader in full, of the country that owns the case."""
    chinese = world.viewers["full"]
    words = Words(language="en", subject="MARKREQUEST", kinds=("DATA",), sought="MARKREQUEST")
    drafts = [
        asking.draft_assistance(actor=chinese, case_id=world.case.uuid, to=OWNER, words=words)
        for _turn in range(2)
    ]
    world.parts["assistance_draft"] = drafts[0]
    world.parts["assistance"] = asking.send_assistance(actor=chinese, assistance_id=drafts[1].uuid)
    world.parts["assistance_print"] = printing.request_document(
        actor=chinese, assistance_id=drafts[1].uuid, language="en"
    )
