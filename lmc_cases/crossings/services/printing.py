"""Print an answered receipt: owed with the second answer, drawn and signed by the worker, downloaded by both sides."""

from __future__ import annotations

import hashlib
import logging
import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.viewer import viewing_as
from lmc_cases.crossings.models import Receipt, ReceiptDocument
from lmc_cases.crossings.models.receipts import receipt_path
from lmc_cases.crossings.receipt_drawing import PrintedAnswer, render_receipt
from lmc_cases.crossings.receipt_facts import ReceiptFacts
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.services.issuing import note_issued
from lmc_cases.dossiers.services.reading import FileDamaged, NotReady
from lmc_cases.dossiers.signing import CannotSign, Signed, sign_pdf
from lmc_cases.jurisdictions.access import resolve_audiences

if TYPE_CHECKING:
    from lmc_cases.crossings.models import Crossing

logger = logging.getLogger(__name__)
FACTS_CHANGED = "facts-changed"


def owe_documents(actor: User, receipt: Receipt) -> None:
    """Owe an answered receipt in the first language of each country. The caller holds the lock on the crossing."""
    for language in _languages(receipt.crossing):
        if not receipt.documents.filter(language=language).exists():
            _queue(
                ReceiptDocument(receipt=receipt, language=language, requested_by=actor), actor, "requested"
            )


def _languages(crossing: Crossing) -> tuple[str, ...]:
    known = dict(settings.LANGUAGES)
    wanted = [crossing.sending.first_language, crossing.receiving.first_language]
    return tuple(dict.fromkeys(code if code in known else "en" for code in wanted))


@transaction.atomic
def retry_document(*, actor: User, document_id: UUID) -> ReceiptDocument:
    """Owe a document that failed again.

    Raises:
        ReceiptDocument.DoesNotExist: foreign and missing alike.
    """
    rows = ReceiptDocument.objects.visible_to(actor).select_for_update(of=("self",))
    document = rows.select_related("receipt__crossing").get(uuid=document_id)
    if document.job_state in {JobState.FAILED, JobState.DENIED}:
        document.requested_by = actor
        _queue(document, actor, "retried")
    return document


def _queue(document: ReceiptDocument, actor: User, act: str) -> None:
    document.job_state = JobState.QUEUED
    document.queued_at = timezone.now()
    document.attempts = 0
    document.error_code = ""
    save_as(document, actor=actor, reason=f"receipt.{act}")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="receipt.retried" if act == "retried" else "receipt.requested",
        target=document,
        codes={"language": document.language, "facts": document.receipt.sha256},
    )
    document.wake()


@transaction.atomic
def open_document(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first, and record who took it.

    Raises:
        ReceiptDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    rows = ReceiptDocument.objects.visible_to(actor).select_related("receipt__crossing")
    document = rows.get(uuid=document_id)
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
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="receipt.downloaded",
        target=document,
        codes={"sha256": document.sha256, "language": document.language},
    )
    return File(stored.file, name=f"{document.receipt.number}-{document.language}.pdf")


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_receipt(*, job_id: int) -> None:
    """Print and sign a receipt; a second call changes nothing. The rule is asked again: without it, DENIED."""
    token = ReceiptDocument.claim(job_id)
    if token is None:
        return
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        try:
            _print(job_id, token)
        except LeaseLost:
            logger.warning("receipt job %s: the lease went to another worker", job_id)


def _print(job_id: int, token: uuid.UUID) -> None:
    officer = User.objects.select_related("agency").get(pk=ReceiptDocument.officer_pk(job_id))
    with viewing_as(officer.pk, resolve_audiences(officer)):
        rows = ReceiptDocument.objects.visible_to(officer).select_related("receipt__crossing__sending")
        document = rows.filter(pk=job_id).first()
        answers = _answers(document.receipt) if document else ()
    if document is None:
        _end(job_id, token, officer, JobState.DENIED, "denied")
        return
    receipt = document.receipt
    try:
        facts = ReceiptFacts.from_plain(receipt.facts)
        if facts.sha256 != receipt.sha256:
            raise RenderingFailed(FACTS_CHANGED, facts.sha256)
        with Heartbeat(ReceiptDocument, job_id, token, dict), override(document.language):
            rendered = render_receipt(facts, answers, language=document.language)
            signed = sign_pdf(rendered.pdf, reason=receipt.number)
    except RenderingFailed as error:
        logger.warning("receipt job %s: %s: %s", job_id, error.code, error.detail)
        _end(job_id, token, officer, JobState.FAILED, error.code)
    except CannotSign as error:
        logger.error("receipt job %s: not signed: %s", job_id, error.code)
        _end(job_id, token, officer, JobState.FAILED, error.code)
    else:
        _store(document, token, officer, rendered, signed)


def _answers(receipt: Receipt) -> tuple[PrintedAnswer, ...]:
    zone = receipt.crossing.sending.time_zone
    rows = receipt.signatures.select_related("country", "officer").order_by("pk")
    return tuple(
        PrintedAnswer(
            country=Country(row.country.code, {"en": row.country.name_en}),
            outcome=row.outcome,
            by=row.officer.full_name,
            at=Moment(row.at, zone),
            remarks=row.remarks,
        )
        for row in rows
    )


def _store(
    document: ReceiptDocument, token: uuid.UUID, officer: User, rendered: RenderedDossier, signed: Signed
) -> None:
    name = default_storage.save(receipt_path(document, ""), ContentFile(signed.pdf))
    try:
        with viewing_as(officer.pk, resolve_audiences(officer)):
            job: ReceiptDocument = ReceiptDocument.lock_claimed(document.pk, token)
            job.file.name = name
            job.sha256 = signed.sha256
            job.certificate_sha256 = signed.certificate_sha256
            job.pages = rendered.pages
            job.size_bytes = len(signed.pdf)
            _finish(job, officer, JobState.DONE)
            record(
                actor=officer,
                operation=Operation.DISCLOSURE,
                verb="receipt.printed",
                target=job,
                codes={
                    "sha256": job.sha256,
                    "facts": rendered.facts_sha256,
                    "certificate": job.certificate_sha256,
                    "pages": job.pages,
                },
            )
            note_issued(
                kind=IssuedFile.Kind.RECEIPT,
                owner_id=job.audit_owner_id,
                object_uuid=job.uuid,
                sha256=job.sha256,
                facts_sha256=rendered.facts_sha256,
            )
    except BaseException:
        default_storage.delete(name)
        raise


def _end(job_id: int, token: uuid.UUID, officer: User, state: JobState, code: str) -> None:
    with viewing_as(officer.pk, resolve_audiences(officer)):
        job: ReceiptDocument = ReceiptDocument.lock_claimed(job_id, token)
        job.error_code = code
        _finish(job, officer, state)
        record(
            actor=officer,
            operation=Operation.REFUSAL if state == JobState.DENIED else Operation.COLLECTION,
            verb="receipt.denied" if state == JobState.DENIED else "receipt.failed",
            target=job,
            outcome=AuditEvent.Outcome.REFUSED,
            codes={"code": code},
        )


def _finish(job: ReceiptDocument, officer: User, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    save_as(job, actor=officer, reason=f"receipt.{state.lower()}")
