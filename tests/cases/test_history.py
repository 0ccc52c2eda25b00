"""The history of a case: who changed what, when and why; for the own country only."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import casework, sharing
from lmc_cases.cases.services.history import changes_of
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def edited(actor: User, case: Case, **changes: object) -> Case:
    return casework.edit_case(
        **{
            "actor": actor,
            "case_id": case.uuid,
            "version": Case.objects.get(pk=case.pk).version,
            "status": "OPEN",
            "typology_code": "",
            "classification": "RESTRICTED",
            "loss_amount": None,
            "loss_currency": "",
            "fraud_victims": None,
            "place": "",
            "occurred_from": None,
            "occurred_to": None,
            **changes,
        }
    )


def test_each_change_says_what_from_what_to_what_by_whom_and_why() -> None:
    thai = officer("TH")
    case = open_case(thai, "First title", place="Old pier")
    edited(thai, case, place="New pier", fraud_victims=31, status="SUSPENDED", reason="Moved by the tide")
    casework.write_text(
        actor=thai, case_id=case.uuid, kind="TITLE", language="en", text="Second title", version=1
    )
    made = share(thai, case, "CN", Level.SUMMARY)
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    casework.add_timeline_entry(
        actor=thai, case_id=case.uuid, happened_at=timezone.now(), text="Boat", language="en"
    )
    response = signed_in(thai).get(reverse("cases:history", args=[case.uuid]))
    shown = words(response)
    for text in (
        "Old pier",
        "New pier",
        "Suspended",
        "Number of fraud victims",
        "Moved by the tide",
        "First title",
        "Second title",
        "Share with China",
        "Over",
        "Boat",
        thai.full_name,
    ):
        assert text in shown
    changes, has_more = changes_of(actor=thai, case=case)
    assert not has_more
    assert [change.at for change in changes] == sorted((change.at for change in changes), reverse=True)
    place = next(field for change in changes for field in change.fields if field.before == "Old pier")
    assert place.after == "New pier"


def test_states_in_which_nothing_shown_changed_are_left_out() -> None:
    thai = officer("TH")
    case = open_case(thai)
    before = len(changes_of(actor=thai, case=case)[0])
    casework.add_timeline_entry(
        actor=thai, case_id=case.uuid, happened_at=timezone.now(), text="Boat", language="en"
    )
    after = changes_of(actor=thai, case=case)[0]
    assert len(after) == before + 1
    assert after[0].what == "Timeline"


def test_a_recipient_has_no_history_page_and_no_history_rows_below_its_level() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="Secret facts")
    share(thai, case, "CN", Level.FULL)
    client = signed_in(chinese)
    assert client.get(reverse("cases:history", args=[case.uuid])).status_code == 404
    assert "Change history" not in words(client.get(reverse("cases:detail", args=[case.uuid])))
    share(thai, case, "LA", Level.SUMMARY)
    laotian = officer("LA")
    texts = [field.after for change in changes_of(actor=laotian, case=case)[0] for field in change.fields]
    assert "Secret facts" not in texts
    assert not changes_of(actor=officer("VN"), case=case)[0]


def test_a_long_history_is_cut_and_says_so() -> None:
    thai = officer("TH")
    case = open_case(thai)
    for number in range(6):
        edited(thai, case, place=f"Pier {number}", occurred_from=dt.date(2025, 1, number + 1))
    changes, has_more = changes_of(actor=thai, case=case, limit=3)
    assert (len(changes), has_more) == (3, True)
    assert changes[0].fields[0].after == "Pier 5"
