"""Carry an owed import out: all of it in one transaction, or nothing.

The worker may be killed at any line. Nothing is visible before the one commit, which also ends the job; a run
whose lease has lapsed is claimed again and starts from the file.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone, translation

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import CaseClosed, mark_changed
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.viewer import viewing_as
from lmc_cases.evidence.services.imported import add_events, add_exhibits
from lmc_cases.exchange.bundle_errors import BundleError
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import bundles, lists
from lmc_cases.exchange.services.contents import sealed_part
from lmc_cases.exchange.services.files import FileChanged, stored
from lmc_cases.exchange.services.looking import persons_of_earlier_imports
from lmc_cases.exchange.services.people import Alike, KnownPeople
from lmc_cases.exchange.spreadsheets import SheetError
from lmc_cases.jurisdictions.access import resolve_audiences
from lmc_cases.suspects.services.bulk import ImportedPerson, insert_suspects
from lmc_cases.suspects.services.people import lock_open_case

logger = logging.getLogger(__name__)


def run_owed_import(*, job_id: int) -> None:
    """Carry out the import if it is owed; a second call changes nothing.

    The rights of the officer who confirmed it are asked again: without them the run ends DENIED.
    """
    token = ImportRun.claim(job_id)
    if token is None:
        return
    actor = User.objects.select_related("agency").get(pk=ImportRun.officer_pk(job_id))
    with ImportRun.in_hand(job_id):
        run = ImportRun.objects.select_related("case", "requested_by").get(pk=job_id)
    tally = lists.Tally()
    try:
        with (
            translation.override(actor.language),
            Heartbeat(job_id, token, tally) as heart,
            stored(run) as path,
            viewing_as(actor.pk, resolve_audiences(actor)),
        ):
            case = lock_open_case(actor, run.case.uuid)
            result = _carry_out(run, case, actor, path, tally)
            # From here on the row is ours alone: the heartbeat would only wait for it.
            heart.stop()
            _finish(job_id, token, actor, result, tally.done)
    except LeaseLost:
        logger.warning("import %s: another worker holds it now", run.uuid)
    except Case.DoesNotExist:
        _end(job_id, token, actor, JobState.DENIED, "not-allowed", "", AuditEvent.Outcome.REFUSED)
    except CaseClosed as error:
        _end(job_id, token, actor, JobState.FAILED, "case-closed", str(error))
    except (BundleError, SheetError) as error:
        _end(job_id, token, actor, JobState.FAILED, error.code.lower().replace("_", "-"), str(error))
    except InvalidInput as error:
        _end(job_id, token, actor, JobState.FAILED, "invalid-input", str(error))
    except FileChanged as error:
        _end(job_id, token, actor, JobState.FAILED, error.code, "")
    except SoftTimeLimitExceeded:
        _end(job_id, token, actor, JobState.FAILED, "too-long", "")


class Heartbeat(threading.Thread):
    """Lengthen the lease and write the progress, each second, on a connection of its own.

    What the import's transaction writes nobody else sees before it ends. Inside a larger transaction the run
    itself is invisible to other connections, and nothing is written.
    """

    SECONDS = 1.0

    def __init__(self, job_id: int, token: UUID, tally: lists.Tally) -> None:
        super().__init__(name=f"import-{job_id}-heartbeat", daemon=True)
        self.job_id = job_id
        self.token = token
        self.tally = tally
        self.is_lost = False
        self._over = threading.Event()
        self._is_beating = not connection.in_atomic_block

    def __enter__(self) -> Heartbeat:
        if self._is_beating:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt()

    def stop(self) -> None:
        """Beat no more.

        Raises:
            LeaseLost: another worker took the job over.
        """
        self._halt()
        if self.is_lost:
            raise LeaseLost

    def _halt(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Beat until stopped."""
        try:
            while not self._over.wait(min(self.SECONDS, settings.JOB_LEASE_SECONDS / 4)):
                try:
                    ImportRun.renew(self.job_id, self.token)
                    ImportRun.note(self.job_id, self.token, rows_done=self.tally.done)
                except LeaseLost:
                    self.is_lost = True
                    return
                except DatabaseError:
                    # The lease lasts longer than a beat; the import's own connection decides.
                    logger.exception("import %s: no heartbeat", self.job_id)
        finally:
            connections.close_all()


def _carry_out(run: ImportRun, case: Case, actor: User, path: Path, tally: lists.Tally) -> dict[str, Any]:
    chosen = run.report.get("choices", {})
    choices = lists.Choices(
        category=chosen.get("category", lists.Choices().category),
        take_all_alike=run.duplicates_confirmed,
        take_rows=frozenset(chosen.get("rows", ())),
    )
    if run.kind == ImportRun.Kind.CASE_BUNDLE:
        return _import_bundle(run, case, actor, path, choices, tally)
    reader = lists.open_list(path)
    mapping = {int(column): name for column, name in run.mapping.items()}
    persons = lists.persons_of(reader, mapping, KnownPeople(case), choices, tally, timezone.localdate())
    imported = insert_suspects(actor=actor, case_id=case.uuid, rows=persons, import_run=run.uuid)
    return {**tally.as_report(), "headers": list(reader.headers), "imported": imported}


