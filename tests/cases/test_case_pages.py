"""The overview of a case shows each viewer what the viewer's level shows, in the viewer's language."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import casework
from tests.cases.browsing import signed_in, status_and_cost, words
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]

TITLE, SUMMARY, FACTS = "Title in English", "Summary in English", "Facts in English"
PLACE, EVENT, NOTE = "Invented pier", "A boat arrived", "Ask the harbour master"


@pytest.fixture
def thai() -> User:
    return officer("TH")


@pytest.fixture
def case(thai: User) -> Case:
    made = open_case(
        thai,
        TITLE,
        summary=SUMMARY,
        place=PLACE,
        loss_amount=Decimal("1234567.50"),
        loss_currency="THB",
        fraud_victims=98765,
        typology_code="romance_investment",
    )
    casework.write_text(actor=thai, case_id=made.uuid, kind="FACTS", language="en", text=FACTS)
    casework.add_timeline_entry(
        actor=thai, case_id=made.uuid, happened_at=timezone.now(), text=EVENT, language="en"
    )
    casework.add_note(actor=thai, case_id=made.uuid, text=NOTE, language="en")
    return made


def page(user: User, case: Case, query: str = "") -> str:
    response = signed_in(user).get(reverse("cases:detail", args=[case.uuid]) + query)
    assert response.status_code == 200
    return words(response)


def test_the_own_country_sees_everything_and_one_main_action(thai: User, case: Case) -> None:
    shown = page(thai, case)
    for text in (
        TITLE,
        SUMMARY,
        FACTS,
        PLACE,
        EVENT,
        NOTE,
        thai.full_name,
        "1,234,567.50 THB",
        "98,765",
        case.reference,
    ):
        assert text in shown
    response = signed_in(thai).get(reverse("cases:detail", args=[case.uuid]))
    assert response.content.decode().count("btn-primary") == 1
    assert reverse("cases:edit", args=[case.uuid]) in response.content.decode()


@pytest.mark.parametrize(
    ("level", "shown", "hidden"),
    [
        (
            Level.EXISTENCE,
            [],
            [TITLE, SUMMARY, FACTS, PLACE, EVENT, NOTE, "1,234,567.50", "98,765", "Opened"],
        ),
        (Level.SUMMARY, [TITLE, SUMMARY, PLACE, "1,234,567.50 THB", "98,765"], [FACTS, EVENT, NOTE]),
        (Level.FULL, [TITLE, SUMMARY, FACTS, PLACE, EVENT], [NOTE]),
    ],
)
def test_a_recipient_sees_what_the_level_of_the_share_shows(
    thai: User, case: Case, level: Level, shown: list[str], hidden: list[str]
) -> None:
    share(thai, case, "CN", level)
    text = page(officer("CN"), case)
    for wanted in [*shown, case.reference, "Thailand", "Open"]:
        assert wanted in text
    for secret in hidden:
        assert secret not in text
    # The lead officer's name is a contact: from the summary on, never before.
    assert (thai.full_name in text) is (level >= Level.SUMMARY)
    assert ("ask the liaison officers" in text) is (level == Level.EXISTENCE)


def test_a_recipient_gets_no_button_and_no_page_that_writes(thai: User, case: Case) -> None:
    share(thai, case, "CN")
    client = signed_in(officer("CN"))
    body = client.get(reverse("cases:detail", args=[case.uuid])).content.decode()
    for name, *more in (
        ("edit",),
        ("timeline_add",),
        ("note_add",),
        ("restrict",),
        ("restriction_lift",),
        ("share",),
        ("history",),
        ("text", "FACTS", "zh-hans"),
    ):
        path = reverse(f"cases:{name}", args=[case.uuid, *more])
        assert path not in body
        assert client.get(path).status_code == 404
        if name != "history":
            assert client.post(path, {}).status_code == 404


@pytest.mark.parametrize(
    "name", ["detail", "sharing", "history", "edit", "timeline_add", "note_add", "restrict", "share"]
)
def test_foreign_and_missing_cases_answer_alike_at_the_same_cost(thai: User, case: Case, name: str) -> None:
    client = signed_in(officer("VN"))
    client.get(reverse("home"))
    foreign = status_and_cost(client, reverse(f"cases:{name}", args=[case.uuid]))
    missing = status_and_cost(client, reverse(f"cases:{name}", args=[uuid.uuid4()]))
    assert foreign[0] == missing[0] == 404
    assert len(foreign[1]) == len(missing[1])
    assert foreign[1] == missing[1]


def test_texts_come_in_the_readers_language_else_as_the_marked_original(thai: User, case: Case) -> None:
    casework.write_text(actor=thai, case_id=case.uuid, kind="SUMMARY", language="th", text="สรุปเป็นภาษาไทย")
    thai.language = "th"
    thai.save()
    shown = page(thai, case)
    assert "สรุปเป็นภาษาไทย" in shown
    assert SUMMARY not in shown
    assert FACTS in shown  # not translated: the original, marked
    response = signed_in(thai).get(reverse("cases:detail", args=[case.uuid]))
    assert 'lang="en"' in response.content.decode()
    assert "?language=en#texts" in response.content.decode()
    assert SUMMARY in page(thai, case, "?language=en")
    assert page(thai, case, "?language=<script>")


def test_a_translation_older_than_its_original_says_so(thai: User, case: Case) -> None:
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="vi", text="Sự việc")
    assert "changed after this translation" not in page(thai, case, "?language=vi")
    casework.write_text(
        actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="New facts", version=1
    )
    assert "changed after this translation" in page(thai, case, "?language=vi")


def test_every_look_is_recorded_with_its_level_for_the_owner(thai: User, case: Case) -> None:
    share(thai, case, "CN", Level.SUMMARY)
    chinese = officer("CN")
    page(chinese, case)
    signed_in(chinese).get(reverse("cases:sharing", args=[case.uuid]))
    seen = AuditEvent.objects.visible_to(officer("TH", "auditor")).filter(verb="case.viewed", actor=chinese)
    assert [event.codes for event in seen.order_by("pk")] == [
        {"level": 2, "part": "overview"},
        {"level": 2, "part": "sharing"},
    ]
    assert {event.case_uuid for event in seen} == {case.uuid}


def test_what_officers_write_is_shown_as_text_never_as_markup(thai: User) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="x">'
    case = open_case(thai, f"T {attack}", summary=f"S {attack}", place=f"P {attack}")
    casework.add_note(actor=thai, case_id=case.uuid, text=attack, language="en")
    body = signed_in(thai).get(reverse("cases:detail", args=[case.uuid])).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert body.count("&lt;script&gt;alert(1)") >= 4


def test_a_restricted_case_does_not_exist_for_colleagues_who_are_not_named(thai: User) -> None:
    case = open_case(thai, is_restricted=True)
    assert signed_in(thai).get(reverse("cases:detail", args=[case.uuid])).status_code == 200
    assert (
        signed_in(officer("TH", "supervisor")).get(reverse("cases:detail", args=[case.uuid])).status_code
        == 404
    )


def test_an_operation_is_named_only_to_the_countries_in_it(thai: User, case: Case) -> None:
    from lmc_cases.cases.services import operations

    made = operations.create_operation(
        actor=thai, name="Invented campaign", name_language="en", started_on=None
    )
    operations.put_case(actor=thai, operation_id=made.uuid, reference=case.reference)
    share(thai, case, "CN")
    assert "Invented campaign" in page(thai, case)
    assert "Invented campaign" not in page(officer("CN"), case)
