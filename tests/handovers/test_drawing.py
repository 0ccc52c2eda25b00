"""Rule: the picture of the procedures is drawn from the code, and is never older than it."""

from __future__ import annotations

import re
from pathlib import Path

from lmc_cases.handovers.drawing import page
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.states import ACTS

PAGE = Path(__file__).parents[2] / "docs" / "handovers.md"


def test_the_page_is_what_the_code_draws() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python manage.py draw_procedures"


def test_every_procedure_and_every_act_is_drawn() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^## ([A-Z_]+)$", text, re.MULTILINE) == list(Procedure)
    drawn = set(re.findall(r"-->\s\w+: (\w+) \(", text)) | set(
        re.findall(r"^- `(\w+)` \(", text, re.MULTILINE)
    )
    assert drawn == set(ACTS)
