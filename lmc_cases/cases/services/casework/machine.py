"""Ask a machine for the draft of a translation: what may go, what went, and what came of it. Decision record 51.

The words leave between two transactions. The first says that they go, to which host and for whom, and commits before
a byte is sent; the second writes the draft. A worker that dies in between leaves the record, and the text is sent anew.
"""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseText, MachineDraft
from lmc_cases.cases.services.casework.rows import LANGUAGES, check_code, lock_open_case
from lmc_cases.cases.services.casework.writing import MOST_CHARACTERS, put_text
from lmc_cases.cases.translator import Translator, TranslatorTrouble, translator
from lmc_cases.core.errors import Conflict, DomainError
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, acting_as, jurisdictions_granting

if TYPE_CHECKING:
    from typing import Any

logger = logging.getLogger(__name__)

DENIED, SWITCHED_OFF, KEPT_BACK, WRITTEN = "denied", "translator-off", "kept-back", "written-meanwhile"
TOO_LONG_WORK, UNEXPECTED = "too-long", "unexpected"


class NotForTheMachine(Conflict):
    """The machine is off, or this text does not leave the house."""

    code = "not-for-the-machine"


class AlreadyWritten(Conflict):
    """A person wrote a translation into this language; a machine does not replace it."""

    code = "already-written"


def machine_for(user: User, case: Case) -> Translator | None:
    """Return the machine, if there is one and the officer may send it texts of this case's country.

    For pages: whether the text itself may go is said by ``kept_back`` and asked again by the services.
    """
    machine = translator()
    if machine is None or not _may_send(user, case):
        return None
    return machine


def kept_back(case: Case) -> str:
    """Return in words why the texts of a case do not leave the house; "" if they may."""
    if case.status == Case.Status.CLOSED:
        return _("The case is closed. Open it again before you change it.")
    if case.handling_h2:
        return _("The case is not to be passed on without consent (H2). Its texts are not sent to a machine.")
    if case.handling_h3:
        return _("The case has a restriction in words (H3). Its texts are not sent to a machine.")
    if case.is_restricted:
        return _("Only named officers see the case. Its texts are not sent to a machine.")
    # A setting that names no classification lets nothing out.
    highest = {str(code): rank for code, rank in Case.RANK.items()}.get(settings.TRANSLATOR_CLASSIFICATION)
    if highest is None or case.rank > highest:
        return _("The case is classified too high. Its texts are not sent to a machine.")
    return ""


@transaction.atomic
def ask_machine_draft(*, actor: User, case_id: UUID, kind: str, language: str) -> MachineDraft:
    """Owe the draft of one text in one language; while one is in work, that one is returned.

    Raises:
        Case.DoesNotExist: foreign and missing alike, and for whoever may not send texts of this country.
        CaseText.DoesNotExist: there is no original of this kind.
        NotForTheMachine: no machine, too long, or the case keeps its texts in the house.
        AlreadyWritten: there is a translation that no machine wrote, or that was checked.
    """
    check_code("kind", kind, CaseText.Kind.values)
    check_code("language", language, LANGUAGES)
    case = lock_open_case(actor, case_id)
    if not _may_send(actor, case):
        raise Case.DoesNotExist
    if translator() is None:
        raise NotForTheMachine(_("No machine translator is set up."))
    if why := kept_back(case):
        raise NotForTheMachine(why)
    original = CaseText.objects.get(case=case, kind=kind, is_original=True)
    if original.language == language:
        raise AlreadyWritten(_("This is the language of the original."))
    if len(original.text) > settings.TRANSLATOR_MAX_CHARACTERS:
        raise NotForTheMachine(
            _("The text is longer than the %(limit)s characters that the machine is sent.")
            % {"limit": settings.TRANSLATOR_MAX_CHARACTERS}
        )
    if not _may_replace(_held(case, kind, language)):
        raise AlreadyWritten(
            _("There is a translation into this language already. Edit it, or have it checked.")
        )
    in_work = MachineDraft.objects.filter(
        case=case, kind=kind, language=language, job_state__in=[JobState.QUEUED, JobState.RUNNING]
    ).first()
    if in_work is not None:
        return in_work
    draft = MachineDraft(
        case=case,
        kind=kind,
        language=language,
        requested_by=actor,
        job_state=JobState.QUEUED,
        queued_at=timezone.now(),
    )
    save_as(draft, actor=actor, reason="asked")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.machine_draft_asked",
        target=case,
        codes={"kind": kind, "language": language},
    )
    draft.wake()
    return draft


def write_owed_draft(*, job_id: int) -> None:
    """Have a draft that is owed written by the machine; a second call, also at the same time, changes nothing.

    Setting, right and rule are asked again before a byte is sent. Whatever goes wrong ends the job with a code: words
    are sent again only when an officer asks, or when a worker died.
    """
    token = MachineDraft.claim(job_id)
    if token is None:
        return
    officer = User.objects.select_related("agency__jurisdiction").get(pk=MachineDraft.officer_pk(job_id))
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        try:
            _draft(job_id, token, officer)
        except LeaseLost:
            logger.warning("machine draft %s: the lease went to another worker", job_id)


def _draft(job_id: int, token: UUID, officer: User) -> None:
    try:
        machine, original = _say_that_it_goes(job_id, token, officer)
        with Heartbeat(MachineDraft, job_id, token, dict) as heart:
            # The only line of the product that sends words of a case to a machine.
            words = machine.translate(original.text, source=original.language, target=_language_of(job_id))
            heart.stop()
        _keep(job_id, token, officer, machine, words)
    except (_Ended, TranslatorTrouble) as error:
        _end(job_id, token, officer, error.code)
    except SoftTimeLimitExceeded:
        _end(job_id, token, officer, TOO_LONG_WORK)
    except (DatabaseError, LeaseLost):
        raise
    except Exception as error:  # noqa: BLE001 - the message of an error may hold what was sent or what came
        logger.error("machine draft %s: %s", job_id, type(error).__name__)
        _end(job_id, token, officer, error.code if isinstance(error, DomainError) else UNEXPECTED)


