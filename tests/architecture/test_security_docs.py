"""docs/security.md speaks of every demand it claims to, honestly marked, and every test it names exists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
# OWASP ASVS 5.0.0: the level of each requirement, in the order of its number within the section.
LEVELS = """
1.1 22|1.2 1111122223|1.3 112222222223|1.4 222|1.5 123
2.1 122|2.2 112|2.3 12223|2.4 23
3.1 3|3.2 113|3.3 12223|3.4 11222233|3.5 11122333|3.6 3|3.7 22333
4.1 12233|4.2 23333|4.3 22|4.4 1222
5.1 2|5.2 112333|5.3 113|5.4 222
6.1 122|6.2 111111112222|6.3 11223333|6.4 112233|6.5 22222333|6.6 2223|6.7 33|6.8 2222
7.1 222|7.2 1111|7.3 22|7.4 11222|7.5 223|7.6 22
8.1 1233|8.2 1123|8.3 133|8.4 23
9.1 111|9.2 1222
10.1 22|10.2 223|10.3 22223|10.4 1111122222233333|10.5 22222|10.6 22|10.7 222
11.1 2233|11.2 22233|11.3 11233|11.4 1222|11.5 23|11.6 23|11.7 33
12.1 12233|12.2 11|12.3 22223
13.1 2333|13.2 222223|13.3 2233|13.4 1222233
14.1 22|14.2 12223333|14.3 122
15.1 12233|15.2 12233|15.3 1222222|15.4 3333
16.1 2|16.2 22222|16.3 2222|16.4 222|16.5 2223
17.1 23|17.2 22223333|17.3 22
"""
IN_FULL = ("8.", "16.")
MARKS = ("met", "partly", "not met", "n/a")


@dataclass(frozen=True)
class Row:
    numbers: tuple[str, ...]
    level: int
    how: str
    mark: str
    shown_by: str


def demands() -> dict[str, int]:
    """Every requirement of the standard -> its level."""
    found = {}
    for entry in LEVELS.replace("\n", "|").split("|"):
        if entry:
            section, levels = entry.split()
            found |= {f"{section}.{place}": int(level) for place, level in enumerate(levels, 1)}
    return found


def rows() -> list[Row]:
    found = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"\d+\.\d+\.\d+(-\d+\.\d+\.\d+)?", cells[0]):
            assert len(cells) == 6, line
            number, level, _demand, how, mark, shown_by = cells
            found.append(Row(tuple(spread(number)), int(level), how, mark, shown_by))
    return found


def spread(number: str) -> list[str]:
    first, _, last = number.partition("-")
    if not last:
        return [first]
    section, start = first.rsplit(".", 1)
    return [f"{section}.{place}" for place in range(int(start), int(last.rsplit(".", 1)[1]) + 1)]


def test_the_list_of_demands_is_the_standards() -> None:
    """345 requirements: 70 of level 1, 183 of level 2, 92 of level 3."""
    levels = list(demands().values())
    assert (len(levels), levels.count(1), levels.count(2), levels.count(3)) == (345, 70, 183, 92)


def test_every_demand_of_level_two_has_its_row_and_of_level_three_for_access_and_logging() -> None:
    told = [number for row in rows() for number in row.numbers]
    assert len(told) == len(set(told)), sorted(number for number in set(told) if told.count(number) > 1)
    wanted = {number for number, level in demands().items() if level <= 2 or number.startswith(IN_FULL)}
    assert sorted(wanted - set(told)) == []
    assert sorted(set(told) - set(demands())) == []


def test_each_row_names_the_right_level_and_a_mark_of_the_list() -> None:
    known = demands()
    for row in rows():
        assert {known[number] for number in row.numbers} == {row.level}, row
        assert row.mark.startswith(MARKS), row
        assert row.how, row
        # What is only partly met says what is missing, there or in the row.
        assert row.mark != "partly" or len(row.how) > 60, row


def named() -> set[str]:
    """Tests and pages named in the last column."""
    found = set()
    for row in rows():
        found |= set(re.findall(r"`([^`]+)`", row.shown_by))
        found |= {word for word in row.shown_by.split() if word.startswith(("docs/", "docker/"))}
    return found


def exists(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path if path.startswith(("docs/", "docker/")) else ROOT / "tests" / path
    if not file.is_file():
        return False
    return (
        not test
        or re.search(rf"^(?:async )?def {re.escape(test)}\(", file.read_text(), re.MULTILINE) is not None
    )


def test_every_test_and_page_named_exists() -> None:
    assert sorted(name for name in named() if not exists(name)) == []


def test_what_is_met_names_what_shows_it() -> None:
    silent = [row.numbers for row in rows() if row.mark == "met" and not row.shown_by]
    assert silent == []


def test_files_named_in_the_tables_have_tests_in_them() -> None:
    for name in named():
        if exists(name) and name.endswith(".py"):
            text = (ROOT / "tests" / name).read_text(encoding="utf-8")
            assert re.search(r"^def test_", text, re.MULTILINE), name
