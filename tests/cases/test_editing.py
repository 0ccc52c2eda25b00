"""The forms of a case: what was typed is kept, refused input names its field, years of both eras are taken."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.forms.fields import read_day
from lmc_cases.cases.models import Case, CaseOfficer, CaseText, TimelineEntry
from lmc_cases.cases.services import casework
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.once import new_token
from lmc_cases.jurisdictions.models import BorderPoint
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def thai() -> User:
    return officer("TH")


def new_case_input(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Invented title",
        "language": "th",
        "summary": "",
        "classification": "RESTRICTED",
        "typology_code": "parcel",
        "place": "",
        "border_point_id": "",
        "occurred_from": "",
        "occurred_to": "",
        "loss_amount": "",
        "loss_currency": "",
        "fraud_victims": "",
        "operation_id": "",
        **changes,
    }


def test_an_officer_opens_a_case_through_the_form(thai: User) -> None:
    client = signed_in(thai)
    assert client.get(reverse("cases:create")).status_code == 200
    point = BorderPoint.objects.filter(country_a__code="TH").first()
    assert point is not None
    response = client.post(
        reverse("cases:create"),
        new_case_input(
            summary="สรุป",
            loss_amount="1,250,000.50",
            loss_currency="THB",
            fraud_victims="1240",
            occurred_from="2568-03-05",
            border_point_id=str(point.uuid),
        ),
    )
    assert response.status_code == 302
    case = Case.objects.visible_to(thai).select_related("detail").get()
    assert response["Location"] == reverse("cases:detail", args=[case.uuid])
    assert case.detail.loss_amount == Decimal("1250000.50")
    assert case.detail.fraud_victims == 1240
    assert case.detail.occurred_from == dt.date(2025, 3, 5)
    assert case.detail.border_point == point
    assert set(CaseText.objects.filter(case=case).values_list("kind", "language")) == {
        ("TITLE", "th"),
        ("SUMMARY", "th"),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"language": "tlh"}, "language"),
        ({"typology_code": "no_such"}, "typology_code"),
        ({"loss_amount": "5"}, "loss_currency"),
        ({"fraud_victims": "-1"}, "fraud_victims"),
        ({"fraud_victims": "many"}, "fraud_victims"),
        ({"fraud_victims": "99999999999"}, "fraud_victims"),
        ({"loss_amount": "-5", "loss_currency": "THB"}, "loss_amount"),
        ({"loss_amount": "many"}, "loss_amount"),
        ({"occurred_from": "yesterday"}, "occurred_from"),
        ({"occurred_from": "2025-03-02", "occurred_to": "2025-03-01"}, "occurred_to"),
        ({"border_point_id": str(uuid.uuid4())}, "border_point_id"),
        ({"operation_id": str(uuid.uuid4())}, "operation_id"),
    ],
)
def test_refused_input_names_its_field_and_keeps_what_was_typed(
    thai: User, changes: dict[str, str], field: str
) -> None:
    typed = new_case_input(summary="Typed with care", **changes)
    response = signed_in(thai).post(reverse("cases:create"), typed)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'href="#id_{field}"' in response.content.decode()
    assert "Typed with care" in response.content.decode()
    assert not Case.objects.exists()


def test_a_form_sent_twice_opens_one_case(thai: User) -> None:
    client, typed = signed_in(thai), new_case_input(once=new_token(thai.pk))
    first, second = (client.post(reverse("cases:create"), typed) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_officers_who_may_not_edit_have_no_such_page(thai: User) -> None:
    case = open_case(thai)
    prosecutor = signed_in(officer("TH", "prosecutor"))
    assert prosecutor.get(reverse("cases:detail", args=[case.uuid])).status_code == 200
    assert prosecutor.get(reverse("cases:create")).status_code == 404
    assert prosecutor.get(reverse("cases:edit", args=[case.uuid])).status_code == 404
    assert prosecutor.post(reverse("cases:note_add", args=[case.uuid]), {"text": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-05", dt.date(2025, 3, 5)),
        ("2568-03-05", dt.date(2025, 3, 5)),
        ("2567-02-29", dt.date(2024, 2, 29)),
        ("๒๕๖๘-๐๓-๐๕", dt.date(2025, 3, 5)),
        ("5 มี.ค. 2568", dt.date(2025, 3, 5)),
        ("05/03/2568", dt.date(2025, 3, 5)),
        ("2568-01-01", dt.date(2025, 1, 1)),
        ("1 มกราคม 2568", dt.date(2025, 1, 1)),
        ("2025", None),
        ("03/2025", None),
        ("2025-02-30", None),
        ("nonsense", None),
    ],
)
def test_days_are_read_in_both_eras_and_only_whole(written: str, day: dt.date | None) -> None:
    assert read_day(written) == day


def edit_input(client: Any, case: Case, **changes: Any) -> dict[str, Any]:
    form = client.get(reverse("cases:edit", args=[case.uuid])).context["form"]
    start = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in {**start, **changes}.items()}


def test_the_edit_form_starts_from_what_stands_and_saves_it(thai: User) -> None:
    colleague = officer("TH")
    case = open_case(thai, place="Before", occurred_from=dt.date(2025, 1, 2))
    client = signed_in(thai)
    typed = edit_input(client, case)
    assert (typed["place"], typed["occurred_from"], typed["version"]) == ("Before", dt.date(2025, 1, 2), 1)
    typed |= {
        "place": "After",
        "status": "SUSPENDED",
        "lead_officer_id": str(colleague.uuid),
        "reason": "Moved",
    }
    response = client.post(reverse("cases:edit", args=[case.uuid]), typed)
    assert response.status_code == 302
    case = Case.objects.select_related("detail").get(pk=case.pk)
    assert (case.status, case.version, case.detail.place) == ("SUSPENDED", 2, "After")
    assert case.detail.lead_officer == colleague
    last = case.history.first()
    assert (last.history_user, last.history_change_reason) == (thai, "Moved")
    assert AuditEvent.objects.filter(verb="case.edited", object_uuid=case.uuid, actor=thai).count() == 1


def test_only_colleagues_can_lead_a_case(thai: User) -> None:
    case = open_case(thai)
    client = signed_in(thai)
    typed = edit_input(client, case, lead_officer_id=str(officer("CN").uuid))
    response = client.post(reverse("cases:edit", args=[case.uuid]), typed)
    assert response.status_code == 422
    assert "lead_officer_id" in response.context["form"].errors


def test_a_closed_case_takes_nothing_until_it_is_opened_again(thai: User) -> None:
    case = open_case(thai)
    client = signed_in(thai)
    url = reverse("cases:edit", args=[case.uuid])
    client.post(url, edit_input(client, case, status="CLOSED"))
    refused = client.post(url, edit_input(client, case, place="Elsewhere"))
    assert refused.status_code == 422
    assert "The case is closed" in words(refused)
    text = client.post(reverse("cases:text", args=[case.uuid, "FACTS", "en"]), {"text": "x"})
    assert text.status_code == 422
    assert client.post(url, edit_input(client, case, status="OPEN")).status_code == 302


def test_a_translation_is_written_beside_its_original(thai: User) -> None:
    case = open_case(thai, "Original title")
    client = signed_in(thai)
    url = reverse("cases:text", args=[case.uuid, "TITLE", "zh-hans"])
    shown = client.get(url)
    assert "Original title" in words(shown)
    assert 'lang="zh-Hans"' in shown.content.decode()
    assert client.post(url, {"text": " 案件标题 ", "translator": "Invented Translator"}).status_code == 302
    made = CaseText.objects.get(case=case, language="zh-hans")
    assert (made.text, made.is_original, made.translator) == ("案件标题", False, "Invented Translator")


@pytest.mark.parametrize("path", ["NONSENSE/en", "TITLE/tlh"])
def test_texts_of_no_kind_or_language_do_not_exist(thai: User, path: str) -> None:
    case = open_case(thai)
    kind, language = path.split("/")
    url = reverse("cases:text", args=[case.uuid, kind, language])
    assert signed_in(thai).get(url).status_code == 404


def test_a_very_long_text_is_kept_whole(thai: User) -> None:
    case = open_case(thai)
    facts = "ข้อเท็จจริง " * 8000
    client = signed_in(thai)
    url = reverse("cases:text", args=[case.uuid, "FACTS", "th"])
    assert client.post(url, {"text": facts}).status_code == 302
    assert CaseText.objects.get(case=case, kind="FACTS").text == facts.strip()
    assert client.get(reverse("cases:detail", args=[case.uuid])).status_code == 200
    refused = client.post(url, {"text": "x" * 200_001, "version": "1"})
    assert refused.status_code == 422
    assert "text" in refused.context["form"].errors


def test_a_timeline_entry_is_read_in_the_officers_zone_and_era(thai: User) -> None:
    case = open_case(thai)
    thai.time_zone = "Asia/Yangon"
    thai.save()
    client = signed_in(thai)
    url = reverse("cases:timeline_add", args=[case.uuid])
    assert "UTC+06:30" in words(client.get(url))
    typed = {"happened_at": "2568-03-05T10:15", "text": "A boat arrived", "language": "en", "place": "Pier"}
    assert client.post(url, typed).status_code == 302
    entry = TimelineEntry.objects.get(case=case)
    assert entry.happened_at == dt.datetime(2025, 3, 5, 3, 45, tzinfo=dt.UTC)


@pytest.mark.parametrize("happened_at", ["", "2025-03-05", "soon", "2999-01-01T10:00", "2025-03-05T25:00"])
def test_a_timeline_entry_needs_a_moment_in_the_past(thai: User, happened_at: str) -> None:
    case = open_case(thai)
    response = signed_in(thai).post(
        reverse("cases:timeline_add", args=[case.uuid]),
        {"happened_at": happened_at, "text": "Typed", "language": "en"},
    )
    assert response.status_code == 422
    assert "happened_at" in response.context["form"].errors
    assert not TimelineEntry.objects.exists()


def test_an_empty_note_is_refused_by_name(thai: User) -> None:
    case = open_case(thai)
    url = reverse("cases:note_add", args=[case.uuid])
    refused = signed_in(thai).post(url, {"text": "\u200e ", "language": "en"})
    assert refused.status_code == 422
    assert "text" in refused.context["form"].errors


def test_a_case_is_restricted_to_chosen_colleagues_and_opened_again(thai: User) -> None:
    named, other = officer("TH"), officer("TH", "supervisor")
    case = open_case(thai)
    client = signed_in(thai)
    url = reverse("cases:restrict", args=[case.uuid])
    assert named.full_name in words(client.get(url))
    assert client.post(url, {"officers": [str(named.uuid)], "reason": ""}).status_code == 422
    assert client.post(url, {"officers": [str(named.uuid)], "reason": "Informant"}).status_code == 302
    detail = reverse("cases:detail", args=[case.uuid])
    assert [signed_in(who).get(detail).status_code for who in (thai, named, other)] == [200, 200, 404]
    lift = reverse("cases:restriction_lift", args=[case.uuid])
    assert client.post(lift, {"reason": "Over"}).status_code == 302
    assert signed_in(other).get(detail).status_code == 200
    assert not CaseOfficer.objects.exists()
    assert client.post(lift, {"reason": "Again"}).status_code == 422


def test_only_colleagues_can_be_named(thai: User) -> None:
    case = open_case(thai)
    foreign = officer("CN")
    response = signed_in(thai).post(
        reverse("cases:restrict", args=[case.uuid]), {"officers": [str(foreign.uuid)], "reason": "x"}
    )
    assert response.status_code == 422
    assert not Case.objects.get(pk=case.pk).is_restricted


def test_a_leaving_officers_cases_go_to_a_colleague_and_the_account_closes(thai: User) -> None:
    taking, administrator = officer("TH"), officer("TH", "country_administrator")
    open_one = open_case(thai)
    restricted = open_case(thai, is_restricted=True)
    url = reverse("cases:hand_on", args=[thai.uuid])
    assert signed_in(taking).get(url).status_code == 404
    assert signed_in(officer("CN", "country_administrator")).get(url).status_code == 404
    client = signed_in(administrator)
    assert "2 cases go to the colleague" in words(client.get(url))
    assert client.post(url, {"colleague": "", "reason": "Retires"}).status_code == 422
    assert User.objects.get(pk=thai.pk).is_active
    typed = {"colleague": str(taking.uuid), "reason": "Retires"}
    client.post(url, typed)
    assert not User.objects.get(pk=thai.pk).is_active
    for case in (open_one, restricted):
        assert (
            Case.objects.visible_to(taking).select_related("detail").get(pk=case.pk).detail.lead_officer
            == taking
        )
    assert not CaseOfficer.objects.filter(user=thai).exists()
    assert AuditEvent.objects.filter(verb="case.handed_on", actor=administrator).count() == 2
    assert AuditEvent.objects.filter(verb="account.closed", actor=administrator).count() == 1


def test_an_officer_without_cases_leaves_without_a_colleague(thai: User) -> None:
    administrator = officer("TH", "country_administrator")
    signed_in(administrator).post(reverse("cases:hand_on", args=[thai.uuid]), {"reason": "Retires"})
    assert not User.objects.get(pk=thai.pk).is_active


def test_timeline_services_refuse_the_future(thai: User) -> None:
    case = open_case(thai)
    with pytest.raises(InvalidInput):
        casework.add_timeline_entry(
            actor=thai,
            case_id=case.uuid,
            happened_at=timezone.now() + dt.timedelta(hours=1),
            text="x",
            language="en",
        )
