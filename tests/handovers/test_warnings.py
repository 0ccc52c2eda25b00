"""Rule: both sides are warned of a limit at half, at four fifths and at its end, once each, and nothing ends by it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Notice, User
from lmc_cases.accounts.services import desks
from lmc_cases.audit.models import AuditEvent
from lmc_cases.handovers.models import ClockWarning, HandoverRequest
from lmc_cases.handovers.services import drafting, proceeding, sending, surrendering
from lmc_cases.handovers.services.clocks import clocks_of
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.handovers.services.watching import watch_clocks
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import TimeLimit
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.handovers.test_clocks import arrested
from tests.handovers.test_pages import page, signed_in, words
from tests.harness.shared_worlds import once_per_module

built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def since(w: World, days: float) -> HandoverRequest:
    """An extradition whose persons are held in Thailand for so long; its law allows 60 days."""
    return arrested(w, timezone.now() - dt.timedelta(days=days), with_treaty=False)


def extradition(w: World) -> HandoverRequest:
    """An extradition that Thailand has received."""
    draft = drafting.draft_request(
        actor=w.chinese, case_id=w.case.uuid, procedure="EXTRADITION", **w.arguments()
    )
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    sending.send(actor=officer("CN", "supervisor"), handover_id=draft.uuid)
    return proceeding.acknowledge(actor=w.thai, handover_id=draft.uuid)


def told(user: User) -> list[str]:
    with acting_as(user):
        return [row.notice.code for row in notices_of_handovers(actor=user, size=20)]


def clock_codes(user: User) -> list[str]:
    return [code for code in told(user) if code.startswith("clock.")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "code"), [(10, None), (31, "clock.half"), (49, "clock.urgent"), (62, "clock.over")]
)
def test_both_sides_are_warned_once_of_the_stage_a_limit_has_reached(
    w: World, days: int, code: str | None
) -> None:
    handover = since(w, days)
    assert watch_clocks() == (1 if code else 0)
    assert watch_clocks() == 0
    given = Notice.objects.filter(code__startswith="clock.").order_by("officer__agency__jurisdiction__code")
    readers = [notice.officer for notice in given if notice.officer]
    assert [reader.country.code for reader in readers] == (["CN", "TH"] if code else [])
    for reader in readers:
        assert clock_codes(reader) == [code]
    assert AuditEvent.objects.filter(verb="handover.clock_warned").count() == (1 if code else 0)
    with acting_as(w.thai):
        handover.refresh_from_db()
    assert handover.status == "ARRESTED", "nothing ends by a clock"


@pytest.mark.django_db
def test_each_stage_is_told_in_its_turn_and_none_after_what_it_waited_for_has_come(w: World) -> None:
    handover = since(w, 31)
    assert watch_clocks() == 1
    with acting_as(w.thai):
        HandoverRequest.objects.filter(pk=handover.pk).update(
            arrested_at=handover.arrested_at
        )  # the same event: the same clock
    assert watch_clocks() == 0
    limit = ClockWarning.objects
    with acting_as(w.thai):
        (first,) = limit.visible_to(w.thai)
        first.limit.days = 37
        type(first.limit).objects.filter(pk=first.limit_id).update(days=37)
    assert watch_clocks() == 1
    # Half of another end is no news any more.
    assert clock_codes(w.thai) == ["clock.urgent"]
    sending.send(actor=officer("CN", "supervisor"), handover_id=handover.uuid)
    with acting_as(w.thai):
        type(first.limit).objects.filter(pk=first.limit_id).update(days=5)
    assert watch_clocks() == 0
    assert clock_codes(w.thai) == [], "a warning goes with the limit it warned of"


@pytest.mark.django_db
def test_the_desks_of_both_countries_and_no_third_are_told_and_the_mail_names_nobody(w: World) -> None:
    at_desk = {}
    for code in ("TH", "CN", "VN"):
        administrator, on_duty = officer(code, "country_administrator"), officer(code, suffix="DUTY")
        desk = desks.open_desk(actor=administrator)
        desks.put_on_duty(actor=administrator, desk_id=desk.uuid, officer_id=on_duty.uuid)
        at_desk[code] = on_duty
    handover = since(w, 62)
    mail.outbox.clear()
    assert watch_clocks() == 1
    for code, expected in (("TH", ["clock.over"]), ("CN", ["clock.over"]), ("VN", [])):
        assert clock_codes(at_desk[code]) == expected, code
    assert not Notice.objects.filter(desk__jurisdiction__code="VN").exists()
    with acting_as(at_desk["VN"]):
        assert not ClockWarning.objects.visible_to(at_desk["VN"]).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM handovers_clockwarning")
            assert cursor.fetchone() == (0,)
    for sent in mail.outbox:
        assert handover.reference not in sent.body + sent.subject
        assert handover.case_reference not in sent.body + sent.subject


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO handovers_clockwarning (uuid, handover_id, limit_id, begun_at, ends_at, stage)"
        " SELECT gen_random_uuid(), handover_id, limit_id, now(), now(), 50 FROM handovers_clockwarning",
        "UPDATE handovers_clockwarning SET stage = 50",
        "DELETE FROM handovers_clockwarning",
    ],
)
def test_a_warning_is_written_by_the_watch_alone(w: World, statement: str) -> None:
    since(w, 62)
    watch_clocks()
    with (
        acting_as(w.thai),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_first_page_and_the_list_show_the_warning_and_the_clock(w: World, client: Client) -> None:
    handover = since(w, 62)
    watch_clocks()
    home = words(signed_in(w.thai).get(reverse("home")))
    assert "A time limit is over: a decision is asked." in home
    assert "Provisional arrest · Ends:" in home
    assert handover.reference in home
    listed = words(signed_in(w.thai).get(reverse("handovers:list"), {"procedure": "EXTRADITION"}))
    assert handover.reference in listed
    assert "Time limits" in listed
    assert "Over" in listed
    other = words(signed_in(w.thai).get(reverse("handovers:list"), {"procedure": "POLICE_HANDOVER"}))
    assert handover.reference not in other
    with acting_as(w.thai):
        notice = Notice.objects.visible_to(w.thai).unread().get(code="clock.over")
    signed_in(w.thai).post(reverse("accounts:notice_put_away", args=[notice.uuid]))
    assert "A time limit is over" not in words(signed_in(w.thai).get(reverse("home")))


@pytest.mark.django_db
def test_a_person_who_leaves_begins_no_limit_anew(w: World) -> None:
    handover = proceeding.ask_information(
        actor=w.thai, handover_id=extradition(w).uuid, question="Which passport?"
    )
    law = TimeLimit.objects.create(
        natural_key="test-info", jurisdiction=w.thai.country, law="Test", event="INFORMATION", days=15
    )
    with acting_as(w.thai):
        before = [clock.begun for clock in clocks_of(handover) if clock.limit == law]
    surrendering.leave(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=handover.subjects.order_by("position")[0].uuid,
        outcome="DIED",
        reason="in hospital (invented)",
    )
    with acting_as(w.thai):
        fresh = HandoverRequest.objects.select_related("requested").get(pk=handover.pk)
        assert [clock.begun for clock in clocks_of(fresh) if clock.limit == law] == before
        assert len(before) == 1


@pytest.mark.django_db
def test_the_oldest_of_many_that_wait_is_found_by_its_limit(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lmc_cases.config.home.SHOWN", 1)
    soon = since(w, 55)
    others = [since(w, days) for days in (20, 10)]
    home = words(signed_in(officer("CN", "supervisor")).get(reverse("home")))
    assert soon.reference in home
    assert not any(other.reference in home for other in others)


@pytest.mark.django_db
def test_a_desk_of_an_agency_is_told_where_the_country_has_none(w: World) -> None:
    administrator, on_duty = officer("TH", "country_administrator"), officer("TH")
    assert on_duty.agency is not None
    desk = desks.open_desk(actor=administrator, agency_id=on_duty.agency.uuid)
    desks.put_on_duty(actor=administrator, desk_id=desk.uuid, officer_id=on_duty.uuid)
    since(w, 62)
    watch_clocks()
    assert clock_codes(on_duty) == ["clock.over"]


@pytest.mark.django_db
def test_of_what_waits_the_limit_that_ends_first_stands_first(w: World) -> None:
    soon, later = since(w, 55), since(w, 10)
    home = words(signed_in(officer("CN", "supervisor")).get(reverse("home")))
    assert 0 < home.index(soon.reference) < home.index(later.reference), "although the other changed last"


@pytest.mark.django_db
def test_the_other_side_is_told_of_every_step_and_again_after_it_put_the_notice_away(w: World) -> None:
    draft = drafting.draft_request(
        actor=w.chinese, case_id=w.case.uuid, procedure="EXTRADITION", **w.arguments()
    )
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    assert told(w.thai) == [], "before it is sent nobody outside knows of it"
    chief = officer("CN", "supervisor")
    sending.send(actor=chief, handover_id=draft.uuid)
    proceeding.acknowledge(actor=w.thai, handover_id=draft.uuid)
    assert told(chief) == ["handover.step"], "whoever acted last there"
    assert told(w.thai) == []
    with acting_as(chief):
        notice = Notice.objects.visible_to(chief).get(code="handover.step")
    desks.put_away(actor=chief, notice_id=notice.uuid)
    assert told(chief) == []
    proceeding.ask_information(actor=w.thai, handover_id=draft.uuid, question="Which passport?")
    assert told(chief) == ["handover.step"]
    text = words(signed_in(chief).get(reverse("home")))
    assert "A handover request went on." in text
    assert page("handovers:detail", draft) in str(signed_in(chief).get(reverse("home")).content)
