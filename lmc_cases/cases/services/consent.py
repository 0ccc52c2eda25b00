"""Ask another country for consent, answer with a clock, and make exactly the use that was granted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, ConsentRequest, Level
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.cases.services.handling import check_restrictions_confirmed
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.keyset import EPOCH, Cursor, Page
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import ConsentDeadline, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models.consent import ConsentRequestQuerySet

MAX_TEXT: Final = 5_000
PAGE_SIZE: Final = 25
Use = ConsentRequest.Use
Status = ConsentRequest.Status


class AskedAlready(Conflict):
    """The same use was asked for, and the answer is still to come or was given."""


class NotOpen(Conflict):
    """The request was answered or taken back, or its time passed."""


@dataclass(frozen=True)
class Subject:
    """What consent is asked for, as its own app read it through the rule.

    Attributes:
        kind: a code of ``ConsentRequest.Kind``.
        reference: human reference, never a name: ``TH-2026-000123/S4``.
    """

    case: Case
    kind: str
    uuid: UUID
    reference: str
    originator: Jurisdiction
    restriction: str = ""


@dataclass(frozen=True)
class Dossier:
    """The request whose dossier the object is for, and the country that receives it."""

    handover_uuid: UUID
    reference: str
    receiver: Jurisdiction


def may_ask_to_pass_on(actor: User, subject: Subject) -> bool:
    """Whether the officer may ask to pass the object on.

    The case's owner asks about what another country contributed; a recipient, whose share says so, about the rest.
    """
    if actor.agency is None or not _holds_share(actor, actor.country):
        return False
    if subject.originator.pk == actor.country.pk:
        return False
    if subject.case.owner_id == actor.country.pk:
        return True
    shares = (
        CaseShare.objects.received_by(actor).in_force().filter(case=subject.case, may_ask_to_pass_on=True)
    )
    return subject.originator.pk == subject.case.owner_id and shares.exists()


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
    consent = _request(actor, subject, Use.PASS_ON, receiver, purpose, reason)
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
    if not _holds_share(actor, actor.country) or subject.originator.pk == actor.country.pk:
        raise Case.DoesNotExist
    consent = _request(actor, subject, use, dossier.receiver, CaseShare.Purpose.HANDOVER, reason, dossier)
    return _ask(actor, consent, answer_by)


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
    if not _holds_share(actor, subject.originator):
        raise Case.DoesNotExist
    consent = _request(actor, subject, use, dossier.receiver, CaseShare.Purpose.HANDOVER, reason, dossier)
    consent.asking = dossier.receiver
    _check_new(consent)
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
    until: dt.datetime | None = None,
    restrictions_confirmed: bool = False,
) -> ConsentRequest:
    """Grant or refuse, as an officer of the originator. A recipient's wish to pass on is carried out with the grant.

    Args:
        until: end of the share by name, where the grant makes one.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing and no right alike.
        NotOpen: answered, taken back or lapsed.
        InvalidInput: a refusal without reason; no end of the share; its H3 restriction was not confirmed.
    """
    seen = ConsentRequest.objects.answered_with(actor).get(uuid=consent_id)
    # The case before the request: one order of locks for all.
    case = _case_to_share(actor, seen) if granted and opens_at_once(seen) else None
    consent = ConsentRequest.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    _check_open(consent)
    if granted:
        _grant(consent, actor, reason, conditions)
        if case is not None:
            check_restrictions_confirmed([consent.restriction], confirmed=restrictions_confirmed)
            _share_by_name(actor, case, consent, until)
        return consent
    cleaned = _text("reason", reason)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    consent.status = Status.REFUSED
    consent.answered_by, consent.answered_at, consent.answer_reason = actor, timezone.now(), cleaned
    save_as(consent, actor=actor, reason=cleaned)
    _record(actor, consent, "consent.refused", Operation.GRANT, consent.asking, cleaned)
    return consent


@transaction.atomic
def withdraw_consent_request(*, actor: User, consent_id: UUID) -> ConsentRequest:
    """Take a request back, as an officer of the country that asked.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing and no right alike.
        NotOpen: answered, taken back or lapsed.
    """
    asked = ConsentRequest.objects.withdrawn_with(actor).select_for_update(of=("self",))
    consent = asked.get(uuid=consent_id)
    _check_open(consent)
    consent.status = Status.WITHDRAWN
    save_as(consent, actor=actor)
    _record(actor, consent, "consent.withdrawn", Operation.GRANT, consent.originator)
    return consent


@transaction.atomic
def pass_on(
    *,
    actor: User,
    consent_id: UUID,
    until: dt.datetime | None,
    restrictions_confirmed: bool = False,
) -> CaseShare:
    """Open the object by name to the country its originator consented to, as the case's owner that asked.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing, not granted, and not the case's owner alike.
        InvalidInput: no end in the future; its H3 restriction was not confirmed.
    """
    asked = ConsentRequest.objects.withdrawn_with(actor).granted().filter(use=Use.PASS_ON)
    consent = asked.get(uuid=consent_id)
    if not can_pass_on(consent):
        raise ConsentRequest.DoesNotExist
    check_restrictions_confirmed([consent.restriction], confirmed=restrictions_confirmed)
    return _share_by_name(actor, _case_to_share(actor, consent), consent, until)


def opens_at_once(consent: ConsentRequest) -> bool:
    """Whether granting it makes the share: a recipient asked the owner, who alone can share."""
    return (
        consent.use == Use.PASS_ON
        and consent.handover_uuid is None
        and consent.originator_id == consent.owner_id
    )


def can_pass_on(consent: ConsentRequest) -> bool:
    """Whether the case's owner may now open the object by name."""
    return (
        consent.status == Status.GRANTED
        and consent.use == Use.PASS_ON
        and consent.handover_uuid is None
        and consent.asking_id == consent.owner_id
        and consent.kind != ConsentRequest.Kind.CASE
    )


