"""What a recipient says to a share: accept, ask, decline; and what the owner answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.desks import tell_officer
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, ShareResponse
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.cases.services.sharing.terms import ShareEnded
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

MAX_CHARACTERS = 4000


class AnsweredAlready(Conflict):
    """The share was accepted or declined before; or the question was answered."""


def deciding_action(country: Jurisdiction) -> Action:
    """Return what an officer must hold to accept or decline for a country: partners have nobody who shares."""
    return Action.SHARE if country.is_lmc_member else Action.READ


def may_decide(actor: User, share: CaseShare) -> bool:
    """Whether the officer may accept or decline for the recipient."""
    granting = jurisdictions_granting(actor, deciding_action(share.recipient))
    return granting.filter(pk=share.recipient_id).exists()


@transaction.atomic
def accept_share(*, actor: User, share_id: UUID) -> ShareResponse:
    """Say that the recipient takes the share under its terms.

    Raises:
        CaseShare.DoesNotExist: foreign, missing, ended, and without the right to decide alike.
        AnsweredAlready: a colleague was faster.
    """
    share = _received(actor, share_id, to_decide=True)
    response = _decide(actor, share, ShareResponse.Kind.ACCEPTED, "")
    record(actor=actor, operation=AuditOperation.ALTERATION, verb="share.accepted", target=response)
    tell_officer(share.shared_by, code="share.accepted", object_uuid=share.uuid)
    return response


@transaction.atomic
def decline_share(*, actor: User, share_id: UUID, reason: str) -> ShareResponse:
    """Decline a share: the case closes for the recipient at once; the owner reads the reason.

    The recipient writes its own answer alone; the database ends the share by it (``a_declined_share_is_closed``):
    no recipient ever changes a row of the owner.

    Raises:
        As ``accept_share``; InvalidInput: no reason; ShareEnded: it was withdrawn in the same moment.
    """
    share = _received(actor, share_id, to_decide=True)
    cleaned = _text("reason", reason, _("Say why the share is declined."))
    response = _decide(actor, share, ShareResponse.Kind.DECLINED, cleaned)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="share.declined",
        target=response,
        reason=cleaned,
    )
    tell_officer(share.shared_by, code="share.declined", object_uuid=share.uuid)
    return response


@transaction.atomic
def ask_about_share(*, actor: User, share_id: UUID, text: str) -> ShareResponse:
    """Ask the owner something about a share. Every officer who reads the shared case may.

    Raises:
        CaseShare.DoesNotExist: foreign, missing and ended alike.
        InvalidInput: no text.
    """
    share = _received(actor, share_id)
    cleaned = _text("text", text, _("Write your question."))
    response = ShareResponse(
        share=share,
        kind=ShareResponse.Kind.QUESTION,
        text=cleaned,
        country=share.recipient,
        made_by=actor,
    )
    save_as(response, actor=actor, reason="question")
    record(actor=actor, operation=AuditOperation.ALTERATION, verb="share.question_asked", target=response)
    tell_officer(share.shared_by, code="question.asked", object_uuid=response.uuid)
    return response


@transaction.atomic
def answer_question(*, actor: User, question_id: UUID, text: str) -> ShareResponse:
    """Answer a recipient's question; both sides read question and answer.

    Raises:
        ShareResponse.DoesNotExist, Case.DoesNotExist: foreign and missing alike; also without the right to share.
        AnsweredAlready: a colleague was faster.
        InvalidInput: no text.
    """
    question = (
        ShareResponse.objects.visible_to(actor)
        .filter(kind=ShareResponse.Kind.QUESTION)
        .select_related("share__case__owner", "made_by__agency__jurisdiction")
        .get(uuid=question_id)
    )
    case: Case = lock_case(actor, question.share.case.uuid, Action.SHARE)
    cleaned = _text("text", text, _("Write your answer."))
    if question.answers.exists():
        raise AnsweredAlready(_("This question has been answered already."))
    answer = ShareResponse(
        share=question.share,
        kind=ShareResponse.Kind.ANSWER,
        question=question,
        text=cleaned,
        country=case.owner,
        made_by=actor,
    )
    save_as(answer, actor=actor, reason="answer")
    record(actor=actor, operation=AuditOperation.DISCLOSURE, verb="share.question_answered", target=answer)
    tell_officer(question.made_by, code="question.answered", object_uuid=answer.uuid)
    return answer


def _received(actor: User, share_id: UUID, *, to_decide: bool = False) -> CaseShare:
    share = (
        CaseShare.objects.visible_to(actor)
        .received_by(actor)
        .in_force()
        .select_related("case__owner", "recipient", "shared_by__agency__jurisdiction")
        .get(uuid=share_id)
    )
    if to_decide and not may_decide(actor, share):
        raise CaseShare.DoesNotExist
    return share


def _decide(actor: User, share: CaseShare, kind: ShareResponse.Kind, text: str) -> ShareResponse:
    response = ShareResponse(share=share, kind=kind, text=text, country=share.recipient, made_by=actor)
    try:
        with transaction.atomic():
            save_as(response, actor=actor, reason=kind.lower())
    except IntegrityError:
        raise AnsweredAlready(_("This share has been answered or has ended already.")) from None
    if (
        kind == ShareResponse.Kind.DECLINED
        and CaseShare.objects.visible_to(actor).filter(pk=share.pk).exists()
    ):
        # The owner ended it in the same moment, or the database did not follow: nothing may look declined then.
        raise ShareEnded(_("This share has ended already."))
    return response


def _text(field: str, written: str, message: str) -> str:
    cleaned = clean_text(written, multiline=True)
    if not cleaned:
        raise InvalidInput(field, message)
    if len(cleaned) > MAX_CHARACTERS:
        raise InvalidInput(
            field, _("This text is too long: at most %(limit)s characters.") % {"limit": MAX_CHARACTERS}
        )
    return cleaned
