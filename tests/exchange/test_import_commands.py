"""The two commands import through the same services as the pages, as a named officer, and say what happened."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case
from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_PEOPLE, DEMO_PEOPLE_WITH_ERRORS
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.suspects.models import Suspect
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_bundle_opens_a_case_of_its_own_in_the_officers_name() -> None:
    thai = officer("TH")
    out, err = run("import_case_bundle", DEMO_BUNDLE, "--agency", "TH-UNIT", "--actor", thai.email)
    case = Case.objects.visible_to(thai).get()
    assert f"case={case.reference}" in out
    assert "persons=4 exhibits=14" in out
    assert EvidenceItem.objects.visible_to(thai).filter(case=case).count() == 14
    assert AuditEvent.objects.get(verb="import.done").actor == thai
    assert "not understood" in err or "unread_total=0" in out


def test_a_list_goes_into_a_named_case_and_a_second_time_doubles_nobody() -> None:
    thai = officer("TH")
    case = open_case(thai)
    who = ("--agency", "TH-UNIT", "--actor", thai.email, "--case", case.reference)
    out, _err = run("import_suspects", DEMO_PEOPLE, *who)
    assert "persons=40 rows_with_errors=0 alike=0" in out
    out, err = run("import_suspects", DEMO_PEOPLE, *who)
    assert "persons=0 rows_with_errors=0 alike=40" in out
    assert "row 2: left out: Looks like person no. 1 of the case." in err
    assert Suspect.objects.filter(case=case).count() == 40


def test_rows_with_errors_are_named_with_the_remedy() -> None:
    thai = officer("TH")
    _out, err = run("import_suspects", DEMO_PEOPLE_WITH_ERRORS, "--agency", "TH-UNIT", "--actor", thai.email)
    assert "row 4: Date of birth: '31/02/2533': This date does not exist." in err


def test_columns_can_be_named_where_the_header_says_nothing(tmp_path: Path) -> None:
    thai = officer("TH")
    sheet = tmp_path / "list.csv"
    sheet.write_text("A,B\nx,Somchai Demo\n", encoding="utf-8")
    who = ("--agency", "TH-UNIT", "--actor", thai.email)
    with pytest.raises(CommandError, match="column that holds the names") as refused:
        run("import_suspects", sheet, *who)
    assert refused.value.returncode == 1
    run("import_suspects", sheet, *who, "--column", "2=name_original")
    assert Suspect.objects.get().name_original == "Somchai Demo"


def test_who_and_what_is_wrong_is_said_and_nothing_is_changed(tmp_path: Path) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    broken = tmp_path / "broken.jsonld"
    broken.write_bytes(DEMO_BUNDLE.read_bytes()[:500])
    wrong: list[tuple[list[object], str]] = [
        ([tmp_path / "none", "--agency", "TH-UNIT", "--actor", thai.email], "no file"),
        ([DEMO_BUNDLE, "--agency", "CN-UNIT", "--actor", thai.email], "no active officer"),
        ([DEMO_BUNDLE, "--agency", "TH-UNIT", "--actor", "nobody@th.invalid"], "no active officer"),
        (
            [DEMO_BUNDLE, "--agency", "CN-UNIT", "--actor", chinese.email, "--case", case.reference],
            "has no case",
        ),
        (
            [DEMO_BUNDLE, "--agency", "CN-UNIT", "--actor", chinese.email, "--case", "TH-2026-999999"],
            "has no case",
        ),
        ([broken, "--agency", "TH-UNIT", "--actor", thai.email], "line"),
    ]
    for arguments, words in wrong:
        with pytest.raises(CommandError, match=words):
            run("import_case_bundle", *arguments)
    assert not Suspect.objects.exists()
    assert Case.objects.count() == 1
