"""A machine drafts translations: off by default, by right alone, never what stays in the house, marked to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseText, Level, MachineDraft
from lmc_cases.cases.services import casework
from lmc_cases.cases.services.casework import (
    AlreadyWritten,
    NotForTheMachine,
    ask_machine_draft,
    check_translation,
    write_owed_draft,
    write_text,
)
from lmc_cases.cases.services.texts import texts_of_case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.facts import Text
from lmc_cases.dossiers.wording import choose
from lmc_cases.handovers.services.disclosure import _texts
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, words
from tests.cases.translation_server import Machine, machine
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Machine]:
    """A machine that the product knows."""
    with machine() as state:
        settings.TRANSLATOR_URL = state.url
        settings.SECOND_FACTOR_COMPULSORY = False
        yield state


@pytest.fixture
def sender() -> Any:
    return officer("TH", "liaison_officer", "machine_translation")


@pytest.fixture
def case(sender: Any) -> Case:
    made = open_case(sender, title="Invented case")
    write_text(actor=sender, case_id=made.uuid, kind="FACTS", language="th", text="ข้อเท็จจริง\nสอง")
    return made


def ask(actor: Any, case: Case, language: str = "lo", kind: str = "FACTS") -> MachineDraft:
    return ask_machine_draft(actor=actor, case_id=case.uuid, kind=kind, language=language)


def worked(reader: Any, draft: MachineDraft) -> MachineDraft:
    write_owed_draft(job_id=draft.pk)
    with acting_as(reader):
        return MachineDraft.objects.get(pk=draft.pk)


def held(reader: Any, case: Case, language: str = "lo") -> CaseText | None:
    with acting_as(reader):
        return CaseText.objects.visible_to(reader).filter(case=case, kind="FACTS", language=language).first()


def test_what_comes_back_is_a_draft_marked_as_a_machines(server: Machine, sender: Any, case: Case) -> None:
    draft = ask(sender, case)
    assert ask(sender, case).pk == draft.pk, "while it is in work, asked twice is asked once"
    done = worked(sender, draft)
    assert (done.job_state, done.error_code) == (JobState.DONE, "")
    assert server.paths == ["/translate"]
    assert server.asked == [{"q": "ข้อเท็จจริง\nสอง", "source": "th", "target": "lo", "format": "text"}]
    text = held(sender, case)
    assert text is not None
    assert text.text == "[lo] ข้อเท็จจริง\nสอง"
    assert (text.status, text.source_version, text.checked_by, text.version) == ("DRAFT", 1, None, 1)
    assert text.engine.startswith("LibreTranslate (127.0.0.1:")
    write_owed_draft(job_id=draft.pk)
    assert len(server.asked) == 1, "a second call sends nothing"


def test_what_left_the_house_is_recorded_before_it_leaves(server: Machine, sender: Any, case: Case) -> None:
    server.status = 500
    draft = worked(sender, ask(sender, case))
    assert draft.error_code == "translator-failed"
    event = AuditEvent.objects.get(verb="case.text_sent_out")
    assert (event.actor, event.object_uuid, event.operation) == (sender, case.uuid, "DISCLOSURE")
    assert event.codes["host"] == server.url.removeprefix("http://")
    assert (event.codes["kind"], event.codes["language"], event.codes["version"]) == ("FACTS", "lo", 1)
    assert "ข้อเท็จจริง" not in str(event.codes)
    assert (draft.host, draft.characters) == (event.codes["host"], 15)
    assert draft.sent_at is not None


def test_off_by_default_nothing_is_offered_and_nothing_is_sent(
    server: Machine, settings: Any, sender: Any, case: Case
) -> None:
    owed = ask(sender, case, "km")
    settings.TRANSLATOR_URL = ""
    with pytest.raises(NotForTheMachine, match="No machine translator"):
        ask(sender, case)
    client = signed_in(sender)
    page = client.get(reverse("cases:text", args=[case.uuid, "FACTS", "lo"]))
    assert "machine" not in page.content.decode().lower()
    assert client.get(reverse("cases:text_machine", args=[case.uuid, "FACTS", "lo"])).status_code == 404
    # Switched off after it was asked for: the worker asks again.
    assert worked(sender, owed).error_code == "translator-off"
    assert server.asked == []
    assert not AuditEvent.objects.filter(verb="case.text_sent_out").exists()


def test_without_the_right_and_for_foreign_cases_there_is_no_such_page(server: Machine, case: Case) -> None:
    others = [
        officer("TH"),
        officer("TH", "supervisor"),
        officer("TH", "machine_translation"),
        officer("LA", "liaison_officer", "machine_translation"),
    ]
    reader = others[-1]
    share(officer("TH", "supervisor"), case, "LA", Level.FULL)
    for other in others:
        address = reverse("cases:text_machine", args=[case.uuid, "FACTS", "lo"])
        client = signed_in(other)
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
        with pytest.raises(Case.DoesNotExist):
            ask(other, case)
    assert reader.country.code == "LA"
    assert server.asked == []


def test_who_loses_the_right_meanwhile_sends_nothing(server: Machine, sender: Any, case: Case) -> None:
    draft = ask(sender, case)
    admin = officer("TH", "country_administrator")
    revoke_role(actor=admin, user_id=sender.uuid, role_code="machine_translation")
    done = worked(sender, draft)
    assert (done.job_state, done.error_code) == (JobState.DENIED, "denied")
    other = ask_of_another(case)
    revoke_role(actor=admin, user_id=other.requested_by.uuid, role_code="liaison_officer")
    revoke_role(actor=admin, user_id=other.requested_by.uuid, role_code="machine_translation")
    assert worked(sender, other).error_code == "denied", (
        "an officer without any role is told no more than that"
    )
    assert server.asked == []


def ask_of_another(case: Case) -> MachineDraft:
    return ask(officer("TH", "liaison_officer", "machine_translation", suffix="OTHER"), case)


@pytest.mark.parametrize("how", ["h2", "h3", "restricted", "secret"])
def test_what_stays_in_the_house_never_goes(server: Machine, sender: Any, case: Case, how: str) -> None:
    owed = ask(sender, case, "km")
    if how in {"h2", "h3"}:
        with acting_as(sender):
            Case.objects.filter(pk=case.pk).update(
                handling_h2=how == "h2", handling_h3="for the court alone" if how == "h3" else ""
            )
    elif how == "restricted":
        casework.restrict_case(actor=sender, case_id=case.uuid, officer_ids=[sender.uuid], reason="informant")
    else:
        with acting_as(sender):
            Case.objects.filter(pk=case.pk).update(classification="CONFIDENTIAL")
    with pytest.raises(NotForTheMachine):
        ask(sender, case)
    assert worked(sender, owed).error_code == "kept-back"
    page = signed_in(sender).get(reverse("cases:text", args=[case.uuid, "FACTS", "lo"]))
    assert "Its texts are not sent to a machine." in words(page)
    assert reverse("cases:text_machine", args=[case.uuid, "FACTS", "lo"]) not in page.content.decode()
    assert server.asked == []


TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "slow": ({"wait": 3.0}, "translator-too-slow"),
    "dripping": ({"drip": 0.2}, "translator-too-slow"),
    "broken": ({"status": 500}, "translator-failed"),
    "no key": ({"status": 403}, "translator-refused"),
    "no such language": ({"status": 400}, "translator-language"),
    "busy": ({"status": 429}, "translator-busy"),
    "elsewhere": ({"status": 302, "headers": {"Location": "http://192.0.2.1/"}}, "translator-unreadable"),
    "garbage": ({"body": b"<html>\xff"}, "translator-unreadable"),
    "another shape": ({"body": b'["a"]'}, "translator-unreadable"),
    "nothing": ({"body": b'{"translatedText": "  "}'}, "translator-unreadable"),
    "no text": ({"body": b'{"translatedText": 7}'}, "translator-unreadable"),
    "deep": ({"body": b"[" * 60_000}, "translator-unreadable"),
    "huge": ({"body": b'{"translatedText": "' + b"x" * 300_000 + b'"}'}, "translator-unreadable"),
    "invisible": ({"body": b'{"translatedText": "\\u202e\\u0000"}'}, "translator-unreadable"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_machine_that_misbehaves_leaves_no_text_and_a_reason(
    server: Machine, settings: Any, sender: Any, case: Case, name: str
) -> None:
    behaviour, code = TROUBLES[name]
    settings.TRANSLATOR_SECONDS = 1.0
    for what, value in behaviour.items():
        setattr(server, what, value)
    done = worked(sender, ask(sender, case))
    assert (done.job_state, done.error_code) == (JobState.FAILED, code)
    assert len(server.asked) == 1, "it is not sent twice by itself"
    assert held(sender, case) is None
    page = signed_in(sender).get(reverse("cases:machine_draft", args=[done.uuid]))
    assert reverse("cases:text_machine", args=[case.uuid, "FACTS", "lo"]) in page.content.decode()
    assert ask(sender, case).pk != done.pk, "who asks again decides again"


def test_a_machine_that_is_away(settings: Any, sender: Any, case: Case) -> None:
    settings.TRANSLATOR_URL = "http://127.0.0.1:9"
    assert worked(sender, ask(sender, case)).error_code == "translator-away"


def test_a_key_goes_along_where_there_is_one(server: Machine, settings: Any, sender: Any, case: Case) -> None:
    settings.TRANSLATOR_KEY = "invented"
    worked(sender, ask(sender, case, "zh-hans"))
    assert (server.asked[0]["api_key"], server.asked[0]["target"]) == ("invented", "zh-Hans")


def test_a_persons_words_are_never_replaced_and_a_machines_are(
    server: Machine, sender: Any, case: Case
) -> None:
    write_text(actor=sender, case_id=case.uuid, kind="FACTS", language="en", text="Facts")
    with pytest.raises(AlreadyWritten):
        ask(sender, case, "en")
    with pytest.raises(AlreadyWritten):
        ask(sender, case, "th")
    owed = ask(sender, case, "km")
    write_text(actor=sender, case_id=case.uuid, kind="FACTS", language="km", text="Faster")
    assert worked(sender, owed).error_code == "written-meanwhile"
    assert server.asked == []
    worked(sender, ask(sender, case))
    write_text(actor=sender, case_id=case.uuid, kind="FACTS", language="th", text="ใหม่", version=1)
    worked(sender, ask(sender, case))
    again = held(sender, case)
    assert again is not None
    assert (again.text, again.source_version, again.version) == ("[lo] ใหม่", 2, 2)


def test_too_long_unknown_and_missing_texts(server: Machine, settings: Any, sender: Any, case: Case) -> None:
    settings.TRANSLATOR_MAX_CHARACTERS = 10
    with pytest.raises(NotForTheMachine, match="longer than the 10 characters"):
        ask(sender, case)
    with pytest.raises(CaseText.DoesNotExist):
        ask(sender, case, kind="ASSESSMENT")
    for wrong in ({"kind": "X"}, {"language": "xx"}):
        with pytest.raises(InvalidInput):
            ask(sender, case, **wrong)
    assert server.asked == []


def test_it_is_final_only_once_another_officer_checked_it_and_stays_marked(
    server: Machine, sender: Any, case: Case
) -> None:
    worked(sender, ask(sender, case))
    with pytest.raises(casework.NotToBeChecked):
        check_translation(
            actor=sender, case_id=case.uuid, kind="FACTS", language="lo", status="CHECKED", version=1
        )
    other = officer("TH", suffix="OTHER")
    page = signed_in(other).get(reverse("cases:text_check", args=[case.uuid, "FACTS", "lo"]))
    assert "A machine wrote these words." in words(page)
    assert "Machine translation" in words(page)
    checked = check_translation(
        actor=other, case_id=case.uuid, kind="FACTS", language="lo", status="CHECKED", version=1
    )
    assert checked.engine
    with pytest.raises(AlreadyWritten):
        ask(sender, case)
    with acting_as(other):
        assert texts_of_case(other, case.pk, "lo")["FACTS"].engine == checked.engine
        copied = next(row for row in _texts(other, case)["FACTS"] if row["language"] == "lo")
    assert copied["engine"] == checked.engine
    # A person's own words are a person's.
    mine = write_text(
        actor=other, case_id=case.uuid, kind="FACTS", language="lo", text="Other", version=checked.version
    )
    assert (mine.engine, mine.status) == ("", "DRAFT")


def test_the_printed_dossier_says_that_a_machine_wrote_it() -> None:
    texts = [
        Text("th", "ข้อเท็จจริง"),
        Text("en", "Facts", is_original=False, status="DRAFT", engine="LibreTranslate (mt.example.org)"),
    ]
    chosen = choose(texts)
    assert chosen is not None
    assert chosen.mark == "Machine translation from Thai by LibreTranslate (mt.example.org) · Draft"
    assert "engine" not in texts[0].to_plain(), "facts frozen before keep their bytes"
    assert Text.from_plain(texts[1].to_plain()) == texts[1]


def test_the_pages_say_where_it_goes_and_show_it_come(server: Machine, sender: Any, case: Case) -> None:
    client = signed_in(sender)
    address = reverse("cases:text_machine", args=[case.uuid, "FACTS", "lo"])
    assert address in client.get(reverse("cases:text", args=[case.uuid, "FACTS", "lo"])).content.decode()
    asked = words(client.get(address))
    assert f"is sent to the machine translator at {server.url.removeprefix('http://')}" in asked
    assert "From Thai into Lao, 15 characters." in asked
    assert server.asked == []
    sent = client.post(address)
    assert sent.status_code == 302
    page = client.get(sent["Location"])
    assert "hx-get" in page.content.decode()
    with acting_as(sender):
        draft = MachineDraft.objects.get()
    write_owed_draft(job_id=draft.pk)
    progress = client.get(reverse("cases:machine_draft_progress", args=[draft.uuid])).content.decode()
    assert "hx-get" not in progress
    assert reverse("cases:text", args=[case.uuid, "FACTS", "lo"]) in progress
    shown = client.get(reverse("cases:text", args=[case.uuid, "FACTS", "lo"]))
    assert "A machine wrote these words." in words(shown)
    for other in (officer("LA"), officer("VN")):
        for name in ("machine_draft", "machine_draft_progress"):
            assert signed_in(other).get(reverse(f"cases:{name}", args=[draft.uuid])).status_code == 404


def test_a_lease_that_was_lost_writes_nothing(
    server: Machine, sender: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ask(sender, case)
    plain = casework.machine.translator

    class Slow:
        host, engine = "slow", "slow"

        def translate(self, text: str, *, source: str, target: str) -> str:
            with MachineDraft.in_hand(draft.pk):
                MachineDraft.objects.filter(pk=draft.pk).update(lease_token=None, lease_until=timezone.now())
            return "late"

    monkeypatch.setattr(casework.machine, "translator", Slow)
    write_owed_draft(job_id=draft.pk)
    assert held(sender, case) is None
    monkeypatch.setattr(casework.machine, "translator", plain)
    with acting_as(sender):
        MachineDraft.objects.filter(pk=draft.pk).update(job_state=JobState.QUEUED)
    assert worked(sender, draft).job_state == JobState.DONE
