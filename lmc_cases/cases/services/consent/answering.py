"""Answer for the originator: grant or refuse. What a recipient asked to pass on is carried out with the grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import Case, CaseShare, ConsentRequest
from lmc_cases.cases.services.consent.asking import check_new, new_request
from lmc_cases.cases.services.consent.passing_on import (
    PassOnTerms,
    case_to_share,
    open_by_name,
    opens_at_once,
)
from lmc_cases.cases.services.consent.subjects import (
    Dossier,
    Subject,
    check_open,
    cleaned_text,
    holds_share,
    record_step,
)
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Status = ConsentRequest.Status


@transaction.atomic
def give_for_dossier(
    *, actor: User, subject: Subject, use: str, dossier: Dossier, reason: str, conditions: str = ""
) -> ConsentRequest:
    """Consent, as the originator and without being asked, to the object in the dossier of one request.

    Raises:
        Case.DoesNotExist: the officer may not consent for the originator.
        InvalidInput: no reason.
        AskedAlready: consent was given, or is asked for: answer that request.
    """
    if not holds_share(actor, subject.originator):
        raise Case.DoesNotExist
    consent = new_request(actor, subject, use, dossier.receiver, CaseShare.Purpose.HANDOVER, reason, dossier)
    consent.asking = dossier.receiver
    check_new(consent)
    consent.answer_by = timezone.now()
    _grant(consent, actor, "", conditions)
    return consent


@transaction.atomic
def answer_consent(
    *,
    actor: User,
    consent_id: UUID,
    granted: bool,
    reason: str = "",
    conditions: str = "",
    **terms: Unpack[PassOnTerms],
) -> ConsentRequest:
    """Grant or refuse, as an officer of the originator. A recipient's wish to pass on is carried out with the grant.

    Args:
        terms: of the share by name, where the grant makes one; it may wait for a second officer.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing and no right alike.
        NotOpen: answered, taken back or lapsed.
        InvalidInput: a refusal without reason; terms of the share that cannot be taken, see ``open_by_name``.
        AlreadyShared: see ``open_by_name``.
    """
    seen = ConsentRequest.objects.answered_with(actor).get(uuid=consent_id)
    # The case before the request: one order of locks for all.
    case = case_to_share(actor, seen) if granted and opens_at_once(seen) else None
    consent = ConsentRequest.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    check_open(consent)
    if granted:
        _grant(consent, actor, reason, conditions)
        if case is not None:
            open_by_name(actor=actor, case=case, consent=consent, terms=terms)
        return consent
    cleaned = cleaned_text("reason", reason)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    consent.status = Status.REFUSED
    consent.answered_by, consent.answered_at, consent.answer_reason = actor, timezone.now(), cleaned
    save_as(consent, actor=actor, reason=cleaned)
    record_step(actor, consent, "consent.refused", Operation.GRANT, consent.asking, cleaned)
    return consent


def _grant(consent: ConsentRequest, actor: User, reason: str, conditions: str) -> None:
    consent.status = Status.GRANTED
    consent.answered_by, consent.answered_at = actor, timezone.now()
    consent.answer_reason = cleaned_text("reason", reason)
    consent.conditions = cleaned_text("conditions", conditions)
    save_as(consent, actor=actor, reason=consent.answer_reason)
    record_step(actor, consent, "consent.granted", Operation.GRANT, consent.asking, consent.answer_reason)
