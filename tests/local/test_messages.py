"""The check of the message catalogues finds each kind of fault, and an update loses no translation."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from lmc_cases.config.local import messages


def template(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    path = messages.catalogue_path("th")
    path.parent.mkdir(parents=True)
    return path


WELCOME = {"msgid": "Welcome, %(name)s"}
CASES = {"msgid": "%(count)s case", "msgid_plural": "%(count)s cases"}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(**WELCOME, msgstr=""), "not translated"),
        (polib.POEntry(**WELCOME, msgstr="ยินดีต้อนรับ"), "placeholders [] in place of ['%(name)s']"),
        (polib.POEntry(**WELCOME, msgstr="ยินดีต้อนรับ %(nome)s"), "placeholders ['%(nome)s']"),
        (polib.POEntry(**WELCOME, msgstr="ยินดีต้อนรับ %(name)s", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(**WELCOME, msgstr="ยินดีต้อนรับ %(name)s\n"), "another line break"),
    ],
)
def test_a_faulty_translation_is_named(locale: Path, entry: polib.POEntry, fault: str) -> None:
    template(entry).save(str(locale))
    problems = list(messages.check("th", template(polib.POEntry(**WELCOME))))
    assert len(problems) == 1
    assert fault in problems[0]


def test_a_plural_needs_its_one_form_with_the_number(locale: Path) -> None:
    wanted = template(polib.POEntry(**CASES))
    template(polib.POEntry(**CASES, msgstr_plural={0: ""})).save(str(locale))
    assert ["not translated" in problem for problem in messages.check("th", wanted)] == [True]
    template(polib.POEntry(**CASES, msgstr_plural={0: "%(count)s คดี"})).save(str(locale))
    assert list(messages.check("th", wanted)) == []


def test_a_message_missing_or_left_over_is_named_and_an_update_mends_both(locale: Path) -> None:
    template(
        polib.POEntry(msgid="Old", msgstr="เก่า"),
        polib.POEntry(**WELCOME, msgstr="ยินดีต้อนรับ %(name)s"),
    ).save(str(locale))
    wanted = template(polib.POEntry(msgid="New"), polib.POEntry(**WELCOME))
    problems = list(messages.check("th", wanted))
    assert [problem.split(":")[1].strip().split(",")[0] for problem in problems] == [
        "missing",
        "no longer in the code",
    ]

    assert messages.update("th", wanted) == 1
    assert [problem.split(": ")[1] for problem in messages.check("th", wanted)] == ["not translated"]
    assert polib.pofile(str(locale)).find(WELCOME["msgid"]).msgstr == "ยินดีต้อนรับ %(name)s"


def test_the_same_text_in_two_contexts_is_two_messages(locale: Path) -> None:
    month, verb = polib.POEntry(msgid="May", msgctxt="month"), polib.POEntry(msgid="May", msgctxt="verb")
    template(polib.POEntry(msgid="May", msgctxt="month", msgstr="พฤษภาคม")).save(str(locale))
    assert [problem.split(":")[1].strip() for problem in messages.check("th", template(month, verb))] == [
        "missing, run `make messages`"
    ]


def test_extraction_reads_code_and_templates_and_leaves_line_numbers_out() -> None:
    found = messages.extract()
    assert len(found) > 100
    assert [messages.key_of(entry) for entry in found] == sorted(messages.key_of(entry) for entry in found)
    assert all(not entry.occurrences for entry in found)
