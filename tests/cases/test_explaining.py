"""Rule: the page that says why somebody sees a record asks the rules in their order, and never disagrees with the rule."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseOfficer, Level
from lmc_cases.cases.services import casework, explaining, sharing
from lmc_cases.cases.services.explaining import Asked, Subject, explain_case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db

# restricted, classification, level of a share to the country (0: none), level of a share to the agency (0: none).
TABLE = list(
    itertools.product((False, True), ("RESTRICTED", "SECRET"), (0, 1, 3), (0, 2)),
)


def explained(asking: Any, *about: Any) -> Any:
    """Explain as the owner's officer who asks."""
    with acting_as(asking):
        return explain_case(*about)


def seen_level(reader: Any, case: Case) -> int | None:
    found = Case.objects.visible_to(reader).with_level_for(reader).filter(pk=case.pk).first()
    return None if found is None else int(found.level)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("restricted", "classification", "to_country", "to_agency"), TABLE)
def test_truth_table(restricted: bool, classification: str, to_country: int, to_agency: int) -> None:
    """Own and foreign officers, cleared and not, named and not: the explanation says what the rule does."""
    thai = officer("TH")
    case = open_case(thai, classification=classification)
    named = officer("TH")
    readers = {
        "own": officer("TH"),
        "own uncleared": officer("TH", clearance=1),
        "own auditor": officer("TH", "auditor"),
        "named": named,
        "cn": officer("CN", suffix="ONE"),
        "cn other agency": officer("CN", suffix="TWO"),
        "cn uncleared": officer("CN", suffix="ONE", clearance=1),
        "vn": officer("VN"),
    }
    agency = readers["cn"].agency
    assert agency is not None
    if restricted:
        casework.restrict_case(actor=thai, case_id=case.uuid, officer_ids=[named.uuid], reason="named")
        case.refresh_from_db()
    if to_country:
        share(thai, case, "CN", Level(to_country))
    if to_agency:
        share(thai, case, "CN", Level(to_agency), agency_id=agency.uuid)
    for name, reader in readers.items():
        found = explained(thai, Subject.of_officer(reader), case)
        level = seen_level(reader, case)
        assert found.level == level, name
        assert found.sees == (level is not None), name
        assert [step.rule for step in found.steps][:1] == ["ACCOUNT"], name
        assert sum(step.decides for step in found.steps) == int(found.sees or found.steps[-1].closes), name


def test_the_first_rule_that_closes_ends_the_matter() -> None:
    thai = officer("TH")
    case = open_case(thai, classification="SECRET")
    reader = officer("CN", clearance=1)
    share(thai, case, "CN")
    steps = explained(thai, Subject.of_officer(reader), case).steps
    assert [(step.rule, step.closes, step.decides) for step in steps] == [
        ("ACCOUNT", False, False),
        ("CLEARANCE", True, True),
    ]


def test_a_named_officers_time_is_over_by_the_clock() -> None:
    thai, guest = officer("TH"), officer("TH")
    case = open_case(thai)
    casework.restrict_case(actor=thai, case_id=case.uuid, officer_ids=[], reason="named")
    case.refresh_from_db()
    from django.utils import timezone

    now = timezone.now()
    save_as(
        CaseOfficer(case=case, user=guest, named_by=thai, until=now - dt.timedelta(minutes=1)), actor=thai
    )
    assert seen_level(guest, case) is None
    assert not explained(thai, Subject.of_officer(guest), case).sees


def test_an_item_needs_its_own_level() -> None:
    thai, chinese = officer("TH", "liaison_officer", "evidence_custodian"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN", Level.SUMMARY)
    item = add_item(actor=thai, case_id=case.uuid, details=ExhibitDetails(exhibit_number="E1", kind="FILE"))
    found = explained(thai, Subject.of_officer(chinese), case, item)
    assert not found.sees
    assert not EvidenceItem.objects.visible_to(chinese).exists()
    assert [step.rule for step in found.steps][-2:] == ["ITEM", "CONTRIBUTED"]
    assert explained(thai, Subject.of_officer(thai), case, item).level == Level.OWN


def test_a_withdrawn_share_explains_nothing_any_more() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = share(thai, case, "CN")
    (step,) = [step for step in explained(thai, Subject.of_officer(chinese), case).steps if step.decides]
    assert (step.rule, step.share) == ("SHARE", made)
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="over")
    assert not explained(thai, Subject.of_officer(chinese), case).sees


def test_a_recipient_asks_about_itself_alone_and_the_owner_about_everybody() -> None:
    thai, chinese, lao = officer("TH"), officer("CN"), officer("LA")
    case = open_case(thai)
    share(thai, case, "CN")
    say_why(chinese, case)
    for asked in (Asked(country_code="LA"), Asked(officer_id=lao.uuid), Asked(officer_id=thai.uuid)):
        with pytest.raises(InvalidInput):
            explaining.ask_why(actor=chinese, case=case, asked=asked)
    colleague = officer("CN")
    assert explaining.ask_why(actor=chinese, case=case, asked=Asked(officer_id=colleague.uuid)).sees
    assert not explaining.ask_why(actor=thai, case=case, asked=Asked(country_code="LA")).sees
    assert explaining.ask_why(actor=thai, case=case, asked=Asked(country_code="CN")).level == Level.FULL
    # Nobody's name is learnt from the list: abroad only those whose names stand in the ledger.
    assert chinese not in explaining.officers_to_ask(thai, case)
    casework.consult_case(actor=chinese, case=case, level=Level.FULL, part="overview")
    assert chinese in explaining.officers_to_ask(thai, case)
    assert AuditEvent.objects.filter(verb="case.why_viewed").count() == 3
