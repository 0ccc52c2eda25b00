"""Documents drawn and signed from frozen facts, one way for every kind: owed, printed by the worker, downloaded.

What differs between the kinds stands in a ``Press``; the transactions, the lease and what is recorded are the same.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeasedJob, LeaseLost
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.viewer import viewing_as
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.services.issuing import note_issued
from lmc_cases.dossiers.services.reading import FileDamaged, NotReady
from lmc_cases.dossiers.signing import CannotSign, Signed, sign_pdf
from lmc_cases.jurisdictions.access import resolve_audiences

logger = logging.getLogger(__name__)
FACTS_CHANGED = "facts-changed"


class Frozen(Protocol):
    """Facts that know their plain form and its checksum."""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the canonical bytes."""

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Rebuild the value from its plain form."""


F = TypeVar("F", bound=Frozen)


@dataclass(frozen=True)
class Press:
    """How one kind of document is printed.

    Attributes:
        model: a ``LeasedJob`` whose manager has ``visible_to``, with the columns of ``PrintedDocument``; ``engine``
            only if ``keeps_engine``.
        prepare: reads for the officer what is drawn, in a transaction; raises ``RenderingFailed``.
        draw: draws what was prepared, outside any; returns the file and what its signature says.
        printed, denied, failed: verbs of the audit; ``failing`` is the operation of the last.
    """

    model: type[LeasedJob]
    prepare: Callable[[Any, User], Any]
    draw: Callable[[Any, Any], tuple[RenderedDossier, str]]
    path: Callable[[Any, str], str]
    kind: Callable[[Any], IssuedFile.Kind]
    printed: str
    denied: str
    failed: str
    failing: Operation = Operation.ALTERATION
    keeps_engine: bool = True

    @property
    def rows(self) -> Any:
        """The manager of the model."""
        return self.model._default_manager

    @property
    def noun(self) -> str:
        """What the verbs are about."""
        return self.printed.partition(".")[0]


def queue(document: Any, actor: User, verb: str, codes: dict[str, Any]) -> None:
    """Owe a document, new or again, in the caller's transaction."""
    document.job_state = JobState.QUEUED
    document.queued_at = timezone.now()
    document.attempts = 0
    document.error_code = ""
    save_as(document, actor=actor, reason=verb)
    record(actor=actor, operation=Operation.COLLECTION, verb=verb, target=document, codes=codes)
    document.wake()


def has_failed(document: Any) -> bool:
    """Whether it may be owed again."""
    return document.job_state in {JobState.FAILED, JobState.DENIED}


def try_again(document: Any, actor: User, verb: str, codes: dict[str, Any]) -> None:
    """Owe a document that failed again, for the officer who asks; any other stays as it is."""
    if has_failed(document):
        document.requested_by = actor
        queue(document, actor, verb, codes)


def frozen(form: type[F], plain: dict[str, Any], sha256: str) -> F:
    """Return frozen facts as they were when they were asked for.

    Raises:
        RenderingFailed: ``facts-changed``.
    """
    facts = form.from_plain(plain)
    if facts.sha256 != sha256:
        raise RenderingFailed(FACTS_CHANGED, facts.sha256)
    return facts


def open_printed(document: Any, *, name: str) -> File[bytes]:
    """Return the signed file, compared with its checksum first. The caller records who took it.

    Raises:
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    if document.job_state != JobState.DONE:
        raise NotReady(_("This document is not ready yet."))
    damaged = FileDamaged(_("The stored file is not the one that was rendered. Tell your administrator."))
    try:
        stored = document.file.open("rb")
    except OSError as error:
        raise damaged from error
    if hashlib.file_digest(stored.file, "sha256").hexdigest() != document.sha256:
        stored.close()
        raise damaged
    stored.seek(0)
    return File(stored.file, name=name)


# --- the worker's side -------------------------------------------------------------------------------
def print_owed(press: Press, *, job_id: int) -> None:
    """Print and sign a document for the officer who asked; a second call changes nothing.

    The rule is asked again: without the right the job ends DENIED. What cannot be drawn or signed ends FAILED with a
    code. A worker that lost its lease removes its own file and stops.
    """
    token = press.model.claim(job_id)
    if token is None:
        return
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        try:
            _print(press, job_id, token)
        except LeaseLost:
            logger.warning("%s job %s: the lease went to another worker", press.noun, job_id)


def _print(press: Press, job_id: int, token: uuid.UUID) -> None:
    officer = User.objects.select_related("agency").get(pk=press.model.officer_pk(job_id))
    try:
        with viewing_as(officer.pk, resolve_audiences(officer)):
            document = press.rows.visible_to(officer).filter(pk=job_id).first()
            prepared = press.prepare(document, officer) if document is not None else None
        if document is None:
            _end(press, job_id, token, officer, JobState.DENIED, "denied")
            return
        with Heartbeat(press.model, job_id, token, dict), override(document.language):
            rendered, reason = press.draw(document, prepared)
            signed = sign_pdf(rendered.pdf, reason=reason)
    except RenderingFailed as error:
        logger.warning("%s job %s: %s: %s", press.noun, job_id, error.code, error.detail)
        _end(press, job_id, token, officer, JobState.FAILED, error.code)
    except CannotSign as error:
        logger.error("%s job %s: not signed: %s", press.noun, job_id, error.code)
        _end(press, job_id, token, officer, JobState.FAILED, error.code)
    else:
        _store(press, document, token, officer, rendered, signed)


def _store(
    press: Press, document: Any, token: uuid.UUID, officer: User, rendered: RenderedDossier, signed: Signed
) -> None:
    name = default_storage.save(press.path(document, ""), ContentFile(signed.pdf))
    try:
        with viewing_as(officer.pk, resolve_audiences(officer)):
            job = press.model.lock_claimed(document.pk, token)
            job.file.name = name
            job.sha256 = signed.sha256
            job.certificate_sha256 = signed.certificate_sha256
            job.pages = rendered.pages
            job.size_bytes = len(signed.pdf)
            if press.keeps_engine:
                job.engine = rendered.engine
            _finish(press, job, officer, JobState.DONE)
            record(
                actor=officer,
                operation=Operation.DISCLOSURE,
                verb=press.printed,
                target=job,
                codes={
                    "sha256": job.sha256,
                    "facts": rendered.facts_sha256,
                    "certificate": job.certificate_sha256,
                    "pages": job.pages,
                },
            )
            note_issued(
                kind=press.kind(job),
                owner_id=job.audit_owner_id,
                object_uuid=job.uuid,
                sha256=job.sha256,
                facts_sha256=rendered.facts_sha256,
            )
    except BaseException:
        default_storage.delete(name)
        raise


def _end(press: Press, job_id: int, token: uuid.UUID, officer: User, state: JobState, code: str) -> None:
    with viewing_as(officer.pk, resolve_audiences(officer)):
        job = press.model.lock_claimed(job_id, token)
        job.error_code = code
        _finish(press, job, officer, state)
        record(
            actor=officer,
            operation=Operation.REFUSAL if state == JobState.DENIED else press.failing,
            verb=press.denied if state == JobState.DENIED else press.failed,
            target=job,
            outcome=AuditEvent.Outcome.REFUSED,
            codes={"code": code},
        )


def _finish(press: Press, job: Any, officer: User, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    save_as(job, actor=officer, reason=f"{press.noun}.{state.lower()}")
