"""A list that is too long for an answer: owed, made through its own page, fetched by its officer alone, removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.cases.services import sharing
from lmc_cases.core import leftovers
from lmc_cases.core.jobs import JobState
from lmc_cases.exports.models import ListExport
from lmc_cases.exports.services.asking import MOST_OWED
from lmc_cases.exports.services.making import make_owed_list, remove_old_files
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Clearance
from tests.exports.samples import (
    asked_for,
    case_with_persons,
    client_of,
    downloaded,
    lines,
    persons_of,
    read_by,
)
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db

MANY = 5


@pytest.fixture(autouse=True)
def _short_answers(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    settings.LIST_EXPORT_MAX_ROWS = 2


@pytest.fixture
def thai() -> User:
    return living_in(officer("TH", "liaison_officer", language="th"), "Asia/Bangkok")


@pytest.fixture
def case(thai: User) -> Case:
    return case_with_persons(thai, MANY)


def living_in(user: User, zone: str) -> User:
    user.time_zone = zone
    user.save()
    return user


def made(user: User, export: ListExport) -> ListExport:
    make_owed_list(job_id=export.pk)
    return read_by(user, export.uuid)


def verbs_on(user: User, export: ListExport) -> list[str]:
    with acting_as(user):
        return [event.verb for event in AuditEvent.objects.filter(object_uuid=export.uuid).order_by("pk")]


def said(user: User, export: ListExport) -> str:
    return client_of(user).get(reverse("exports:detail", args=[export.uuid])).content.decode()


def noted(reader: User, owner: User) -> set[tuple[str, str]]:
    with acting_as(owner):
        rows = Disclosure.objects.filter(recipient_officer=reader, path="EXPORT")
        return {(row.kind, str(row.object_uuid)) for row in rows}


# --- asked for and made ----------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("query", ["", "q=Invented&category=SUSPECT&after=3"])
def test_the_worker_makes_the_very_file_that_the_page_would_have_sent(
    thai: User, case: Case, settings: Any, kind: str, query: str
) -> None:
    export = asked_for(thai, persons_of(case), query=query, kind=kind)
    assert (export.job_state, export.file.name) == (JobState.QUEUED, "")
    # Which page of the list the officer was on is no filter.
    assert "after" not in export.query
    export = made(thai, export)
    assert (export.job_state, export.rows_total, export.attempts) == (JobState.DONE, MANY, 1)
    settings.LIST_EXPORT_MAX_ROWS = 100
    direct = client_of(thai).post(f"{persons_of(case)}?{query}", {"format": kind})
    assert export.file_name in direct["Content-Disposition"]
    by_worker = downloaded(thai, export)
    if kind == "csv":
        assert by_worker == direct.content
        assert len(lines(by_worker)) == MANY + 1
    else:
        # A workbook holds the time it was written.
        assert abs(len(by_worker) - len(direct.content)) < 20
    with acting_as(thai):
        exported = AuditEvent.objects.filter(verb="suspects.exported").order_by("pk")
        by_them = [(event.channel, event.codes["rows"], event.actor_id) for event in exported]
    assert by_them == [("command", MANY, thai.pk), ("web", MANY, thai.pk)]
    assert verbs_on(thai, export) == ["list.requested", "list.exported", "list.downloaded"]


def test_nothing_is_let_out_before_it_is_made_and_a_foreign_record_is_noted_one_by_one(
    thai: User, case: Case
) -> None:
    second, chinese = officer("TH", "supervisor"), officer("CN")
    share(thai, case, "CN", second=second)
    say_why(chinese, case)
    client_of(chinese).get(persons_of(case))
    export = asked_for(chinese, persons_of(case))
    assert not noted(chinese, thai)
    export = made(chinese, export)
    assert export.job_state == JobState.DONE
    entries = noted(chinese, thai)
    assert len([entry for entry in entries if entry[0] == "SUSPECT"]) == MANY
    # Made once, whoever wakes the worker how often.
    make_owed_list(job_id=export.pk)
    assert noted(chinese, thai) == entries
    # What was let out is fetched as often as its officer likes; each time is recorded.
    for _time in range(2):
        downloaded(chinese, export)
    assert noted(chinese, thai) == entries
    assert verbs_on(chinese, export).count("list.downloaded") == 2


def test_who_has_not_said_why_is_asked_and_nothing_is_owed(thai: User, case: Case) -> None:
    share(thai, case, "CN", second=officer("TH", "supervisor"))
    chinese = officer("CN")
    answer = client_of(chinese).post(persons_of(case), {"format": "csv"})
    assert answer["Location"].startswith(f"/cases/{case.uuid}/reason/")
    with acting_as(chinese):
        assert not ListExport.objects.exists()


def test_the_same_list_is_owed_once_and_an_officer_is_owed_a_few_at_a_time(thai: User, case: Case) -> None:
    first = asked_for(thai, persons_of(case))
    assert asked_for(thai, persons_of(case)).pk == first.pk
    # Another kind of file, other filters, another officer: another file.
    others = [asked_for(thai, persons_of(case), kind="xlsx"), asked_for(thai, persons_of(case), query="q=i")]
    colleague = officer("TH")
    assert asked_for(colleague, persons_of(case)).pk not in {first.pk, *(row.pk for row in others)}
    for number in range(MOST_OWED - 3):
        asked_for(thai, persons_of(case), query=f"category=SUSPECT&x={number}")
    client = client_of(thai)
    answer = client.post(f"{persons_of(case)}?x=one+more", {"format": "csv"})
    assert answer["Location"] == f"{persons_of(case)}?x=one+more"
    with acting_as(thai):
        assert ListExport.objects.count() == MOST_OWED
    made(thai, first)
    # Made: asked again it is made anew, as the list stands then.
    assert asked_for(thai, persons_of(case)).pk != first.pk


# --- rights end, days end, lists grow --------------------------------------------------------------
def test_a_right_that_ended_before_the_making_lets_nothing_out(thai: User, case: Case) -> None:
    shared = share(thai, case, "CN", second=officer("TH", "supervisor"))
    chinese = officer("CN")
    say_why(chinese, case)
    export = asked_for(chinese, persons_of(case))
    sharing.revoke_share(actor=thai, share_id=shared.uuid, reason="over")
    export = made(chinese, export)
    assert (export.job_state, export.error_code, export.file.name) == (JobState.DENIED, "denied", "")
    assert not noted(chinese, thai)
    assert verbs_on(chinese, export) == ["list.requested", "list.denied"]
    with acting_as(chinese):
        assert AuditEvent.objects.get(verb="list.denied").operation == Operation.REFUSAL
        assert not AuditEvent.objects.filter(verb="suspects.exported").exists()
    page = said(chinese, export)
    assert "The list is not open to you any more." in page
    # Nothing leads to what does not exist for the officer.
    assert persons_of(case) not in page


def test_an_officer_who_left_or_lost_every_role_is_made_nothing(thai: User, case: Case) -> None:
    left, bare = officer("TH"), officer("TH")
    owed = [(user, asked_for(user, persons_of(case))) for user in (left, bare)]
    left.is_active = False
    left.save()
    revoke_role(actor=None, user_id=bare.uuid, role_code="liaison_officer")
    for user, export in owed:
        make_owed_list(job_id=export.pk)
        with ListExport.in_hand(export.pk):
            export.refresh_from_db()
        assert (export.job_state, export.error_code) == (JobState.DENIED, "denied"), user
    assert client_of(bare).get(reverse("exports:detail", args=[owed[1][1].uuid])).status_code == 404


def test_a_right_that_ended_after_the_making_closes_the_file(thai: User, case: Case) -> None:
    shared = share(thai, case, "CN", second=officer("TH", "supervisor"))
    chinese = officer("CN")
    say_why(chinese, case)
    export = made(chinese, asked_for(chinese, persons_of(case)))
    before = noted(chinese, thai)
    sharing.revoke_share(actor=thai, share_id=shared.uuid, reason="over")
    client = client_of(chinese)
    assert client.get(reverse("exports:download", args=[export.uuid])).status_code == 404
    page = said(chinese, export)
    assert "The list is not open to you any more." in page
    assert reverse("exports:download", args=[export.uuid]) not in page
    assert noted(chinese, thai) == before


def test_who_reads_less_than_when_it_was_made_fetches_no_list_of_many_cases(thai: User) -> None:
    """Rule: the list of cases is open to everybody; the cases in a file of it were those of another clearance."""
    reader = officer("TH", clearance=Clearance.SECRET)
    for number in range(MANY):
        open_case(thai, f"Invented secret {number}")
    with acting_as(thai):
        Case.objects.update(classification="SECRET")
    export = made(reader, asked_for(reader, reverse("cases:list")))
    assert "Invented secret" in downloaded(reader, export).decode("utf-8-sig")
    reader.clearance = Clearance.RESTRICTED
    reader.save()
    assert client_of(reader).get(reverse("cases:list")).status_code == 200
    assert client_of(reader).get(reverse("exports:download", args=[export.uuid])).status_code == 404
    assert "The list is not open to you any more." in said(reader, export)


def test_a_reason_of_yesterday_opens_nothing_today(thai: User, case: Case) -> None:
    share(thai, case, "CN", second=officer("TH", "supervisor"))
    # Between these two zones it is never the same day.
    chinese = living_in(officer("CN"), "Pacific/Kiritimati")
    say_why(chinese, case)
    owed, fetched = asked_for(chinese, persons_of(case)), asked_for(chinese, persons_of(case), kind="xlsx")
    fetched = made(chinese, fetched)
    before = noted(chinese, thai)
    living_in(chinese, "Pacific/Pago_Pago")
    owed = made(chinese, owed)
    assert (owed.job_state, owed.error_code) == (JobState.DENIED, "reason")
    assert noted(chinese, thai) == before
    page = said(chinese, owed)
    assert "say again why you read the case" in page
    assert persons_of(case) in page
    # The file that was made is asked about before it is sent, as the page would be.
    address = reverse("exports:download", args=[fetched.uuid])
    answer = client_of(chinese).get(address)
    assert answer["Location"] == f"/cases/{case.uuid}/reason/?next={address.replace('/', '%2F')}"
    say_why(chinese, case)
    assert downloaded(chinese, fetched)


def test_a_list_too_long_for_a_worker_says_so(thai: User, case: Case, settings: Any) -> None:
    thai.language = "en"
    thai.save()
    settings.LIST_EXPORT_MAX_ROWS_BY_WORKER = MANY - 1
    export = made(thai, asked_for(thai, persons_of(case)))
    assert (export.job_state, export.error_code) == (JobState.FAILED, "too-many")
    assert "The list has more than 4 rows" in said(thai, export)
    with acting_as(thai):
        assert not AuditEvent.objects.filter(verb="suspects.exported").exists()
    assert verbs_on(thai, export) == ["list.requested", "list.failed"]


@pytest.mark.parametrize("path", ["/nowhere/", "/", "/accounts/profile/"])
def test_an_address_that_gives_no_list_is_denied(thai: User, case: Case, path: str) -> None:
    export = asked_for(thai, persons_of(case))
    with acting_as(thai):
        ListExport.objects.filter(pk=export.pk).update(path=path)
    export = made(thai, export)
    assert (export.job_state, export.error_code) == (JobState.DENIED, "denied")


# --- whose it is, and how long ---------------------------------------------------------------------
def test_a_file_exists_for_its_officer_alone(thai: User, case: Case) -> None:
    export = made(thai, asked_for(thai, persons_of(case)))
    for other in (officer("TH"), officer("TH", "supervisor"), officer("TH", "auditor"), officer("CN")):
        client = client_of(other)
        for name in ("detail", "progress", "download"):
            assert client.get(reverse(f"exports:{name}", args=[export.uuid])).status_code == 404, name
        assert str(export.uuid) not in client.get(reverse("exports:list")).content.decode()
    for name in ("detail", "download"):
        address = reverse(f"exports:{name}", args=[export.uuid])
        assert Client().get(address)["Location"].startswith("/sign-in/login/")


def test_the_pages_follow_a_file_from_asking_to_fetching(thai: User, case: Case) -> None:
    thai.language = "en"
    thai.save()
    client, files = client_of(thai), reverse("exports:list")
    assert "You have no files yet." in client.get(files).content.decode()
    export = asked_for(thai, persons_of(case))
    page, progress = said(thai, export), reverse("exports:progress", args=[export.uuid])
    assert f'hx-get="{progress}"' in page
    assert "Persons of a case" in page
    assert "Queued" in client.get(progress).content.decode()
    with ListExport.in_hand(export.pk):
        ListExport.objects.filter(pk=export.pk).update(
            job_state=JobState.RUNNING, rows_done=2, rows_total=MANY
        )
    assert "2 of 5" in client.get(progress).content.decode()
    with ListExport.in_hand(export.pk):
        ListExport.objects.filter(pk=export.pk).update(job_state=JobState.QUEUED)
    export = made(thai, export)
    answer = client.get(progress).content.decode()
    assert "hx-get" not in answer
    assert reverse("exports:detail", args=[export.uuid]) in answer
    assert reverse("exports:download", args=[export.uuid]) in said(thai, export)
    assert "File ready" in client.get(reverse("home")).content.decode()
    assert str(export.uuid) in client.get(files).content.decode()
    assert files in client.get(reverse("home")).content.decode()
    downloaded(thai, export)
    assert "File ready" not in client.get(reverse("home")).content.decode()


def test_a_file_is_removed_after_its_hours_with_what_was_looked_for(
    thai: User, case: Case, settings: Any
) -> None:
    thai.language = "en"
    thai.save()
    export = made(thai, asked_for(thai, persons_of(case), query="q=Invented"))
    name = export.file.name
    assert default_storage.exists(name)
    assert remove_old_files() == 0
    settings.LIST_EXPORT_KEEP_HOURS = 0
    assert remove_old_files() == 1
    assert not default_storage.exists(name)
    export = read_by(thai, export.uuid)
    assert (export.file.name, export.query, export.job_state) == ("", "", JobState.DONE)
    assert remove_old_files() == 0
    assert client_of(thai).get(reverse("exports:download", args=[export.uuid])).status_code == 404
    page = said(thai, export)
    assert "The file has been removed." in page
    assert f'href="{persons_of(case)}"' in page
    assert "Removed" in client_of(thai).get(reverse("exports:list")).content.decode()


def test_a_file_that_no_row_holds_is_swept_and_one_that_a_row_holds_stays(thai: User, case: Case) -> None:
    export = made(thai, asked_for(thai, persons_of(case)))
    lost = default_storage.save("list-exports/lost.csv", ContentFile(b"invented"))
    try:
        # Both are younger than any job may be: neither is touched.
        assert not {row.name for row in leftovers.leftovers()} & {lost, export.file.name}
        shelf = leftovers.Shelf(folder="list-exports", unknown_by="files_without_list_export")
        assert leftovers._unknown(shelf, [lost, str(export.file.name)]) == [lost]
    finally:
        default_storage.delete(lost)
