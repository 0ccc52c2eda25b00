"""No table that leaves here makes a spreadsheet program do anything, and only one module writes tables."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pytest

from lmc_cases.core.spreadsheet_text import as_csv, harmless

ROOT = Path(__file__).resolve().parents[2] / "lmc_cases"
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "﹢", "﹦", "﹫", "−", "﹣"]
BEFORE = ["", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\u202e", "\t", "\r\n "]


@pytest.mark.parametrize("sign", SIGNS, ids=[f"U+{ord(sign):04X}" for sign in SIGNS])
def test_a_sign_of_a_formula_is_disarmed_whatever_stands_before_it(sign: str) -> None:
    for before in BEFORE:
        text = f"{before}{sign}cmd|' /C calc'!A0"
        assert harmless(text) == f"'{text}", (before, sign)


@pytest.mark.parametrize("text", ["", "王伟 = 1", "a@b", "2026-01-05", "สมชาย", "'=1", "1-2", "#N/A", "   "])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_rows_come_back_as_they_were_with_every_cell_quoted() -> None:
    rows = [["Name", "Value"], ['say "no"', "two\nlines"], ["ก,ข", None], ["=1+1", 7], [-5, "＝1"]]
    text = as_csv(rows)
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == len(rows)
    back = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert back == [
        ["Name", "Value"],
        ['say "no"', "two\nlines"],
        ["ก,ข", ""],
        ["'=1+1", "7"],
        ["'-5", "'＝1"],
    ]


def test_only_one_module_writes_tables_for_spreadsheet_programs() -> None:
    """Rule: a writer elsewhere would forget the apostrophe. The demo's own list of persons is made of constants."""
    allowed = {"core/spreadsheet_text.py", "config/demo_data/people.py", "config/demo_data/build.py"}
    writers = {"writer", "DictWriter", "Workbook", "create_sheet", "to_csv", "to_excel"}
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in writers:
                    found.add(str(path.relative_to(ROOT)))
    assert "core/spreadsheet_text.py" in found
    assert found <= allowed