class _Ended(Exception):
    """Nothing is sent, or nothing is kept; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _say_that_it_goes(job_id: int, token: UUID, officer: User) -> tuple[Translator, CaseText]:
    """Ask everything again and record what leaves the house; committed before it does."""
    with acting_as(officer):
        draft: MachineDraft = MachineDraft.lock_claimed(job_id, token)
        machine = translator()
        if machine is None:
            raise _Ended(SWITCHED_OFF)
        case = _locked(officer, draft)
        original = CaseText.objects.filter(case=case, kind=draft.kind, is_original=True).first()
        if original is None or original.language == draft.language:
            raise _Ended(WRITTEN)
        if len(original.text) > settings.TRANSLATOR_MAX_CHARACTERS:
            raise _Ended(TranslatorTrouble.TOO_LONG)
        if not _may_replace(_held(case, draft.kind, draft.language)):
            raise _Ended(WRITTEN)
        draft.source_language, draft.source_version = original.language, original.version
        draft.characters, draft.host, draft.sent_at = len(original.text), machine.host, timezone.now()
        save_as(draft, actor=officer, reason="sent")
        record(
            actor=officer,
            operation=AuditOperation.DISCLOSURE,
            verb="case.text_sent_out",
            target=case,
            codes={
                "kind": draft.kind,
                "source": original.language,
                "language": draft.language,
                "version": original.version,
                "characters": draft.characters,
                "host": machine.host,
            },
        )
    return machine, original


def _keep(job_id: int, token: UUID, officer: User, machine: Translator, words: str) -> None:
    """Write the draft, marked with the machine, unless a person was faster."""
    with acting_as(officer):
        draft: MachineDraft = MachineDraft.lock_claimed(job_id, token)
        case = _locked(officer, draft)
        kind = CaseText.Kind(draft.kind)
        original = CaseText.objects.select_for_update().get(case=case, kind=kind, is_original=True)
        held = _held(case, kind, draft.language, lock=True)
        if not _may_replace(held):
            raise _Ended(WRITTEN)
        cleaned = clean_text(words, multiline=kind != CaseText.Kind.TITLE)
        if not cleaned:
            raise _Ended(TranslatorTrouble.UNREADABLE)
        if len(cleaned) > MOST_CHARACTERS[kind]:
            raise _Ended(TranslatorTrouble.TOO_LONG)
        if held is None:
            held = CaseText(case=case, kind=kind, language=draft.language, is_original=False, version=0)
        draft.text = put_text(
            held,
            actor=officer,
            original=original,
            text=cleaned,
            engine=machine.engine,
            source_version=draft.source_version,
        )
        _finish(draft, officer, JobState.DONE)
        record(
            actor=officer,
            operation=AuditOperation.ALTERATION,
            verb="case.machine_draft_made",
            target=case,
            codes={"kind": draft.kind, "language": draft.language, "version": held.version},
        )


def _end(job_id: int, token: UUID, officer: User, code: str) -> None:
    with acting_as(officer):
        draft: MachineDraft = MachineDraft.lock_claimed(job_id, token)
        draft.error_code = code
        _finish(draft, officer, JobState.DENIED if code == DENIED else JobState.FAILED)
        record(
            actor=officer,
            operation=AuditOperation.REFUSAL if code == DENIED else AuditOperation.ALTERATION,
            verb="case.machine_draft_failed",
            target=Case.objects.visible_to(officer).filter(pk=draft.case_id).first(),
            outcome=AuditEvent.Outcome.REFUSED,
            owner_id=officer.country.pk if officer.agency_id else None,
            codes={"kind": draft.kind, "language": draft.language, "code": code},
        )


def _finish(draft: MachineDraft, officer: User, state: JobState) -> None:
    draft.job_state = state
    draft.lease_token = draft.lease_until = None
    draft.finished_at = timezone.now()
    save_as(draft, actor=officer, reason=f"machine_draft.{state.lower()}")


def _language_of(job_id: int) -> str:
    with MachineDraft.in_hand(job_id):
        return MachineDraft.objects.values_list("language", flat=True).get(pk=job_id)


def _locked(officer: User, draft: MachineDraft) -> Case:
    """Lock the case through the rule, and ask again whether its texts may go."""
    cases = Case.objects.owned_with(officer, Action.EDIT).select_for_update(of=("self",))
    case: Case | None = cases.filter(pk=draft.case_id).first()
    if case is None or not _may_send(officer, case):
        raise _Ended(DENIED)
    if kept_back(case):
        raise _Ended(KEPT_BACK)
    return case


def _may_send(user: User, case: Case) -> bool:
    return jurisdictions_granting(user, Action.MACHINE_TRANSLATE).filter(pk=case.owner_id).exists()


def _held(case: Case, kind: str, language: str, *, lock: bool = False) -> CaseText | None:
    rows: Any = CaseText.objects.filter(case=case, kind=kind, language=language)
    found: CaseText | None = (rows.select_for_update() if lock else rows).first()
    return found


def _may_replace(held: CaseText | None) -> bool:
    """Whether a machine may write here: nothing, or its own words that nobody has checked."""
    return held is None or (bool(held.engine) and held.status == CaseText.Status.DRAFT)