@transaction.atomic
def consult_consent(*, actor: User, consent_id: UUID) -> ConsentRequest:
    """Return a request and record that the officer read it.

    Raises:
        ConsentRequest.DoesNotExist: foreign and missing alike.
    """
    rows = ConsentRequest.objects.visible_to(actor).select_related(
        "asking", "originator", "to_country", "owner", "asked_by__agency", "answered_by__agency"
    )
    consent = rows.get(uuid=consent_id)
    _record(actor, consent, "consent.viewed", Operation.CONSULTATION)
    return consent


def page_of_consents(*, actor: User, asked_by_us: bool, before: Cursor | None = None) -> Page[ConsentRequest]:
    """Return one page of what the officer's country asked, or was asked, newest first."""
    rows: ConsentRequestQuerySet = (
        ConsentRequest.objects.asked_by(actor) if asked_by_us else ConsentRequest.objects.asked_of(actor)
    )
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows.select_related("asking", "originator", "to_country").order_by("-pk")[: PAGE_SIZE + 1])
    older = Cursor(at=EPOCH, pk=found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else None
    return Page(rows=found[:PAGE_SIZE], older=older)


def _request(
    actor: User,
    subject: Subject,
    use: str,
    receiver: Jurisdiction,
    purpose: str,
    reason: str,
    dossier: Dossier | None = None,
) -> ConsentRequest:
    cleaned = _text("reason", reason)
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


def _ask(actor: User, consent: ConsentRequest, answer_by: dt.datetime | None) -> ConsentRequest:
    _check_new(consent)
    known = deadline_of(consent.originator)
    if known is not None:
        consent.answer_by = timezone.now() + dt.timedelta(days=known.days)
        consent.deadline_source = known.source
    elif answer_by is None or answer_by <= timezone.now():
        raise InvalidInput("answer_by", _("Choose a time in the future."))
    else:
        consent.answer_by = answer_by
    save_as(consent, actor=actor, reason=consent.reason)
    _record(actor, consent, "consent.asked", Operation.DISCLOSURE, consent.originator, consent.reason)
    return consent


def _check_new(consent: ConsentRequest) -> None:
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


def _grant(consent: ConsentRequest, actor: User, reason: str, conditions: str) -> None:
    consent.status = Status.GRANTED
    consent.answered_by, consent.answered_at = actor, timezone.now()
    consent.answer_reason = _text("reason", reason)
    consent.conditions = _text("conditions", conditions)
    save_as(consent, actor=actor, reason=consent.answer_reason)
    _record(actor, consent, "consent.granted", Operation.GRANT, consent.asking, consent.answer_reason)


def _case_to_share(actor: User, consent: ConsentRequest) -> Case:
    held = Case.objects.visible_to(actor).get(pk=consent.case_id)
    return lock_case(actor, held.uuid, Action.SHARE)


def _share_by_name(actor: User, case: Case, consent: ConsentRequest, until: dt.datetime | None) -> CaseShare:
    """Name the object in the receiving country's share, or in a new one that opens nothing else but existence."""
    now = timezone.now()
    share = CaseShare.objects.filter(
        case=case,
        recipient=consent.to_country,
        recipient_agency__isnull=True,
        revoked_at__isnull=True,
        declined_at__isnull=True,
    ).first()
    if share is not None and share.expires_at <= now:
        share.revoked_at = share.expires_at
        save_as(share, actor=actor)
        share = None
    if share is None:
        if until is None or until <= now:
            raise InvalidInput("until", _("Choose a time in the future."))
        share = CaseShare(
            case=case,
            recipient=consent.to_country,
            level=Level.EXISTENCE,
            purpose=consent.purpose,
            reason=consent.reason,
            shared_by=actor,
            confirmed_at=now,
            confirmed_by=actor,
            expires_at=until,
        )
        save_as(share, actor=actor, reason=consent.reason)
    if not CaseShareItem.objects.filter(share=share, object_uuid=consent.object_uuid).exists():
        named = CaseShareItem(
            share=share, kind=CaseShareItem.Kind(consent.kind), object_uuid=consent.object_uuid
        )
        save_as(named, actor=actor)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="case.item_passed_on",
        target=share,
        recipient=consent.to_country,
        reason=consent.reason,
        reason_code=consent.purpose,
        codes={
            "object": str(consent.object_uuid),
            "kind": consent.kind,
            "consent": str(consent.uuid),
            "until": share.expires_at.isoformat(),
        },
    )
    return share


def _check_open(consent: ConsentRequest) -> None:
    if not consent.is_open:
        raise NotOpen(_("This request is not open any more: %(state)s.") % {"state": consent.state_label})


def _record(
    actor: User,
    consent: ConsentRequest,
    verb: str,
    operation: Operation,
    recipient: Jurisdiction | None = None,
    reason: str = "",
) -> None:
    record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=consent,
        recipient=recipient,
        reason=reason,
        codes={
            "kind": consent.kind,
            "object": str(consent.object_uuid),
            "use": consent.use,
            "to": consent.to_country.code,
            "handover": str(consent.handover_uuid or ""),
        },
    )


def _text(field: str, text: str) -> str:
    cleaned = clean_text(text, multiline=True)
    if len(cleaned) > MAX_TEXT:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned


def _holds_share(actor: User, country: Jurisdiction) -> bool:
    return jurisdictions_granting(actor, Action.SHARE).filter(pk=country.pk).exists()
