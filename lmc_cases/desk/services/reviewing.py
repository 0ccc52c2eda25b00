"""Review a version for one side: take it, approve it, return it with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.core.history import save_as
from lmc_cases.desk.models import DossierReview
from lmc_cases.desk.services.rows import (
    NotTaken,
    check_reviewable,
    checked_text,
    locked_version,
    reviewing_side,
)
from lmc_cases.desk.services.sealed import seal_reasons
from lmc_cases.desk.services.second_reader import rule_of, second_reader
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services.signing import AlreadySigned
from lmc_cases.handovers.services.telling import DOSSIER_RETURNED, tell_side

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

State = DossierReview.State


class AlreadyReturned(Conflict):
    """The version was returned: the next one is reviewed."""

    code = "already-returned"


class SameReader(Conflict):
    """The second reader is another officer than the first."""

    code = "same-reader"


@transaction.atomic
def take_review(*, actor: User, dossier_id: UUID) -> DossierReview:
    """Take a version to review it for the officer's side; a colleague who takes it goes on with the same review.

    Args:
        dossier_id: of the version, in any language.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right to review for either side.
        NotReady, NotNewest: there is nothing to review.
        AlreadyReturned: see there.
    """
    dossier, country = _to_review(actor, dossier_id)
    review = _of_version(actor, dossier, country)
    if review is not None:
        if review.state == State.RETURNED:
            raise AlreadyReturned(_("This version was returned. Review the next one."))
        if review.state != State.IN_REVIEW or review.reviewer_id == actor.pk:
            return review
    review = review or DossierReview(handover=dossier.handover, number=dossier.number, country=country)
    review.reviewer = actor
    review.taken_at = timezone.now()
    save_as(review, actor=actor, reason="taken")
    _record(actor, review, "dossier.review_begun")
    return review


@transaction.atomic
def approve_review(*, actor: User, dossier_id: UUID) -> DossierReview:
    """Approve a version. Where a second reader is needed the first approval waits for another officer's.

    Raises:
        As ``take_review``; besides
        NotTaken: nobody has begun to review it.
        SameReader: the second reader is the officer who approved it first.
    """
    dossier, country = _to_review(actor, dossier_id)
    review = _begun(actor, dossier, country)
    if review.state == State.APPROVED:
        return review
    now = timezone.now()
    if review.state == State.SECOND:
        if review.approved_by_id == actor.pk:
            raise SameReader(_("You approved this version already. Another officer has to read it too."))
        review.second_by, review.second_at = actor, now
        review.state = State.APPROVED
    else:
        review.approved_by, review.approved_at = actor, now
        needed = second_reader(actor, dossier, rule_of(country)).is_needed
        review.state = State.SECOND if needed else State.APPROVED
    save_as(review, actor=actor, reason=review.state.lower())
    verb = "dossier.first_read" if review.state == State.SECOND else "dossier.review_passed"
    _record(actor, review, verb)
    return review


@transaction.atomic
def return_version(*, actor: User, dossier_id: UUID, reasons: str, language: str) -> DossierReview:
    """Return a version with reasons to the country that composes it. A corrected disclosure makes the next version.

    Raises:
        As ``take_review``; besides
        NotTaken: nobody has begun to review it.
        AlreadySigned: the side has signed it.
        InvalidInput: no reasons, or in no language of the product.
    """
    dossier, country = _to_review(actor, dossier_id)
    review = _begun(actor, dossier, country)
    handover = dossier.handover
    signed = DossierSignature.objects.visible_to(actor).filter(
        dossier__handover=handover, dossier__number=dossier.number, country=country
    )
    if signed.exists():
        raise AlreadySigned(
            _("Your country has signed this version. Ask for a corrected version by message.")
        )
    cleaned = checked_text(reasons, language, field="reasons", missing=_("Say what has to be corrected."))
    review.state = State.RETURNED
    review.returned_by, review.returned_at = actor, timezone.now()
    review.reasons_sealed, review.reasons_language = seal_reasons(review, cleaned), language
    save_as(review, actor=actor, reason="returned")
    _record(
        actor,
        review,
        "dossier.sent_back",
        recipient=handover.requested if country != handover.requested else None,
    )
    tell_side(handover.pk, handover.requested, code=DOSSIER_RETURNED, object_uuid=handover.uuid, again=True)
    return review


def review_of(user: User, dossier: Dossier, country: Jurisdiction) -> DossierReview | None:
    """Return the review of a version by one side, as far as the officer may see it."""
    return (
        DossierReview.objects.visible_to(user)
        .select_related("reviewer", "approved_by", "second_by", "returned_by", "country", "handover")
        .filter(handover=dossier.handover_id, number=dossier.number, country=country)
        .first()
    )


def _to_review(actor: User, dossier_id: UUID) -> tuple[Dossier, Jurisdiction]:
    dossier = locked_version(actor, dossier_id)
    country = reviewing_side(actor, dossier.handover)
    if country is None:
        raise Dossier.DoesNotExist
    check_reviewable(dossier)
    return dossier, country


def _of_version(actor: User, dossier: Dossier, country: Jurisdiction) -> DossierReview | None:
    rows = DossierReview.objects.visible_to(actor).select_for_update(of=("self",))
    review = rows.filter(handover=dossier.handover, number=dossier.number, country=country).first()
    if review is not None:
        review.handover, review.country = dossier.handover, country
    return review


def _begun(actor: User, dossier: Dossier, country: Jurisdiction) -> DossierReview:
    review = _of_version(actor, dossier, country)
    if review is None:
        raise NotTaken(_("Take the version for review first."))
    if review.state == State.RETURNED:
        raise AlreadyReturned(_("This version was returned. Review the next one."))
    return review


def _record(actor: User, review: DossierReview, verb: str, *, recipient: Jurisdiction | None = None) -> None:
    operations = {"dossier.sent_back": Operation.DISCLOSURE, "dossier.review_begun": Operation.COLLECTION}
    record(
        actor=actor,
        operation=operations.get(verb, Operation.ALTERATION),
        verb=verb,
        target=review,
        recipient=recipient,
        codes={"version": review.number, "state": str(review.state)},
    )
