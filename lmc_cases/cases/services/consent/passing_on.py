"""Make exactly the use that was granted: open one object by name to one country, as every share is made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case, CaseShare, ConsentRequest, Level
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.cases.services.handling import check_restrictions_confirmed
from lmc_cases.cases.services.sharing.making import add_to_share, make_share
from lmc_cases.cases.services.sharing.terms import (
    AlreadyShared,
    TermsAsked,
    already_shared,
    needs_second_officer,
    terms_of,
)
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Use = ConsentRequest.Use
Status = ConsentRequest.Status


class PassOnTerms(TypedDict, total=False):
    """What the officer says with it; purpose and reason are those of the request."""

    until: dt.datetime | None
    restrictions_confirmed: bool
    legal_basis: str
    approval_number: str
    approval_missing: str


@transaction.atomic
def pass_on(*, actor: User, consent_id: UUID, **terms: Unpack[PassOnTerms]) -> CaseShare:
    """Open the object by name to the country its originator consented to, as the case's owner that asked.

    The share comes back unconfirmed, and opens nothing, where a second officer is needed.

    Raises:
        ConsentRequest.DoesNotExist: foreign, missing, not granted, and not the case's owner alike.
        InvalidInput, AlreadyShared: see ``open_by_name``.
    """
    asked = ConsentRequest.objects.withdrawn_with(actor).granted().filter(use=Use.PASS_ON)
    consent = asked.get(uuid=consent_id)
    if not can_pass_on(consent):
        raise ConsentRequest.DoesNotExist
    return open_by_name(actor=actor, case=case_to_share(actor, consent), consent=consent, terms=terms)


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


def open_by_name(*, actor: User, case: Case, consent: ConsentRequest, terms: PassOnTerms) -> CaseShare:
    """Name the object in the receiving country's share, or in a new one that opens nothing else but existence.

    ``case`` is locked. Terms, approval and second officer are those of every share: a share that waits for one is
    left as it was proposed, because who added to it could confirm the own addition.

    Raises:
        InvalidInput: no end in the future, its H3 restriction was not confirmed, no approval number where one is
            demanded, an object that is withheld meanwhile; the error names the field.
        AlreadyShared: a share waits for a second officer, or none has confirmed the one in force.
    """
    until = terms.get("until")
    if until is None or until <= timezone.now():
        raise InvalidInput("until", _("Choose a time in the future."))
    check_restrictions_confirmed([consent.restriction], confirmed=terms.get("restrictions_confirmed", False))
    asked: TermsAsked = {
        "recipient_code": consent.to_country.code,
        "level": Level.EXISTENCE,
        "purpose": consent.purpose,
        "reason": consent.reason,
        "expires_at": until,
        "item_ids": [consent.object_uuid],
        "legal_basis": terms.get("legal_basis", ""),
        "approval_number": terms.get("approval_number", ""),
        "approval_missing": terms.get("approval_missing", ""),
    }
    found = terms_of(actor=actor, case=case, asked=asked)
    codes = {"object": str(consent.object_uuid), "kind": consent.kind, "consent": str(consent.uuid)}
    held = found.standing
    if held is None or held.expires_at <= timezone.now():
        return make_share(actor=actor, case=case, terms=found, verb="case.item_passed_on", **codes)
    if held.items.filter(object_uuid=consent.object_uuid).exists():
        return held
    if held.confirmed_at is None:
        raise already_shared(held)
    if needs_second_officer(case, found.recipient):
        raise AlreadyShared(
            _(
                "This case was classified after it was shared with %(country)s. Withdraw that share and share the "
                "case anew, so that a second officer confirms it. Then pass this on."
            )
            % {"country": found.recipient.name}
        )
    add_to_share(actor=actor, share=held, terms=found, verb="case.item_passed_on", **codes)
    return held


def case_to_share(actor: User, consent: ConsentRequest) -> Case:
    """Return the case of a request, locked, for an officer of its owner who may share it."""
    held = Case.objects.visible_to(actor).get(pk=consent.case_id)
    return lock_case(actor, held.uuid, Action.SHARE)
