"""Ask another country for consent, with a clock, and take a request back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import Case, CaseShare, ConsentRequest
from lmc_cases.cases.services.consent.subjects import (
    AskedAlready,
    Dossier,
    Subject,
    check_open,
    cleaned_text,
    holds_share,
    may_ask_to_pass_on,
    record_step,
)
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.models import ConsentDeadline, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Use = ConsentRequest.Use
Status = ConsentRequest.Status


def deadline_of(originator: Jurisdiction) -> ConsentDeadline | None:
    """Return the days a country takes to answer, as far as anything is known of it."""
    return ConsentDeadline.objects.filter(jurisdiction=originator).first()


@transaction.atomic
def ask_to_pass_on(
    *,
    actor: User,
    subject: Subject,
    to_country: str,
    purpose: str,
    reason: str,
    answer_by: dt.datetime | None = None,
) -> ConsentRequest:
    """Ask the originator whether the object may go to another country.

    Raises:
        Case.DoesNotExist: the officer may not ask.
        InvalidInput: no reason, a country that holds the object by right, no day to answer where none is known.
        AskedAlready: it was asked.
    """
    if not may_ask_to_pass_on(actor, subject):
        raise Case.DoesNotExist
    held_by = {subject.originator.pk, subject.case.owner_id, actor.country.pk}
    receiver = Jurisdiction.objects.exclude(pk__in=held_by).filter(code=to_country).first()
    if receiver is None:
        raise InvalidInput("to_country", _("Choose another country from the list."))
    consent = new_request(actor, subject, Use.PASS_ON, receiver, purpose, reason)
    return _ask(actor, consent, answer_by)


@transaction.atomic
def ask_for_dossier(
    *,
    actor: User,
    subject: Subject,
    use: str,
    dossier: Dossier,
    reason: str,
    answer_by: dt.datetime | None = None,
) -> ConsentRequest:
    """Ask the originator whether the object may stand in the dossier of one request.

    Args:
        use: ``H1`` for a use in court; ``H2`` where the object may not even go to the requesting country.

    Raises:
        As ``ask_to_pass_on``.
    """
    if not holds_share(actor, actor.country) or subject.originator.pk == actor.country.pk:
        raise Case.DoesNotExist
    consent = new_request(actor, subject, use, dossier.receiver, CaseShare.Purpose.HANDOVER, reason, dossier)
    return _ask(actor, consent, answer_by)


@transaction.atomic
def withdraw_consent_request(*, actor: User, consent_id: UUID) -> ConsentRequest:
    """Take a request back, as an officer of the country that asked.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing and no right alike.
        NotOpen: answered, taken back or lapsed.
    """
    asked = ConsentRequest.objects.withdrawn_with(actor).select_for_update(of=("self",))
    consent = asked.get(uuid=consent_id)
    check_open(consent)
    consent.status = Status.WITHDRAWN
    save_as(consent, actor=actor)
    record_step(actor, consent, "consent.withdrawn", Operation.GRANT, consent.originator)
    return consent


def new_request(
    actor: User,
    subject: Subject,
    use: str,
    receiver: Jurisdiction,
    purpose: str,
    reason: str,
    dossier: Dossier | None = None,
) -> ConsentRequest:
    """Return a request that is not saved yet.

    Raises:
        InvalidInput: no reason, or a purpose of no list.
    """
    cleaned = cleaned_text("reason", reason)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    if purpose not in CaseShare.Purpose.values:
        raise InvalidInput("purpose", _("Choose a purpose from the list."))
    return ConsentRequest(
        case=subject.case,
        owner_id=subject.case.owner_id,
        rank=subject.case.rank,
        kind=subject.kind,
        object_uuid=subject.uuid,
        reference=subject.reference,
        restriction=subject.restriction,
        use=use,
        asking=actor.country,
        originator=subject.originator,
        to_country=receiver,
        handover_uuid=dossier.handover_uuid if dossier else None,
        handover_reference=dossier.reference if dossier else "",
        purpose=purpose,
        reason=cleaned,
        asked_by=actor,
    )


def check_new(consent: ConsentRequest) -> None:
    """Raise ``AskedAlready`` where the same use waits for an answer, or was granted."""
    standing = ConsentRequest.objects.filter(
        object_uuid=consent.object_uuid,
        use=consent.use,
        asking=consent.asking,
        to_country=consent.to_country,
        handover_uuid=consent.handover_uuid,
        status__in=[Status.ASKED, Status.GRANTED],
    )
    if any(not held.has_lapsed for held in standing):
        raise AskedAlready(_("Consent to this use was asked for already. See the requests for consent."))


def _ask(actor: User, consent: ConsentRequest, answer_by: dt.datetime | None) -> ConsentRequest:
    check_new(consent)
    known = deadline_of(consent.originator)
    if known is not None:
        consent.answer_by = timezone.now() + dt.timedelta(days=known.days)
        consent.deadline_source = known.source
    elif answer_by is None or answer_by <= timezone.now():
        raise InvalidInput("answer_by", _("Choose a time in the future."))
    else:
        consent.answer_by = answer_by
    save_as(consent, actor=actor, reason=consent.reason)
    record_step(actor, consent, "consent.asked", Operation.DISCLOSURE, consent.originator, consent.reason)
    return consent
