"""The demo's dossier on a prosecutor's desk: China keeps one here, with a row of its own that says it is invented."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lmc_cases.config.demo.world import officer
from lmc_cases.core.errors import Conflict
from lmc_cases.desk.services.commenting import add_comment
from lmc_cases.desk.services.reviewing import take_review
from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction
from lmc_cases.jurisdictions.services import key_of

if TYPE_CHECKING:
    from lmc_cases.dossiers.models import Dossier

COMMENT_ZH = "请核对第三部分的罪名（虚构）。"


def keep_desk() -> None:
    """Enter what the demo's China demands before it signs; a second run changes nothing."""
    country = Jurisdiction.objects.get(code="CN")
    DeskRule.objects.update_or_create(
        natural_key=key_of("desk", country.code),
        defaults={
            "jurisdiction": country,
            "approves": DeskRule.Answer.YES,
            "second_for_death": DeskRule.Answer.YES,
            "second_for_minor": DeskRule.Answer.YES,
            "source": "Demonstration, not a rule of any country",
            "confidence": "invented",
        },
    )


def lay_on_desk(say: Callable[[str], None], dossiers: Sequence[Dossier]) -> None:
    """Let the prosecutor take the dossier for review and remark on it; a second run changes nothing."""
    prosecutor, dossier = officer("prosecutor.cn"), dossiers[0]
    keep_desk()
    try:
        take_review(actor=prosecutor, dossier_id=dossier.uuid)
    except Conflict:
        # Whoever tried the demo went on with it: returned it, or made the next version.
        return
    add_comment(
        actor=prosecutor,
        dossier_id=dossier.uuid,
        part="law",
        page=(dossier.part_pages or {}).get("law"),
        text=COMMENT_ZH,
        language="zh-hans",
        new_id=uuid.uuid5(dossier.uuid, "demo comment"),
    )
    say(f"{prosecutor.full_name} (CN) took the dossier for review and wrote a comment")
