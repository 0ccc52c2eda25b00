"""Render a dossier that is owed: claimed by a lease, drawn outside any transaction, finished in one."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.viewer import viewing_as
from lmc_cases.dossiers.facts import DossierFacts
from lmc_cases.dossiers.models import Dossier, IssuedFile, dossier_path
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed, render_dossier
from lmc_cases.dossiers.services.composing import revive
from lmc_cases.dossiers.services.issuing import note_issued
from lmc_cases.dossiers.services.sealed import opened_facts
from lmc_cases.jurisdictions.access import resolve_audiences
from lmc_cases.keys.providers import KeyUnavailable

logger = logging.getLogger(__name__)
# Facts read, pages drawn, file stored; finishing is the last step.
STEPS = 3
FACTS_CHANGED, PHOTO_MISSING, KEY_MISSING = "facts-changed", "photo-missing", "key-missing"
TOO_LONG, UNEXPECTED = "too-long", "unexpected"


def render_owed_dossier(*, job_id: int) -> None:
    """Render a dossier for the officer who asked; a second call, also at the same time, changes nothing.

    The rule is asked again: without the right the job ends DENIED. What cannot be drawn faithfully ends FAILED with
    a code. A worker that lost its lease removes its own file and stops; one that dies leaves the job to the sweeper.
    """
    token = Dossier.claim(job_id)
    if token is not None:
        render_claimed_dossier(job_id, token)


def render_claimed_dossier(job_id: int, token: uuid.UUID) -> None:
    """Render a dossier that the caller has just claimed with ``token``."""
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")), _lease_kept(job_id, token):
        try:
            _render(job_id, token)
        except LeaseLost:
            logger.warning("dossier job %s: the lease went to another worker", job_id)


def _render(job_id: int, token: uuid.UUID) -> None:
    officer = User.objects.select_related("agency").get(pk=Dossier.officer_pk(job_id))
    with viewing_as(officer.pk, resolve_audiences(officer)):
        dossier = Dossier.objects.visible_to(officer).filter(pk=job_id).first()
    if dossier is None:
        _end(job_id, token, officer, JobState.DENIED, "denied")
        return
    try:
        facts = _frozen_facts(dossier, officer)
        _step(job_id, token, 1)
        rendered = render_dossier(facts, language=dossier.language, beside=dossier.beside)
        _step(job_id, token, 2)
    except RenderingFailed as error:
        logger.warning("dossier job %s: %s: %s", job_id, error.code, error.detail)
        _end(job_id, token, officer, JobState.FAILED, error.code)
        return
    except (DatabaseError, OSError, LeaseLost):
        # Nothing of this dossier: it is begun again after its lease.
        raise
    except SoftTimeLimitExceeded:
        _end(job_id, token, officer, JobState.FAILED, TOO_LONG)
        return
    except Exception:
        # What no code names would fail five times over; the officer is told now, the log holds what it was.
        logger.exception("dossier job %s: could not be drawn", job_id)
        _end(job_id, token, officer, JobState.FAILED, UNEXPECTED)
        return
    _store(dossier, token, officer, rendered)


def _frozen_facts(dossier: Dossier, officer: User) -> DossierFacts:
    try:
        with viewing_as(officer.pk, resolve_audiences(officer)):
            plain = opened_facts(dossier)
        facts = revive(plain)
    except OSError as error:
        raise RenderingFailed(PHOTO_MISSING, type(error).__name__) from error
    except KeyUnavailable as error:
        raise RenderingFailed(KEY_MISSING, error.what) from error
    if facts.sha256 != dossier.facts_sha256:
        raise RenderingFailed(FACTS_CHANGED, facts.sha256)
    return facts


def _store(dossier: Dossier, token: uuid.UUID, officer: User, rendered: RenderedDossier) -> None:
    name = default_storage.save(dossier_path(dossier, ""), ContentFile(rendered.pdf))
    try:
        _step(dossier.pk, token, STEPS)
        with viewing_as(officer.pk, resolve_audiences(officer)):
            job: Dossier = Dossier.lock_claimed(dossier.pk, token)
            job.file.name = name
            job.sha256 = rendered.sha256
            job.pages = rendered.pages
            job.part_pages = rendered.part_pages
            job.size_bytes = len(rendered.pdf)
            job.engine = rendered.engine
            job.steps_done = STEPS
            _finish(job, officer, JobState.DONE)
            record(
                actor=officer,
                operation=Operation.DISCLOSURE,
                verb="dossier.rendered",
                target=job,
                recipient=job.handover.requesting,
                codes={
                    "language": job.languages_code,
                    "version": job.number,
                    "sha256": job.sha256,
                    "facts": job.facts_sha256,
                    "pages": job.pages,
                },
            )
            note_issued(
                kind=IssuedFile.Kind.DOSSIER,
                owner_id=job.audit_owner_id,
                object_uuid=job.uuid,
                sha256=job.sha256,
                facts_sha256=job.facts_sha256,
            )
    except BaseException:
        default_storage.delete(name)
        raise
    _remove_leftovers(name)


def _end(job_id: int, token: uuid.UUID, officer: User, state: JobState, code: str) -> None:
    """End without a file. Nobody holds more than before, so the recipient is not named."""
    with viewing_as(officer.pk, resolve_audiences(officer)):
        job: Dossier = Dossier.lock_claimed(job_id, token)
        job.error_code = code
        _finish(job, officer, state)
        record(
            actor=officer,
            operation=Operation.REFUSAL if state == JobState.DENIED else Operation.ALTERATION,
            verb="dossier.denied" if state == JobState.DENIED else "dossier.failed",
            target=job,
            outcome=AuditEvent.Outcome.REFUSED,
            codes={"language": job.languages_code, "version": job.number, "code": code},
        )


def _finish(job: Dossier, officer: User, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    save_as(job, actor=officer, reason=f"dossier.{state.lower()}")


def _step(job_id: int, token: uuid.UUID, done: int) -> None:
    """Say how far the work is, and notice a lost lease early."""
    Dossier.note(job_id, token, steps_done=done)


def _remove_leftovers(name: str) -> None:
    """Remove what a killed worker stored for this dossier without finishing it."""
    folder = PurePosixPath(name).parent
    for other in default_storage.listdir(str(folder))[1]:
        if str(folder / other) != name:
            default_storage.delete(str(folder / other))


@contextmanager
def _lease_kept(job_id: int, token: uuid.UUID) -> Iterator[None]:
    """Renew the lease from a thread while the block works: drawing is one long call."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(settings.JOB_LEASE_SECONDS / 3):
                try:
                    Dossier.renew(job_id, token)
                except DatabaseError:
                    # The next beat opens a new connection; the work itself finds out about the lease.
                    logger.warning("dossier job %s: the lease could not be renewed", job_id, exc_info=True)
                    connection.close()
        except LeaseLost:
            return
        finally:
            connection.close()

    heartbeat = threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True)
    heartbeat.start()
    try:
        yield
    finally:
        over.set()
        heartbeat.join()
