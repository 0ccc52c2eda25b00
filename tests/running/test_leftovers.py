"""A file whose request broke off is taken away by the clock; no file of a record and of a running upload ever is."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as live_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction

from lmc_cases.config.demo_data import DEMO_PEOPLE
from lmc_cases.core import leftovers
from lmc_cases.dossiers.models import Dossier, LedgerDocument
from lmc_cases.dossiers.services import print_owed_ledger, request_ledger, sign_dossier
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing
from lmc_cases.handovers.services import writing
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.runs import drain, granted, start
from tests.factories import officer, open_case
from tests.leaks.world import jpeg

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(hours=24)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def grow_old(place: Path, *, hours: float = 48) -> None:
    then = time.time() - hours * 3600
    for path in place.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def upload(user: Any, case: Any) -> ImportRun:
    content = ContentFile(DEMO_PEOPLE.read_bytes(), name="people.xlsx")
    return importing.start_import(
        actor=user, case_id=case.uuid, kind=ImportRun.Kind.SUSPECT_LIST, upload=content
    )


def names(place: Path, folder: str) -> set[str]:
    return {path.name for path in (place / folder).glob("*")}


def broken_upload(user: Any, case: Any, place: Path) -> str:
    """An upload whose request is rolled back after the service is done: the file stays."""

    class RequestFailed(Exception):
        pass

    def request() -> None:
        with transaction.atomic():
            upload(user, case)
            raise RequestFailed

    before = names(place, "imports")
    with pytest.raises(RequestFailed):
        request()
    (left,) = names(place, "imports") - before
    return left


def test_a_file_whose_request_was_rolled_back_goes_after_a_day_and_no_other(place: Path) -> None:
    user = officer("TH")
    case = open_case(user)
    kept = Path(str(upload(user, case).file.name)).name
    left = broken_upload(user, case, place)
    grow_old(place)
    assert [leftover.name for leftover in leftovers.leftovers()] == [f"imports/{left}"]
    assert leftovers.sweep() == 1
    assert names(place, "imports") == {kept}
    assert leftovers.sweep() == 0


def test_a_young_file_is_never_taken_whatever_age_is_asked_for(place: Path) -> None:
    """Rule: its request may still be running; an hour is the least, even by command."""
    user = officer("TH")
    left = broken_upload(user, open_case(user), place)
    assert leftovers.leftovers(older_than=dt.timedelta(0)) == []
    grow_old(place, hours=0.9)
    assert leftovers.sweep(older_than=dt.timedelta(0)) == 0
    grow_old(place, hours=1.1)
    assert leftovers.sweep(older_than=dt.timedelta(0)) == 1
    assert left not in names(place, "imports")


def test_files_of_every_country_are_known_although_the_sweeper_sees_no_record(place: Path) -> None:
    """Rule: foreign is not unknown."""
    for code in ("TH", "CN", "VN"):
        user = officer(code)
        upload(user, open_case(user))
    grow_old(place)
    assert leftovers.sweep() == 0
    assert len(names(place, "imports")) == 3


def test_a_discarded_imports_file_that_stayed_goes_too(place: Path) -> None:
    user = officer("TH")
    run = upload(user, open_case(user))
    name = str(run.file.name)
    importing.discard_import(actor=user, run_id=run.uuid)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(b"the process died before it was deleted"))
    grow_old(place)
    assert leftovers.sweep() == 1


def test_photographs_of_persons_and_of_their_history_stay_and_broken_ones_go(place: Path) -> None:
    from lmc_cases.suspects.services.photos import remove_photo, set_photo
    from tests.security.samples import case_with_person

    user = officer("TH")
    _case, suspect = case_with_person(user)
    first = set_photo(actor=user, suspect_id=suspect.uuid, upload=jpeg())
    assert first.photo
    kept = Path(str(first.photo.name)).name
    remove_photo(actor=user, suspect_id=suspect.uuid, reason="wrong person")
    default_storage.save("photos/0123456789abcdef.jpg", ContentFile(b"left behind"))
    grow_old(place)
    assert leftovers.sweep() == 1
    assert names(place, "photos") == {kept}


def test_exhibits_and_copies_of_photographs_are_out_of_the_sweepers_reach(place: Path) -> None:
    """Rule: a person decides on exhibits; a copy is named by its content, and facts that are frozen name it sealed."""
    for name in ("evidence/unknown", f"dossiers/photos/{'a' * 64}.jpg", "dossiers/unknown"):
        default_storage.save(name, ContentFile(b"nobody names it"))
    grow_old(place)
    assert leftovers.sweep() == 0
    assert names(place, "evidence") == {"unknown"}


def test_what_a_killed_process_left_of_dossiers_goes_and_what_was_drawn_signed_and_printed_stays(
    place: Path, settings: Any
) -> None:
    settings.VAR_DIR = place / "var"
    settings.SECOND_FACTOR_COMPULSORY = False
    party = granted(1)
    start(party)
    assert drain() == 1
    with acting_as(party.holder):
        dossier = Dossier.objects.get()
    signed = sign_dossier(
        actor=party.holder, dossier_id=dossier.uuid, sha256=dossier.sha256, confirmed_at=None
    )
    with acting_as(party.holder):
        ledger = request_ledger(actor=party.holder, case_id=party.case.uuid, language="en")
    print_owed_ledger(job_id=ledger.pk)
    with acting_as(party.holder):
        printed = LedgerDocument.objects.get(pk=ledger.pk)
    kept = {str(dossier.file.name), str(signed.file.name), str(printed.file.name)}
    left = {
        f"dossiers/{dossier.uuid.hex}/{'1' * 32}.pdf",
        f"dossiers/{dossier.uuid.hex}/signed/REQUESTED/{'2' * 32}.pdf",
        f"dossiers/{dossier.uuid.hex}/signed/REQUESTING/{'3' * 32}.pdf",
        f"dossiers/ledgers/{printed.uuid.hex}/{'4' * 32}.pdf",
        f"dossiers/{'5' * 32}/{'6' * 32}.pdf",
    }
    for name in left:
        assert default_storage.save(name, ContentFile(b"half")) == name
    assert leftovers.leftovers() == []
    grow_old(place)
    assert {leftover.name for leftover in leftovers.leftovers()} == left
    assert leftovers.sweep() == len(left)
    assert all(default_storage.exists(name) for name in kept)
    assert not any(default_storage.exists(name) for name in left)


def test_papers_of_messages_stay_and_broken_ones_go(place: Path) -> None:
    party = granted(1)
    writing.write_message(
        actor=party.liaison,
        handover_id=party.requests[0].uuid,
        text="Invented",
        language="en",
        enclosed=writing.Enclosed(paper=io.BytesIO(b"%PDF"), paper_name="warrant.pdf"),
    )
    (kept,) = names(place, "papers")
    default_storage.save(f"papers/{'0' * 32}", ContentFile(b"left behind"))
    grow_old(place)
    assert leftovers.sweep() == 1
    assert names(place, "papers") == {kept}


def test_many_folders_are_walked_a_few_hundred_files_at_a_time(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        default_storage.save(f"dossiers/{number:032x}/{number:032x}.pdf", ContentFile(b"half"))
    grow_old(place)
    monkeypatch.setattr(leftovers, "_AT_ONCE", 3)
    assert leftovers.sweep() == 7


def test_the_command_lists_first_and_deletes_only_when_told(place: Path) -> None:
    user = officer("TH")
    left = broken_upload(user, open_case(user), place)
    grow_old(place)
    out = io.StringIO()
    call_command("sweep_leftovers", stdout=out)
    assert f"imports/{left}" in out.getvalue()
    assert names(place, "imports") == {left}
    call_command("sweep_leftovers", "--remove", stdout=out)
    assert names(place, "imports") == set()


def test_the_clock_sweeps_every_hour() -> None:
    entry = live_settings.CELERY_BEAT_SCHEDULE["sweep-leftovers"]
    assert entry == {"task": "core.sweep_leftovers", "schedule": 3600.0}


def test_the_functions_return_nothing_but_names_they_were_given(superuser_url: str) -> None:
    with psycopg.connect(superuser_url) as connection:
        for function in (
            "files_without_import(text[])",
            "photographs_without_person(text[])",
            "files_without_dossier(text[])",
            "papers_without_message(text[])",
        ):
            row = connection.execute(
                "SELECT pg_get_userbyid(proowner), prosecdef, pg_get_function_result(oid),"
                " EXISTS (SELECT FROM unnest(proacl) acl WHERE acl::text LIKE '=%%')"
                " FROM pg_proc WHERE oid = to_regprocedure(%s)",
                [function],
            ).fetchone()
            assert row == ("lmc_definer", True, "SETOF text", False)


def test_a_real_worker_sweeps(worker: Any, settings: Any) -> None:
    from lmc_cases.config.celery import app

    settings.MEDIA_ROOT = Path(os.environ["LMC_MEDIA_DIR"])
    name = default_storage.save("imports/0123456789abcdef0123456789abcdef", ContentFile(b"left behind"))
    then = time.time() - 48 * 3600
    os.utime(default_storage.path(name), (then, then))
    app.send_task("core.sweep_leftovers")
    deadline = time.monotonic() + 30
    while default_storage.exists(name):
        assert time.monotonic() < deadline
        time.sleep(0.2)
