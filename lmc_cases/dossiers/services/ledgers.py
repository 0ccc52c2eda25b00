"""Print the disclosure ledger of a case: frozen and owed on request, drawn and signed by the worker, downloaded."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
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
from lmc_cases.cases.models import Case, Disclosure, Level
from lmc_cases.cases.services.ledger import LedgerFilters, entries_of
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.viewer import viewing_as
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.ledger_facts import LedgerEntry, LedgerFacts
from lmc_cases.dossiers.models import IssuedFile, LedgerDocument, ledger_path
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.rendering.ledger import render_ledger
from lmc_cases.dossiers.services.issuing import note_issued
from lmc_cases.dossiers.services.reading import FileDamaged, NotReady
from lmc_cases.dossiers.signing import CannotSign, Signed, sign_pdf
from lmc_cases.jurisdictions.access import Action, resolve_audiences

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lmc_cases.jurisdictions.models import Jurisdiction

logger = logging.getLogger(__name__)
# A few hundred pages; a longer period is printed in parts.
MOST_ENTRIES = 5_000
FACTS_CHANGED = "facts-changed"


class TooMuch(Conflict):
    """The period holds more entries than one document."""


@transaction.atomic
def request_ledger(
    *,
    actor: User,
    case_id: UUID,
    language: str,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> LedgerDocument:
    """Freeze the ledger of a case as it stands and owe its document.

    Args:
        since, until: first moment, and the first that no longer counts.

    Raises:
        Case.DoesNotExist: foreign and missing alike; a recipient prints none.
        InvalidInput: not a language of the product, an empty period.
        TooMuch: choose a shorter period.
    """
    case = Case.objects.owned_with(actor, Action.READ).select_related("owner", "agency").get(uuid=case_id)
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if since is not None and until is not None and until <= since:
        raise InvalidInput("until", _("The end must not be before the beginning."))
    rows = list(entries_of(actor, case, LedgerFilters(since=since, until=until))[: MOST_ENTRIES + 1])
    if len(rows) > MOST_ENTRIES:
        raise TooMuch(
            _("There are more than %(count)s entries. Choose a shorter period.") % {"count": MOST_ENTRIES}
        )
    facts = _facts(actor, case, rows[::-1], since, until)
    document = LedgerDocument(
        case=case,
        language=language,
        facts=json.loads(facts.canonical_bytes()),
        facts_sha256=facts.sha256,
        entries=len(rows),
        requested_by=actor,
    )
    _queue(document, actor, "ledger.requested")
    return document


@transaction.atomic
def retry_ledger(*, actor: User, document_id: UUID) -> LedgerDocument:
    """Owe a document that failed again, with the facts it was asked for.

    Raises:
        LedgerDocument.DoesNotExist: foreign and missing alike.
    """
    rows = LedgerDocument.objects.visible_to(actor).select_for_update(of=("self",)).select_related("case")
    document = rows.get(uuid=document_id)
    if document.job_state in {JobState.FAILED, JobState.DENIED}:
        document.requested_by = actor
        _queue(document, actor, "ledger.retried")
    return document


def _queue(document: LedgerDocument, actor: User, verb: str) -> None:
    document.job_state = JobState.QUEUED
    document.queued_at = timezone.now()
    document.attempts = 0
    document.error_code = ""
    save_as(document, actor=actor, reason=verb)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb=verb,
        target=document,
        codes={"language": document.language, "entries": document.entries, "facts": document.facts_sha256},
    )
    document.wake()


def ledgers_of(user: User, case: Case) -> list[LedgerDocument]:
    """Return the printed ledgers of a case, the last requested first."""
    rows: QuerySet[LedgerDocument] = LedgerDocument.objects.visible_to(user).filter(case=case)
    return list(rows.select_related("requested_by", "case").defer("facts", "engine").order_by("-pk")[:50])


@transaction.atomic
def open_ledger(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first, and record who took it.

    Raises:
        LedgerDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    document = LedgerDocument.objects.visible_to(actor).select_related("case").get(uuid=document_id)
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
        operation=Operation.EXPORT,
        verb="ledger.downloaded",
        target=document,
        codes={"sha256": document.sha256, "language": document.language},
    )
    return File(stored.file, name=f"{document.case.reference}-disclosures-{document.language}.pdf")


def _facts(
    actor: User, case: Case, rows: list[Disclosure], since: dt.datetime | None, until: dt.datetime | None
) -> LedgerFacts:
    zone = case.owner.time_zone
    return LedgerFacts(
        case_reference=case.reference,
        owner=_country(case.owner),
        agency=case.agency.name,
        created_at=Moment(timezone.now(), zone),
        created_by=actor.full_name,
        entries=tuple(_entry(row, zone) for row in rows),
        since=Moment(since, zone) if since else None,
        until=Moment(until, zone) if until else None,
        is_demo=case.agency.is_demo,
    )


def _entry(row: Disclosure, zone: str) -> LedgerEntry:
    handling = ", ".join(row.handling_codes)
    return LedgerEntry(
        uuid=str(row.uuid),
        at=Moment(row.happened_at, zone),
        kind=row.kind,
        reference=row.reference,
        level=Level(row.level).name,
        path=row.path,
        rule=row.rule,
        owner=_country(row.owner),
        recipient=_country(row.recipient),
        agency=row.recipient_agency.name if row.recipient_agency else "",
        officer=row.recipient_officer.full_name if row.recipient_officer else "",
        versions=row.versions,
        sha256=row.sha256,
        purpose=row.purpose,
        reason_code=row.reading_reason.code if row.reading_reason else "",
        handling=f"{handling}: {row.handling_h3}" if row.handling_h3 else handling,
        legal_basis=row.legal_basis,
        approval_number=row.approval_number,
    )


def _country(country: Jurisdiction) -> Country:
    return Country(country.code, {"en": country.name_en})


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_ledger(*, job_id: int) -> None:
    """Print and sign a ledger for the officer who asked; a second call changes nothing.

    The rule is asked again: without the right the job ends DENIED. What cannot be drawn or signed ends FAILED with a
    code. A worker that lost its lease removes its own file and stops.
    """
    token = LedgerDocument.claim(job_id)
    if token is None:
        return
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        try:
            _print(job_id, token)
        except LeaseLost:
            logger.warning("ledger job %s: the lease went to another worker", job_id)


def _print(job_id: int, token: uuid.UUID) -> None:
    officer = User.objects.select_related("agency").get(pk=LedgerDocument.officer_pk(job_id))
    with viewing_as(officer.pk, resolve_audiences(officer)):
        document = LedgerDocument.objects.visible_to(officer).filter(pk=job_id).first()
    if document is None:
        _end(job_id, token, officer, JobState.DENIED, "denied")
        return
    try:
        facts = LedgerFacts.from_plain(document.facts)
        if facts.sha256 != document.facts_sha256:
            raise RenderingFailed(FACTS_CHANGED, facts.sha256)
        with Heartbeat(LedgerDocument, job_id, token, dict), override(document.language):
            rendered = render_ledger(facts, language=document.language)
            signed = sign_pdf(
                rendered.pdf,
                reason=_("Disclosures of case %(reference)s") % {"reference": facts.case_reference},
            )
    except RenderingFailed as error:
        logger.warning("ledger job %s: %s: %s", job_id, error.code, error.detail)
        _end(job_id, token, officer, JobState.FAILED, error.code)
    except CannotSign as error:
        logger.error("ledger job %s: not signed: %s", job_id, error.code)
        _end(job_id, token, officer, JobState.FAILED, error.code)
    else:
        _store(document, token, officer, rendered, signed)


def _store(
    document: LedgerDocument, token: uuid.UUID, officer: User, rendered: RenderedDossier, signed: Signed
) -> None:
    name = default_storage.save(ledger_path(document, ""), ContentFile(signed.pdf))
    try:
        with viewing_as(officer.pk, resolve_audiences(officer)):
            job: LedgerDocument = LedgerDocument.lock_claimed(document.pk, token)
            job.file.name = name
            job.sha256 = signed.sha256
            job.certificate_sha256 = signed.certificate_sha256
            job.pages = rendered.pages
            job.size_bytes = len(signed.pdf)
            job.engine = rendered.engine
            _finish(job, officer, JobState.DONE)
            record(
                actor=officer,
                operation=Operation.DISCLOSURE,
                verb="ledger.printed",
                target=job,
                codes={
                    "sha256": job.sha256,
                    "facts": job.facts_sha256,
                    "certificate": job.certificate_sha256,
                    "pages": job.pages,
                },
            )
            note_issued(
                kind=IssuedFile.Kind.LEDGER,
                owner_id=job.audit_owner_id,
                object_uuid=job.uuid,
                sha256=job.sha256,
                facts_sha256=job.facts_sha256,
            )
    except BaseException:
        default_storage.delete(name)
        raise


def _end(job_id: int, token: uuid.UUID, officer: User, state: JobState, code: str) -> None:
    with viewing_as(officer.pk, resolve_audiences(officer)):
        job: LedgerDocument = LedgerDocument.lock_claimed(job_id, token)
        job.error_code = code
        _finish(job, officer, state)
        record(
            actor=officer,
            operation=Operation.REFUSAL if state == JobState.DENIED else Operation.ALTERATION,
            verb="ledger.denied" if state == JobState.DENIED else "ledger.failed",
            target=job,
            outcome=AuditEvent.Outcome.REFUSED,
            codes={"code": code},
        )


def _finish(job: LedgerDocument, officer: User, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    save_as(job, actor=officer, reason=f"ledger.{state.lower()}")
