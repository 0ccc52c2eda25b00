"""What an approval owes, what a dossier says, who reads it, and when there is a new version."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.services import sharing
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering import render_dossier
from lmc_cases.dossiers.services import approving, owing, reading, working
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import checking, deciding, proceeding, sending, surrendering
from lmc_cases.handovers.services.disclosure import CannotDisclose, photo_name
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.pdf_reading import text_of
from tests.factories import officer
from tests.handovers.samples import World, pass_checks, passing, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, w = once_per_module(world)


def approved(w: World) -> HandoverRequest:
    return approving.approve_and_owe(
        actor=w.supervisor, handover_id=w.acknowledged().uuid, reason="เห็นชอบ (สมมติ)"
    )


def render_all(w: World) -> list[Dossier]:
    reader = w.thai_prosecutor
    with acting_as(reader):
        queued = list(
            Dossier.objects.filter(job_state=JobState.QUEUED).order_by("pk").values_list("pk", flat=True)
        )
    for job_id in dict.fromkeys([*Dossier.owed_ids(), *queued]):
        working.render_owed_dossier(job_id=job_id)
    with acting_as(reader):
        return list(Dossier.objects.select_related("handover").order_by("pk"))


def test_an_approval_owes_the_dossiers_in_both_languages_in_one_transaction(w: World) -> None:
    handover = approved(w)
    owed = list(Dossier.objects.filter(handover=handover).order_by("pk"))
    assert [(row.language, row.number, row.job_state) for row in owed] == [
        ("zh-hans", 1, "QUEUED"),
        ("th", 1, "QUEUED"),
    ]
    # The same facts serve every language, so both print the same hash.
    assert len({row.facts_sha256 for row in owed}) == 1
    assert [row.requested_by for row in owed] == [w.supervisor, w.supervisor]


def test_an_approval_that_fails_owes_nothing(w: World) -> None:
    handover = w.acknowledged()
    w.suspects[0].photo.storage.delete(w.suspects[0].photo.name)
    with pytest.raises(deciding.Conflict), transaction.atomic():
        approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    assert not Dossier.objects.exists()
    assert HandoverRequest.objects.visible_to(w.thai).get().status == "ACKNOWLEDGED"


def test_a_second_click_on_approve_owes_nothing_more(w: World) -> None:
    handover = approved(w)
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    assert Dossier.objects.count() == 2


def test_the_facts_say_what_was_disclosed(w: World) -> None:
    approved(w)
    facts = reading.facts_of(Dossier.objects.get(language="th"))
    assert facts is not None
    assert (facts.requesting_country.code, facts.requested_country.code) == ("CN", "TH")
    assert facts.case_reference == w.case.reference
    assert {text.language for text in facts.statement_of_facts} == {"th", "zh-hans"}
    assert [subject.name.text for subject in facts.subjects] == ["王样例"] * 3
    assert all(subject.photo and subject.documents[0].status == "FORGED" for subject in facts.subjects)
    assert [exhibit.number for exhibit in facts.exhibits] == ["E-0001", "E-0002"]
    assert facts.exhibits[0].custody[0].at is None
    assert facts.legal_basis.confidence == "verified"
    assert [decision.status for decision in facts.decisions] == ["SUBMITTED", "ACKNOWLEDGED", "APPROVED"]
    assert facts.decisions[0].note == "上述人员在园区内实施诈骗（虚构）。"
    assert facts.disclosure is not None
    assert facts.disclosure.withheld == (f"{w.case.reference}/S4",)
    assert facts.is_demo


def test_a_request_in_words_only_prints_its_own_statement(w: World) -> None:
    w.case.texts.filter(kind="FACTS").delete()
    draft = w.draft(instrument_id=None)
    sending.submit(actor=w.chinese, handover_id=draft.uuid)
    proceeding.acknowledge(actor=w.thai, handover_id=draft.uuid)
    approving.approve_and_owe(actor=w.supervisor, handover_id=draft.uuid)
    facts = reading.facts_of(Dossier.objects.get(language="th"))
    assert facts is not None
    assert facts.statement_of_facts[0].text == draft.facts
    assert (facts.legal_basis.instrument, facts.legal_basis.note) == ("", draft.legal_basis)


def test_the_worker_renders_once_and_the_same_facts_give_the_same_bytes(w: World) -> None:
    approved(w)
    done = render_all(w)
    for row in done:
        assert row.job_state == JobState.DONE
        assert row.pages
        assert row.pages > 5
        with row.file.open("rb") as stored:
            pdf = stored.read()
        assert len(pdf) == row.size_bytes
        facts = reading.facts_of(row)
        assert facts is not None
        again = render_dossier(facts, language=row.language)
        assert (again.pdf, again.sha256) == (pdf, row.sha256)
        working.render_owed_dossier(job_id=row.pk)
        assert len(default_storage.listdir(f"dossiers/{row.uuid.hex}")[1]) == 1
    events = AuditEvent.objects.filter(verb="dossier.rendered")
    assert events.count() == 2
    told = events.order_by("id")[0]
    assert (told.channel, told.operation, told.recipient_country.code) == ("worker", "DISCLOSURE", "CN")
    assert (told.actor, told.codes["sha256"]) == (w.supervisor, done[0].sha256)


def test_prosecutors_of_both_sides_read_it_also_when_the_share_is_revoked(w: World) -> None:
    handover = approved(w)
    render_all(w)
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    for actor in (w.chinese_prosecutor, w.thai_prosecutor):
        dossier = Dossier.objects.visible_to(actor).get(language="zh-hans")
        reading.consult_dossier(actor=actor, dossier_id=dossier.uuid)
        with reading.open_download(actor=actor, dossier_id=dossier.uuid) as stored:
            assert stored.read()[:5] == b"%PDF-"
            assert stored.name == f"{handover.reference}-v1-zh-hans.pdf"
    seen = AuditEvent.objects.visible_to(w.supervisor).filter(actor=w.chinese_prosecutor)
    assert set(seen.values_list("verb", flat=True)) == {"dossier.viewed", "dossier.downloaded"}
    assert not Dossier.objects.visible_to(w.viet).exists()
    for act in (reading.consult_dossier, reading.open_download, owing.retry_dossier):
        with pytest.raises(Dossier.DoesNotExist):
            act(actor=w.viet, dossier_id=dossier.uuid)
    with pytest.raises(HandoverRequest.DoesNotExist):
        owing.request_dossier(actor=w.viet, handover_id=handover.uuid, language="vi")


def test_another_language_shares_the_version_and_asking_again_finds_it(w: World) -> None:
    handover = approved(w)
    english = owing.request_dossier(actor=w.chinese_prosecutor, handover_id=handover.uuid, language="en")
    assert (english.number, english.requested_by) == (1, w.chinese_prosecutor)
    assert english.facts_sha256 == Dossier.objects.get(language="th").facts_sha256
    for actor in (w.chinese_prosecutor, w.thai):
        assert owing.request_dossier(actor=actor, handover_id=handover.uuid, language="en") == english
    with pytest.raises(InvalidInput):
        owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language="fr")


def test_a_correction_makes_a_new_version_and_the_one_before_stays(w: World) -> None:
    handover = approved(w)
    before = render_all(w)
    w.suspects[0].name_original = "王改名"
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="corrected")
    approving.correct_and_owe(actor=w.supervisor, handover_id=handover.uuid, reason="Name corrected")
    second = Dossier.objects.get(handover=handover, language="th", number=2)
    assert second.supersedes == Dossier.objects.get(handover=handover, language="th", number=1)
    assert (second.facts["supersedes"], second.facts["supersedes_reason"]) == (1, "Name corrected")
    assert second.facts["subjects"][0]["name"]["text"] == "王改名"
    for row in before:
        held = Dossier.objects.get(pk=row.pk)
        assert (held.sha256, held.facts["subjects"][0]["name"]["text"]) == (row.sha256, "王样例")
    assert reading.newer_version_of(w.chinese, before[1]) == second


def test_the_dossier_that_travels_lists_every_check_of_both_sides_and_every_exception(w: World) -> None:
    handover = approved(w)
    first = Dossier.objects.get(handover=handover, language="th", number=1)
    assert "checks" not in first.facts["subjects"][0], "nothing recorded: the facts are what they were"
    surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=1), place="Mae Sot"
    )
    people = list(handover.subjects.order_by("position"))
    for subject in people:
        pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    about = {"handover_id": handover.uuid, "subject_id": people[0].uuid, "kind": "LAWYER"}
    outcome, findings = passing("LAWYER")
    made = {"findings": findings, "on": timezone.localdate(), **about}
    checking.record_check(actor=w.thai, outcome="NOT_AVAILABLE", **made)
    checking.record_check(actor=w.chinese, outcome=outcome, **made)
    reason = "no lawyer within 300 km (invented)"
    checking.propose_exception(actor=w.thai, reason=reason, **about)
    checking.confirm_exception(actor=officer("TH", "supervisor"), **about)
    approving.clear_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    rows = [row for row in render_all(w) if row.number == 2]
    assert sorted(row.language for row in rows) == ["th", "zh-hans"]
    one, other = rows[0].facts["subjects"][:2]
    by_kind = {check["kind"]: check for check in one["checks"]}
    assert {(a["country"]["code"], a["outcome"]) for a in by_kind["LAWYER"]["answers"]} == {
        ("TH", "NOT_AVAILABLE"),
        ("CN", outcome),
    }
    assert by_kind["LAWYER"]["exception"]["reason"] == reason
    assert by_kind["LAWYER"]["exception"]["proposed_by"] == w.thai.full_name
    assert not any(check["exception"] for check in other["checks"])
    assert findings.reason not in str(one), "the grounds stay where they were written"
    owing.request_dossier(actor=w.chinese, handover_id=handover.uuid, language="en")
    english = next(row for row in render_all(w) if row.language == "en")
    with default_storage.open(english.file.name) as file:
        text = " ".join(text_of(file.read()).split())
    assert f"Exception: {reason}" in text
    assert f"Proposed by: {w.thai.full_name}" in text
    assert "China (CN): " in text
    assert "Lawyer" in text


def test_a_step_after_the_approval_is_news_for_the_next_dossier(w: World) -> None:
    handover = w.cleared(approved(w))
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[handover.subjects.get(position=1).uuid],
    )
    latest = owing.request_dossier(actor=w.chinese, handover_id=handover.uuid, language="th")
    assert latest.number == 2
    assert latest.facts["decisions"][-1]["note"] == "Mae Sot (invented)"


def test_there_is_no_dossier_before_the_approval_and_none_after_a_withdrawal(w: World) -> None:
    handover = w.acknowledged()
    with pytest.raises(owing.NothingDisclosed):
        owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language="th")
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    surrendering.withdraw(actor=w.chinese, handover_id=handover.uuid, reason="Prosecuted in Thailand")
    with pytest.raises(owing.NothingDisclosed):
        owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language="vi")
    # What was disclosed stays on record with both.
    assert Dossier.objects.visible_to(w.chinese).count() == 2


def test_the_worker_asks_the_rule_again(w: World) -> None:
    approved(w)
    revoke_role(actor=None, user_id=w.supervisor.uuid, role_code="supervisor")
    assert [row.job_state for row in render_all(w)] == [JobState.DENIED, JobState.DENIED]
    assert AuditEvent.objects.filter(verb="dossier.denied", outcome="REFUSED").count() == 2
    retried = owing.retry_dossier(actor=w.thai_prosecutor, dossier_id=Dossier.objects.get(language="th").uuid)
    working.render_owed_dossier(job_id=retried.pk)
    retried.refresh_from_db()
    assert (retried.job_state, retried.requested_by) == (JobState.DONE, w.thai_prosecutor)


def test_what_cannot_be_printed_fails_with_a_code_and_can_be_tried_again(w: World) -> None:
    w.suspects[0].name_romanised = "Invented 😀"
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="typed")
    handover = approved(w)
    failed = render_all(w)
    assert {(row.job_state, row.error_code) for row in failed} == {("FAILED", "missing-glyph")}
    assert not failed[0].file
    event = AuditEvent.objects.filter(verb="dossier.failed").first()
    assert event is not None
    assert event.codes["code"] == "missing-glyph"
    retried = owing.request_dossier(actor=w.chinese, handover_id=handover.uuid, language="th")
    assert (retried.pk, retried.job_state, retried.attempts) == (failed[1].pk, JobState.QUEUED, 0)
    w.suspects[0].name_romanised = "Invented"
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="corrected")
    approving.correct_and_owe(actor=w.supervisor, handover_id=handover.uuid, reason="Letter")
    render_all(w)
    assert set(Dossier.objects.filter(number=2).values_list("job_state", flat=True)) == {"DONE"}


def test_who_was_found_to_be_a_victim_has_no_sheet_in_the_dossier_that_travels(w: World) -> None:
    handover = approved(w)
    surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=1), place="Mae Sot"
    )
    people = list(handover.subjects.order_by("position"))
    for subject in people:
        pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    _outcome, findings = passing("SCREENING")
    checking.record_check(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=people[0].uuid,
        kind="SCREENING",
        outcome="VICTIM",
        findings=findings,
        on=timezone.localdate(),
    )
    approving.clear_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    first, second = Dossier.objects.filter(handover=handover, language="th").order_by("number")
    assert len(first.facts["subjects"]) == len(people), "what was handed out stays as it was"
    assert len(second.facts["subjects"]) == len(people) - 1
    assert w.suspects[0].name_romanised in str(first.facts)
    assert w.suspects[0].name_romanised not in str(second.facts)
    assert not any(
        check["answers"][0]["outcome"] == "VICTIM" for check in second.facts["subjects"][0]["checks"]
    )
    for subject in people[1:]:
        surrendering.leave(
            actor=w.thai,
            handover_id=handover.uuid,
            subject_id=subject.uuid,
            outcome="DIED",
            reason="(invented)",
        )
    owing.request_dossier(actor=w.chinese, handover_id=handover.uuid, language="en")
    assert {row.job_state for row in render_all(w)} == {"DONE"}, (
        "nobody is left: it says so and does not fail"
    )


def test_nobody_is_cleared_for_a_dossier_that_cannot_be_made_and_the_refusal_says_what_to_do(
    w: World,
) -> None:
    handover = approved(w)
    surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=1), place="Mae Sot"
    )
    for subject in handover.subjects.all():
        pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    default_storage.delete(photo_name(w.suspects[0].photo_sha256))
    with pytest.raises(CannotDisclose, match="Disclose a corrected version"):
        approving.clear_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    with acting_as(w.thai):
        handover.refresh_from_db()
    assert handover.status == "PLANNED"
    approving.correct_and_owe(actor=w.supervisor, handover_id=handover.uuid, reason="Photograph")
    assert approving.clear_and_owe(actor=w.supervisor, handover_id=handover.uuid).status == "CLEARED"


def test_a_missing_photograph_fails_and_is_not_left_out(w: World) -> None:
    approved(w)
    default_storage.delete(photo_name(w.suspects[0].photo_sha256))
    assert {(row.job_state, row.error_code) for row in render_all(w)} == {("FAILED", "photo-missing")}
    assert reading.facts_of(Dossier.objects.get(language="th")) is None


def test_a_worker_without_its_lease_leaves_no_trace(w: World) -> None:
    approved(w)
    job = Dossier.objects.get(language="th")
    stale = Dossier.claim(job.pk)
    assert stale is not None
    Dossier.objects.filter(pk=job.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    facts = reading.facts_of(job)
    assert facts is not None
    rendered = render_dossier(facts, language="th")
    assert Dossier.claim(job.pk) not in {None, stale}
    with pytest.raises(working.LeaseLost):
        working._store(job, stale, w.supervisor, rendered)
    folder = f"dossiers/{job.uuid.hex}"
    assert not default_storage.exists(folder) or not default_storage.listdir(folder)[1]
    assert not AuditEvent.objects.filter(verb="dossier.rendered").exists()


@pytest.mark.parametrize(
    "changes", [{"facts": {}}, {"facts_sha256": "0" * 64}, {"number": 9}, {"language": "vi"}]
)
def test_the_database_refuses_to_rewrite_what_a_dossier_says(w: World, changes: dict[str, object]) -> None:
    approved(w)
    with pytest.raises(DatabaseError, match="not allowed"), transaction.atomic():
        Dossier.objects.filter(language="th").update(**changes)


def test_a_file_changed_on_disk_is_not_handed_out(w: World) -> None:
    approved(w)
    done = render_all(w)[0]
    with pytest.raises(DatabaseError, match="not allowed"), transaction.atomic():
        Dossier.objects.filter(pk=done.pk).update(sha256="0" * 64)
    with default_storage.open(done.file.name, "r+b") as stored:
        stored.seek(1000)
        stored.write(b"changed")
    with pytest.raises(reading.FileDamaged):
        reading.open_download(actor=w.chinese, dossier_id=done.uuid)
    assert not AuditEvent.objects.filter(verb="dossier.downloaded").exists()


def test_lists_are_paged_and_show_what_is_visible(w: World) -> None:
    handover = approved(w)
    first = reading.page_of_dossiers(w.chinese, size=1)
    second = reading.page_of_dossiers(w.chinese, size=1, before=first.older)
    assert [row.language for row in (*first.rows, *second.rows)] == ["th", "zh-hans"]
    assert second.older is None
    assert not reading.page_of_dossiers(w.viet).rows
    assert len(reading.dossiers_of_request(w.thai, handover)) == 2
    assert not reading.dossiers_of_request(officer("KH"), handover)