def _import_bundle(
    run: ImportRun, case: Case, actor: User, path: Path, choices: lists.Choices, tally: lists.Tally
) -> dict[str, Any]:
    known = KnownPeople(case)
    plan = bundles.plan_of(
        path, category=choices.category, language=actor.document_language, key=known.marker.people_key
    )
    earlier = persons_of_earlier_imports(case)
    taken: list[ImportedPerson] = []
    nodes: dict[str, int] = {}
    for node_id, person in plan.persons:
        alike = known.find(person.fingerprint, [d.number for d in person.documents], person.row)
        if node_id in earlier:
            alike = Alike("IN_CASE", earlier[node_id])
        is_taken = alike is None or choices.take_all_alike or person.row in choices.take_rows
        if alike is not None:
            tally.alike_total += 1
            tally.alike.append(
                {"row": person.row, "why": alike.why, "number": alike.number, "taken": is_taken}
            )
        if is_taken:
            taken.append(person)
            nodes[node_id] = person.row
    imported = (
        insert_suspects(actor=actor, case_id=case.uuid, rows=taken, import_run=run.uuid) if taken else 0
    )
    tally.done += len(plan.persons)
    same = bundles.exhibits_alike(case, plan.exhibits)
    # One of the same id is always the same exhibit: only its new acts are added.
    left_out = {
        key for key, (why, _number) in same.items() if why == "SAME_HASH" and not choices.take_all_alike
    }
    wanted = [exhibit for exhibit in plan.exhibits if exhibit.external_id not in left_out]
    items = add_exhibits(actor=actor, case=case, exhibits=wanted, import_run=run.uuid)
    acts = 0
    for exhibit in wanted:
        item = items[exhibit.external_id]
        acts += add_events(
            actor=actor, item=item, events=plan.acts.get(exhibit.external_id, ()), import_run=run.uuid
        )
        tally.done += 1
    mark_changed(case, actor, "imported")
    renumbered = [
        {"stated": exhibit.exhibit_number, "given": items[exhibit.external_id].exhibit_number}
        for exhibit in wanted
        if items[exhibit.external_id].exhibit_number != exhibit.exhibit_number
    ]
    return {
        **tally.as_report(),
        "ready": imported,
        "imported": imported,
        "exhibits": sum(1 for item in wanted if same.get(item.external_id, ("",))[0] != "SAME_ID"),
        "acts": acts,
        "exhibits_alike": [{"why": why, "number": number} for why, number in same.values()],
        "renumbered": renumbered,
        "persons_by_node": nodes,
        "counts": plan.counts(),
        "acts_of_nothing": list(plan.acts_of_nothing),
        "shortened": list(plan.shortened),
        **bundles.unread_of(plan.bundle),
    }


def _finish(job_id: int, token: UUID, actor: User, result: dict[str, Any], done: int) -> None:
    """End the job in the import's own transaction."""
    run = ImportRun.lock_claimed(job_id, token)
    run.job_state = JobState.DONE
    run.finished_at = timezone.now()
    run.lease_token = run.lease_until = None
    run.rows_done = run.rows_total = done
    run.report = {"choices": run.report.get("choices", {}), "result": sealed_part(run, result)}
    save_as(run, actor=actor, reason="imported")
    counted = ("imported", "exhibits", "acts", "error_rows", "alike_total", "unread_total")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="import.done",
        target=run,
        codes={"kind": run.kind, **{name: result[name] for name in counted if name in result}},
    )


def _end(
    job_id: int,
    token: UUID,
    actor: User,
    state: JobState,
    code: str,
    message: str,
    outcome: AuditEvent.Outcome = AuditEvent.Outcome.DONE,
) -> None:
    """End a job that imported nothing."""
    try:
        with transaction.atomic():
            run = ImportRun.lock_claimed(job_id, token)
            run.job_state = state
            run.error_code = code
            run.finished_at = timezone.now()
            run.lease_token = run.lease_until = None
            run.rows_done = 0
            run.report = {**run.report, "error": message}
            save_as(run, actor=actor, reason=code)
            refused = outcome == AuditEvent.Outcome.REFUSED
            record(
                actor=actor,
                operation=Operation.REFUSAL if refused else Operation.COLLECTION,
                verb="import.denied" if refused else "import.failed",
                target=run,
                outcome=outcome,
                codes={"code": code},
            )
    except LeaseLost:
        logger.warning("import %s: another worker holds it now", job_id)
