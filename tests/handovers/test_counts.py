"""Rule: a count is changed in a draft alone, a machine calls a pair a candidate, each side speaks for itself, and what
was granted stays with the person."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.dossiers.services.composing_law import count_facts
from lmc_cases.handovers.models import (
    Count,
    CountAssessment,
    CountDecision,
    HandoverRequest,
    HandoverSubject,
)
from lmc_cases.handovers.services import (
    assessing,
    counting,
    deciding,
    drafting,
    proceeding,
    reading,
    sending,
    surrendering,
)
from lmc_cases.handovers.services.assessing import CountDecided
from lmc_cases.handovers.services.cautions import cautions_of
from lmc_cases.handovers.services.counting import Accusation
from lmc_cases.handovers.services.counts_read import CountShown, counts_of
from lmc_cases.handovers.services.offences import as_read, is_citable, law_of, rows_of, side_by_side
from lmc_cases.handovers.states import WrongState
from lmc_cases.handovers.threshold import Verdict
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument, Offence
from lmc_cases.suspects.models import Suspect
from tests.cases.browsing import signed_in
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
built, w = once_per_module(lambda: world(evidence=0, with_photo=False))
Missing = HandoverRequest.DoesNotExist


def offence(code: str, typology: str = "telecom_fraud", **fields: Any) -> Offence:
    """An invented offence with a numbered article: one to thirty years."""
    cells = {
        "offence_en": f"Invented offence of {code}",
        "article": "1",
        "base_max_penalty": "3",
        "max_penalty": "10",
        "confidence": "verified",
        **fields,
    }
    return Offence.objects.create(
        natural_key=uuid.uuid4().hex,
        jurisdiction=Jurisdiction.objects.get(code=code),
        typology=typology,
        law_title_en="Invented law (test data)",
        source="Invented source",
        **cells,
    )


def accusation(**changes: Any) -> Accusation:
    given = {"typology": "telecom_fraud", "conduct": "虚构的行为", "language": "zh-hans", **changes}
    return Accusation(**given)


def add(w: World, handover: HandoverRequest, *, place: int = 0, **changes: Any) -> Count:
    subject = handover.subjects.order_by("position")[place]
    return counting.add_count(
        actor=w.chinese, handover_id=handover.uuid, subject_id=subject.uuid, accusation=accusation(**changes)
    )


def reviewed(w: World, handover: HandoverRequest) -> HandoverRequest:
    """The draft submitted and received."""
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    return proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)


def shown(user: User, handover: HandoverRequest, place: int = 0) -> list[CountShown]:
    held = HandoverRequest.objects.select_related("requesting", "requested", "instrument").get(pk=handover.pk)
    subject = held.subjects.order_by("position")[place]
    return counts_of(user, held).get(subject.pk, [])


def assess(actor: User, count: Count, outcome: str = "CONFIRMED", **changes: Any) -> CountAssessment:
    given = {"note": "why (invented)", "language": "en", **changes}
    if outcome == "CONFIRMED" and "asking_offence_id" not in given:
        given |= {"asking_offence_id": offence("CN").uuid, "asked_offence_id": offence("TH").uuid}
    return assessing.assess_count(
        actor=actor, handover_id=count.handover.uuid, count_id=count.uuid, outcome=outcome, **given
    )


def test_a_count_is_added_changed_and_taken_out_in_a_draft_with_history_and_audit(w: World) -> None:
    handover = w.draft()
    first = add(w, handover, place=0, on=dt.date(2026, 5, 1))
    counting.change_count(
        actor=w.chinese,
        handover_id=handover.uuid,
        count_id=first.uuid,
        accusation=accusation(conduct="改正", typology="money_laundering"),
    )
    assert [(row.row.number, row.conduct, row.row.typology) for row in shown(w.chinese, handover)] == [
        (1, "改正", "money_laundering")
    ]
    counting.remove_count(actor=w.chinese, handover_id=handover.uuid, count_id=first.uuid)
    assert shown(w.chinese, handover) == []
    # A number is never given again: papers may name it.
    assert add(w, handover).number == 2
    assert list(
        Count.history.filter(id=first.pk)
        .order_by("history_id")
        .values_list("history_change_reason", flat=True)
    ) == ["added", "changed", "removed"]
    verbs = AuditEvent.objects.filter(verb__startswith="handover.count_").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "handover.count_added",
        "handover.count_changed",
        "handover.count_removed",
        "handover.count_added",
    ]


def test_the_conduct_is_sealed_in_the_table_and_in_its_history(w: World) -> None:
    row = add(w, w.draft(), conduct="MARKSECRET")
    for stored in (row, Count.history.filter(id=row.pk).get()):
        assert b"MARKSECRET" not in bytes(stored.conduct_sealed)


def test_once_sent_a_count_stays_in_the_services_and_in_the_database(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    with pytest.raises(WrongState):
        counting.change_count(
            actor=w.chinese, handover_id=handover.uuid, count_id=count.uuid, accusation=accusation()
        )
    with pytest.raises(WrongState):
        counting.remove_count(actor=w.chinese, handover_id=handover.uuid, count_id=count.uuid)
    with acting_as(w.chinese), connection.cursor() as cursor:
        for statement in (
            "UPDATE handovers_count SET place = 'x' WHERE id = %s",
            "DELETE FROM handovers_count WHERE id = %s",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement, [count.pk])
    # A further count can be raised until the decision; it too stays.
    assert add(w, handover).number == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conduct": "  "}, "conduct"),
        ({"conduct": "x" * 5001}, "conduct"),
        ({"typology": "witchcraft"}, "typology"),
        ({"language": "tlh"}, "language"),
        ({"on": timezone.localdate() + dt.timedelta(days=2)}, "on"),
        ({"months_left": 3}, "months_left"),
        ({"is_sentenced": True, "months_left": -1}, "months_left"),
        ({"on": dt.date(2026, 5, 1), "limitation_ends_on": dt.date(2026, 5, 1)}, "limitation_ends_on"),
        ({"asking_offence_id": uuid.uuid4()}, "asking_offence_id"),
        ({"asked_offence_id": uuid.uuid4()}, "asked_offence_id"),
    ],
)
def test_bad_input_names_its_field(w: World, changes: dict[str, Any], field: str) -> None:
    handover = w.draft()
    with pytest.raises(InvalidInput) as caught:
        add(w, handover, **changes)
    assert caught.value.field == field
    assert not Count.objects.exists()


def test_the_end_of_the_limitation_period_is_what_the_asking_country_says_and_stands_in_the_facts(
    w: World,
) -> None:
    handover = w.draft()
    add(w, handover, limitation_ends_on=dt.date(2041, 5, 1), limitation_rule="  art. 87  ")
    add(w, handover)
    row = shown(w.chinese, handover)[0].row
    assert (row.limitation_ends_on, row.limitation_rule) == (dt.date(2041, 5, 1), "art. 87")
    page = signed_in(w.chinese).get(address("count", row.subject, row.uuid)).content.decode()
    assert "End of the limitation period" in page
    assert "art. 87" in page
    with acting_as(w.chinese):
        held = HandoverRequest.objects.select_related("requesting", "requested").get(pk=handover.pk)
        (facts,) = count_facts(w.chinese, held).values()
    assert [(fact.limitation_ends_on, fact.limitation_rule) for fact in facts] == [
        ("2041-05-01", "art. 87"),
        ("", ""),
    ]


def test_a_count_is_matched_by_conduct_and_country_and_names_no_unseen_article(w: World) -> None:
    handover = w.draft()
    other_conduct = offence("CN", "corruption")
    other_country, unseen = offence("VN"), offence("CN", article="section 2 (article number not verified)")
    for row in (other_conduct, other_country, unseen):
        with pytest.raises(InvalidInput):
            add(w, handover, asking_offence_id=row.uuid)
    # Offered as a hint, after those that can be named, and its words are not printed.
    hints = [
        row
        for row in rows_of(w.chinese, handover, handover.requesting_id, "telecom_fraud")
        if not is_citable(row)
    ]
    assert unseen in hints
    assert law_of(unseen) == "Invented law (test data)"


def test_a_version_that_has_ended_is_named_by_nobody_and_one_that_was_sent_stays(w: World) -> None:
    handover = w.draft()
    ended, held = offence("CN"), offence("CN")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Offence.objects.filter(pk=ended.pk).update(valid_to=yesterday)
    with pytest.raises(InvalidInput):
        add(w, handover, asking_offence_id=ended.uuid)
    add(w, handover, asking_offence_id=held.uuid)
    reviewed(w, handover)
    Offence.objects.filter(pk=held.pk).update(closed_at=timezone.now(), is_replaced=True)
    (shown_count,) = shown(w.thai, handover)
    assert shown_count.row.asking_offence_id == held.pk
    handover.refresh_from_db()
    assert held in rows_of(w.chinese, handover, handover.requesting_id, "telecom_fraud")


def test_a_second_click_adds_nothing_twice(w: World) -> None:
    handover = w.draft()
    given = uuid.uuid4()
    subject = handover.subjects.order_by("position").first()
    assert subject is not None
    made = [
        counting.add_count(
            actor=w.chinese,
            handover_id=handover.uuid,
            subject_id=subject.uuid,
            accusation=accusation(),
            new_id=given,
        ).pk
        for _click in range(2)
    ]
    assert made[0] == made[1]


def test_nobody_but_the_asking_side_writes_counts(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    subject = handover.subjects.order_by("position").first()
    assert subject is not None
    for actor in (w.thai, w.supervisor, w.chinese_prosecutor, w.viet):
        with pytest.raises(Missing):
            counting.add_count(
                actor=actor, handover_id=handover.uuid, subject_id=subject.uuid, accusation=accusation()
            )
    for actor in (w.viet, w.thai, w.thai_prosecutor):
        with pytest.raises(Missing):
            assess(actor, count, "DENIED")
        with acting_as(w.viet):
            assert not Count.objects.visible_to(w.viet).exists()


def test_the_other_side_sees_no_count_of_a_draft(w: World) -> None:
    handover = w.draft()
    add(w, handover)
    with acting_as(w.supervisor):
        assert not Count.objects.visible_to(w.supervisor).exists()
        assert not Count.objects.exists()
    reviewed(w, handover)
    with acting_as(w.supervisor):
        assert Count.objects.visible_to(w.supervisor).count() == 1


def test_who_is_left_out_of_a_draft_takes_the_counts_along(w: World) -> None:
    handover = w.draft()
    add(w, handover, place=1)
    drafting.edit_draft(
        actor=w.chinese,
        handover_id=handover.uuid,
        version=handover.version,
        **w.arguments(suspect_ids=[w.suspects[0].uuid]),
    )
    assert not Count.objects.exists()


def test_a_pair_is_a_candidate_by_the_operator_of_the_chosen_instrument(w: World) -> None:
    """One year exactly: the treaty of China and Thailand says at least, an invented one says more than."""
    handover = w.draft()
    asking = offence("CN", base_max_penalty="1", max_penalty="9")
    asked = offence("TH", base_max_penalty="7", max_penalty="")
    add(w, handover, asking_offence_id=asking.uuid, asked_offence_id=asked.uuid)
    add(w, handover)
    held = shown(w.chinese, handover)
    assert [each.verdict for each in held] == [Verdict.PASSES, Verdict.UNKNOWN]
    assert [each.is_candidate for each in held] == [True, False]
    chosen = handover.instrument
    assert chosen is not None
    for operator, years, found in (
        (">", "1", Verdict.ONLY_AGGRAVATED),
        (">=", "8", Verdict.UNKNOWN),
        (">", "9", Verdict.FAILS),
        ("", "1", Verdict.UNKNOWN),
    ):
        LegalInstrument.objects.filter(pk=chosen.pk).update(
            extradition_threshold_operator=operator, extradition_threshold_years=years
        )
        assert shown(w.chinese, handover)[0].verdict == found, (operator, years)
    HandoverRequest.objects.filter(pk=handover.pk).update(instrument=None)
    assert shown(w.chinese, handover)[0].verdict == Verdict.UNKNOWN


def test_offences_stand_beside_each_other_with_what_each_pair_gives(w: World) -> None:
    handover = w.draft()
    asking = offence("CN", "corruption", base_max_penalty="5")
    good, light = (
        offence("TH", "corruption", base_max_penalty=base, max_penalty=base) for base in ("2", "0.5")
    )
    laws = side_by_side(w.chinese, handover, "corruption", asking_pk=asking.pk)
    found = {each.row.pk: each for each in laws.asked}
    assert found[good.pk].pair_verdict == Verdict.PASSES
    assert found[light.pk].pair_verdict == Verdict.FAILS
    assert all(each.pair_verdict is None for each in laws.asking)
    assert {each.row.jurisdiction.code for each in laws.asking} == {"CN"}
    assert laws.threshold_words == "at least 1 year(s)"


def test_the_rest_of_a_sentence_stands_against_the_months_of_the_instrument(w: World) -> None:
    handover = w.draft()
    for months in (None, 5, 6, 7):
        add(w, handover, is_sentenced=True, months_left=months)
    add(w, handover)
    assert [each.rest for each in shown(w.chinese, handover)] == [
        Verdict.UNKNOWN,
        Verdict.FAILS,
        Verdict.UNKNOWN,
        Verdict.PASSES,
        None,
    ]


def test_each_side_holds_its_own_and_the_newest_of_a_side_counts(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    with pytest.raises(WrongState):
        assess(w.chinese, count)
    reviewed(w, handover)
    assess(w.chinese, count)
    assess(w.supervisor, count, "DENIED")
    (held,) = shown(w.thai, handover)
    assert held.asking is not None
    assert held.asked is not None
    assert (held.asking.row.outcome, held.asked.row.outcome) == ("CONFIRMED", "DENIED")
    assert held.disagree
    later = assess(w.supervisor, count)
    (held,) = shown(w.chinese, handover)
    assert held.asked is not None
    assert held.asked.row.pk == later.pk
    assert not held.disagree
    assert held.asked.note == "why (invented)"
    assert CountAssessment.objects.count() == 3
    with acting_as(w.supervisor), connection.cursor() as cursor:
        for statement in (
            "UPDATE handovers_countassessment SET outcome = 'DENIED'",
            "DELETE FROM handovers_countassessment",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_an_assessment_keeps_the_exact_rows_and_cells(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    asking, asked = offence("CN", base_max_penalty="0.5"), offence("TH")
    said = assess(w.supervisor, count, asking_offence_id=asking.uuid, asked_offence_id=asked.uuid)
    Offence.objects.filter(pk=asking.pk).update(base_max_penalty="9")
    said.refresh_from_db()
    assert (said.asking_offence_id, said.asked_offence_id, said.verdict) == (
        asking.pk,
        asked.pk,
        "ONLY_AGGRAVATED",
    )
    assert [row["base"] for row in said.as_read["offences"]] == ["0.5", "3"]
    assert said.as_read["instrument"]["operator"] == ">="
    asking.refresh_from_db()
    assert as_read(handover, asking)["offences"][0]["base"] == "9"


@pytest.mark.parametrize(
    ("outcome", "changes", "field"),
    [
        ("MET", {}, "outcome"),
        ("DENIED", {"note": " "}, "note"),
        ("DENIED", {"language": "tlh"}, "language"),
        ("CONFIRMED", {"asking_offence_id": None, "asked_offence_id": None}, "asking_offence_id"),
        ("DENIED", {"asked_offence_id": uuid.uuid4()}, "asked_offence_id"),
    ],
)
def test_an_assessment_that_lacks_something_names_it(
    w: World, outcome: str, changes: dict[str, Any], field: str
) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    with pytest.raises(InvalidInput) as caught:
        assess(w.supervisor, count, outcome, **changes)
    assert caught.value.field == field


def test_a_pair_with_an_unseen_article_is_never_confirmed(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    unseen = offence("TH", article="chapter (article numbers not verified)")
    with pytest.raises(InvalidInput):
        assess(w.supervisor, count, asking_offence_id=offence("CN").uuid, asked_offence_id=unseen.uuid)


def decisions(handover: HandoverRequest) -> dict[int, str]:
    rows = CountDecision.objects.filter(handover=handover).values_list("count__number", "outcome")
    return dict(rows)


def test_the_decision_on_a_person_names_the_counts_that_are_granted(w: World) -> None:
    handover = w.draft()
    first, second, third = (add(w, handover) for _each in range(3))
    reviewed(w, handover)
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid, counts=[first.uuid, third.uuid])
    assert decisions(handover) == {1: "GRANTED", 2: "REFUSED", 3: "GRANTED"}
    granted = [each.row.number for each in shown(w.chinese, handover) if each.is_granted]
    assert granted == [1, 3]
    assert second.uuid not in {first.uuid, third.uuid}


def test_without_a_choice_all_are_granted_but_those_the_own_side_denied(w: World) -> None:
    handover = w.draft()
    first, second = add(w, handover), add(w, handover)
    reviewed(w, handover)
    assess(w.supervisor, second, "DENIED")
    # What the asking side says of its own count takes nothing away.
    assess(w.chinese, first, "DENIED")
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    assert decisions(handover) == {1: "GRANTED", 2: "REFUSED"}


def test_a_person_with_counts_is_not_granted_without_one(w: World) -> None:
    handover = w.draft()
    add(w, handover)
    reviewed(w, handover)
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        deciding.approve(actor=w.supervisor, handover_id=handover.uuid, counts=[])
    assert caught.value.field.startswith("counts_")
    assert decisions(handover) == {}


def test_who_is_refused_is_granted_no_count_and_who_is_postponed_keeps_them_open(w: World) -> None:
    handover = w.draft()
    for place in range(3):
        add(w, handover, place=place)
    reviewed(w, handover)
    one, two, three = handover.subjects.order_by("position")
    deciding.approve(
        actor=w.supervisor,
        handover_id=handover.uuid,
        outcomes={two.uuid: "REFUSED", three.uuid: "POSTPONED"},
        grounds={two.uuid: "no", three.uuid: "later"},
    )
    found = {
        row.subject_id: getattr(getattr(row, "decision", None), "outcome", None)
        for row in Count.objects.filter(handover=handover).select_related("decision")
    }
    assert found == {one.pk: "GRANTED", two.pk: "REFUSED", three.pk: None}


def test_a_refused_request_grants_no_count(w: World) -> None:
    handover = w.draft()
    add(w, handover)
    reviewed(w, handover)
    deciding.refuse(actor=w.supervisor, handover_id=handover.uuid, reason="no")
    assert decisions(handover) == {1: "REFUSED"}


def surrendered(w: World) -> HandoverRequest:
    """One count granted and every person handed over."""
    handover = w.draft()
    add(w, handover)
    reviewed(w, handover)
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    w.cleared(handover)
    return surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Bridge",
        subject_ids=list(handover.subjects.values_list("uuid", flat=True)),
    )


def test_a_new_count_after_the_surrender_waits_for_consent_and_is_decided_once(w: World) -> None:
    handover = surrendered(w)
    count = add(w, handover, conduct="新罪行")
    assert count.needs_consent
    held = shown(w.thai, handover)
    assert [(each.is_granted, each.waits_for_consent) for each in held] == [(True, False), (False, True)]
    assess(w.supervisor, count)
    for actor in (w.chinese, officer("CN", "supervisor"), w.thai, w.viet):
        with pytest.raises(Missing):
            assessing.decide_new_count(
                actor=actor, handover_id=handover.uuid, count_id=count.uuid, outcome="GRANTED", ground="x"
            )
    made = assessing.decide_new_count(
        actor=w.supervisor, handover_id=handover.uuid, count_id=count.uuid, outcome="GRANTED", ground="agreed"
    )
    held = shown(w.chinese, handover)
    assert [(each.is_granted, each.ground) for each in held] == [(True, ""), (True, "agreed")]
    assert b"agreed" not in bytes(made.ground_sealed or b"")
    with pytest.raises(CountDecided):
        assessing.decide_new_count(
            actor=w.supervisor, handover_id=handover.uuid, count_id=count.uuid, outcome="REFUSED", ground="x"
        )
    with pytest.raises(WrongState):
        assess(w.supervisor, count)


def test_by_the_wall_alone_neither_side_writes_for_the_other(w: World) -> None:
    handover = w.draft()
    count = add(w, handover)
    reviewed(w, handover)
    written = {"handover": handover, "count": count}
    said = {**written, "verdict": "UNKNOWN", "note_sealed": b"x", "language": "en", "outcome": "DENIED"}
    with acting_as(w.chinese):
        for row in (
            CountDecision(**written, outcome="GRANTED", decided_by=w.chinese),
            CountAssessment(**said, country=w.thai.country, recorded_by=w.chinese),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                row.save()
    with acting_as(w.supervisor), pytest.raises(DatabaseError), transaction.atomic():
        Count.objects.bulk_create(
            [
                Count(
                    handover=handover,
                    subject=count.subject,
                    number=9,
                    typology="corruption",
                    conduct_sealed=b"x",
                    language="en",
                    recorded_by=w.supervisor,
                )
            ]
        )


def test_a_count_decided_with_the_person_needs_no_second_decision(w: World) -> None:
    handover = surrendered(w)
    first = Count.objects.get(handover=handover)
    with pytest.raises(CountDecided):
        assessing.decide_new_count(
            actor=w.supervisor, handover_id=handover.uuid, count_id=first.uuid, outcome="GRANTED", ground="x"
        )


def cautioned(w: World, handover: HandoverRequest) -> list[str]:
    rows = HandoverRequest.objects.visible_to(w.chinese)
    held = rows.select_related("requesting", "requested", "instrument").get(pk=handover.pk)
    people = reading.persons_of(w.chinese, held)
    counts = counts_of(w.chinese, held)
    person = people[0]
    return [each.text for each in cautions_of(w.chinese, held, person, counts.get(person.subject.pk, []))]


def test_warnings_come_from_rows_alone_and_stop_nobody(w: World) -> None:
    thailand = Jurisdiction.objects.get(code="TH")
    handover = w.draft()
    add(w, handover, asking_offence_id=offence("CN", max_penalty="death").uuid)
    assert cautioned(w, handover) == []
    with acting_as(w.thai):
        Suspect.objects.filter(pk=w.suspects[0].pk).update(nationality="TH")
    (nationals,) = cautioned(w, handover)
    assert "prosecution in place" in nationals
    Jurisdiction.objects.filter(pk=thailand.pk).update(death_penalty="abolished")
    assert len(cautioned(w, handover)) == 2
    add(w, handover, typology="online_gambling")
    offence("TH", "online_gambling", notes="Casinos hold a licence (test data).")
    assert len(cautioned(w, handover)) >= 3
    LegalInstrument.objects.exclude(nationals_rule="").update(nationals_rule="")
    assert any("not known here" in text for text in cautioned(w, handover))
    reviewed(w, handover)
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)


def test_offers_have_no_counts(w: World) -> None:
    offer = drafting.draft_offer(
        actor=w.thai,
        case_id=w.case.uuid,
        share_id=w.share.uuid,
        procedure="REMOVAL",
        **{**w.arguments(), "instrument_id": None},
    )
    subject = offer.subjects.order_by("position").first()
    assert subject is not None
    with pytest.raises(Missing):
        counting.add_count(
            actor=w.thai, handover_id=offer.uuid, subject_id=subject.uuid, accusation=accusation()
        )


def address(name: str, subject: HandoverSubject, *more: object) -> str:
    return reverse(f"handovers:{name}", args=[subject.handover.uuid, subject.uuid, *more])


def test_the_pages_lead_from_a_count_to_the_decision_and_say_candidate(w: World) -> None:
    asking, asked = offence("CN"), offence("TH")
    unseen = offence("TH", article="chapter (article numbers not verified)")
    handover = w.draft()
    subject = handover.subjects.order_by("position").first()
    assert subject is not None
    chinese, thai = signed_in(w.chinese), signed_in(w.supervisor)
    page = chinese.get(address("counts", subject)).content.decode()
    assert "No count yet" in page
    where = address("count_add", subject, "telecom_fraud")
    assert chinese.get(where).status_code == 200
    data = {"conduct": "虚构", "language": "zh-hans", "asking_offence_id": str(asking.uuid)}
    assert chinese.post(where, {**data, "conduct": ""}).status_code == 422
    sent = chinese.post(where, {**data, "asked_offence_id": str(asked.uuid)})
    assert sent.status_code == 302
    count = Count.objects.get()
    page = chinese.get(sent["Location"]).content.decode()
    assert "Candidate pair" in page
    assert "Hint only" in page
    assert unseen.article not in page
    assert " met" not in page.lower().replace(" method", "")
    assert chinese.get(address("count_change", subject, count.uuid)).status_code == 200
    reviewed(w, handover)
    assert chinese.get(address("count_change", subject, count.uuid)).status_code == 404
    assess_page = address("count_assess", subject, count.uuid)
    answer = thai.post(
        assess_page,
        {
            "outcome": "CONFIRMED",
            "asking_offence_id": str(asking.uuid),
            "asked_offence_id": str(asked.uuid),
            "note": "seen",
            "language": "en",
        },
    )
    assert answer.status_code == 302
    decide = reverse("dossiers:approve", args=[handover.uuid])
    page = thai.get(decide).content.decode()
    assert f"counts_{subject.uuid}" in page
    people = list(handover.subjects.all())
    data = {f"outcome_{each.uuid}": "GRANTED" for each in people}
    assert thai.post(decide, data).status_code == 422
    assert thai.post(decide, {**data, f"counts_{subject.uuid}": [str(count.uuid)]}).status_code == 302
    page = chinese.get(reverse("handovers:detail", args=[handover.uuid])).content.decode()
    assert "Granted: 1" in page
    assert signed_in(w.viet).get(address("count", subject, count.uuid)).status_code == 404
    assert Client().get(address("counts", subject)).status_code in {302, 404}
