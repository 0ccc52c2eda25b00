"""A reader asks the originator for a translation; it is that country's work until another officer checked one."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from lmc_cases.accounts.services.desks import tell_officer_by_id
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseText, Level, TranslationRequest
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.casework import (
    AlreadyTranslated,
    ask_translation,
    check_translation,
    write_text,
)
from lmc_cases.cases.services.waiting import waiting_shares
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second_factor_given(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


@pytest.fixture
def shared() -> tuple[Any, Case, Any]:
    """Return an officer, a case with facts in Thai shared in full with China, and a prosecutor there."""
    writer = officer("TH")
    case = open_case(writer, title="Invented case")
    write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="th", text="ข้อเท็จจริง")
    share(writer, case, "CN", Level.FULL)
    return writer, case, officer("CN", "prosecutor")


def facts(reader: Any, case: Case, language: str = "th") -> CaseText:
    with acting_as(reader):
        return CaseText.objects.visible_to(reader).get(case=case, kind="FACTS", language=language)


def ask(reader: Any, text: CaseText, **changes: Any) -> TranslationRequest:
    given = {"language": "zh-hans", "why": "For the court", **changes}
    return ask_translation(actor=reader, text_id=text.uuid, **given)


def seen(reader: Any) -> list[TranslationRequest]:
    with acting_as(reader):
        return list(TranslationRequest.objects.visible_to(reader))


def work(reader: Any) -> list[TranslationRequest]:
    with acting_as(reader):
        return waiting_shares(actor=reader, size=5).translations


def test_it_is_work_of_the_originating_side_until_a_checked_translation_answers_it(
    shared: tuple[Any, Case, Any],
) -> None:
    writer, case, prosecutor = shared
    asked = ask(prosecutor, facts(prosecutor, case))
    assert ask(prosecutor, facts(prosecutor, case), why="Again").pk == asked.pk
    assert work(writer) == [asked]
    assert work(prosecutor) == []
    home = signed_in(writer).get("/")
    assert "Translate into Simplified Chinese for China" in words(home)
    page = signed_in(writer).get(reverse("cases:text", args=[case.uuid, "FACTS", "zh-hans"]))
    assert "China asks for this translation." in words(page)
    assert "For the court" in words(page)
    drafted = write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="zh-hans", text="事实")
    assert work(writer) == [asked], "a draft does not answer it"
    other = officer("TH", suffix="OTHER")
    check_translation(
        actor=other,
        case_id=case.uuid,
        kind="FACTS",
        language="zh-hans",
        status="CHECKED",
        version=drafted.version,
    )
    assert work(writer) == []
    (done,) = seen(prosecutor)
    assert done.done_at is not None
    told = signed_in(prosecutor).get("/")
    assert "A translation you asked for is there, checked." in words(told)
    assert reverse("cases:detail", args=[case.uuid]) in told.content.decode()
    with pytest.raises(AlreadyTranslated):
        ask(prosecutor, facts(prosecutor, case))
    write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="th", text="ใหม่", version=1)
    assert ask(prosecutor, facts(prosecutor, case)).pk != asked.pk, "the words changed: it is asked anew"


def test_third_countries_never_see_it_and_foreign_is_missing(shared: tuple[Any, Case, Any]) -> None:
    writer, case, prosecutor = shared
    share(writer, case, "LA", Level.FULL, second=officer("TH", "supervisor"))
    third, stranger = officer("LA"), officer("VN")
    ask(prosecutor, facts(prosecutor, case))
    assert len(seen(prosecutor)) == len(seen(writer)) == 1
    assert seen(third) == seen(stranger) == []
    assert ask(third, facts(third, case)).country.code == "LA"
    assert len(seen(third)) == 1
    with pytest.raises(CaseText.DoesNotExist):
        ask(stranger, facts(writer, case))


def test_a_reader_who_lost_the_case_sees_the_question_no_more(shared: tuple[Any, Case, Any]) -> None:
    writer, case, prosecutor = shared
    asked = ask(prosecutor, facts(prosecutor, case))
    with acting_as(writer):
        held = case.shares.get()
    sharing.revoke_share(actor=writer, share_id=held.uuid, reason="over")
    assert seen(prosecutor) == []
    assert seen(writer) == [asked]
    tell_officer_by_id(prosecutor.pk, code="translation.checked", object_uuid=asked.uuid)
    with acting_as(prosecutor):
        assert waiting_shares(actor=prosecutor, size=5).notices == [], (
            "nothing tells of a case that is closed"
        )


def test_an_officer_of_the_own_country_may_ask_too(shared: tuple[Any, Case, Any]) -> None:
    writer, case, _prosecutor = shared
    own = officer("TH", "prosecutor")
    asked = ask(own, facts(own, case), language="en")
    assert work(writer) == [asked]


def test_what_is_typed_wrongly_is_said_by_field(shared: tuple[Any, Case, Any]) -> None:
    _writer, case, prosecutor = shared
    text = facts(prosecutor, case)
    for field, wrong in (("why", "  "), ("why", "x" * 3000), ("language", "xx"), ("language", "th")):
        with pytest.raises(InvalidInput) as refused:
            ask(prosecutor, text, **{field: wrong})
        assert refused.value.field == field


def test_asking_is_recorded_without_the_words(shared: tuple[Any, Case, Any]) -> None:
    _writer, case, prosecutor = shared
    asked = ask(prosecutor, facts(prosecutor, case))
    event = AuditEvent.objects.get(verb="translation.asked")
    assert (event.actor, event.object_uuid, event.case_uuid) == (prosecutor, asked.uuid, case.uuid)
    assert event.codes == {"kind": "FACTS", "language": "zh-hans", "version": 1}
