"""The terms of a share: what is asked for, and whether it can be taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services.sharing.items import SharedItem, named_items
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.models import Agency, Clearance, DisclosureRule, Jurisdiction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmc_cases.accounts.models import User

# From this classification on, the first share with a country needs a second officer.
SECOND_OFFICER_FROM = Clearance.CONFIDENTIAL
MAX_CHARACTERS = {"reason": 2000, "legal_basis": 2000, "approval_number": 100, "handling_h3": 1000}


class AlreadyShared(Conflict):
    """The recipient has a share in force, or one that waits for a second officer."""


class ShareEnded(Conflict):
    """The share was withdrawn, declined or refused, or its time passed, before."""


class TermsAsked(TypedDict):
    """What an officer asks for; the keys of the share form."""

    recipient_code: str
    level: int
    purpose: str
    reason: str
    expires_at: dt.datetime
    agency_id: NotRequired[UUID | None]
    item_ids: NotRequired[Sequence[UUID]]
    legal_basis: NotRequired[str]
    approval_number: NotRequired[str]
    approval_missing: NotRequired[str]
    may_contribute: NotRequired[bool]
    may_ask_to_pass_on: NotRequired[bool]
    review_on: NotRequired[dt.date | None]
    handling_h1: NotRequired[bool]
    handling_h2: NotRequired[bool]
    handling_h3: NotRequired[str]


@dataclass(frozen=True)
class Approval:
    """What the owner's country asks for before disclosure abroad.

    Attributes:
        rules: what is set or told; each shows its source and confidence.
        is_demanded: set by the country and verified: without a number nothing is disclosed.
        is_known: whether anything is known at all.
    """

    rules: list[DisclosureRule]
    is_demanded: bool
    is_known: bool


@dataclass(frozen=True)
class Terms:
    """Terms that can be taken, cleaned.

    Attributes:
        standing: the share that stands with the recipient, or one that ended by the clock and lacks the mark of it.
    """

    recipient: Jurisdiction
    agency: Agency | None
    items: list[SharedItem]
    cells: dict[str, object]
    standing: CaseShare | None


def approval_of(owner: Jurisdiction) -> Approval:
    """Say what a country's law asks for before a record of it is disclosed abroad."""
    today = timezone.now().astimezone(ZoneInfo(owner.time_zone)).date()
    held = DisclosureRule.objects.filter(jurisdiction=owner).in_force_on(today)
    rows = list(held.order_by("law_title", "article", "pk"))
    asking = [row for row in rows if row.asks_for_approval]
    return Approval(asking, any(row.demands_approval for row in asking), bool(rows))


def checked_terms(actor: User, case: Case, asked: TermsAsked) -> Terms:
    """Return the terms of a new share of ``case``, cleaned; a share that it replaces has ended by the clock.

    Raises:
        InvalidInput: as ``terms_of``.
        AlreadyShared: end that share first; what was disclosed is never rewritten.
    """
    terms = terms_of(actor=actor, case=case, asked=asked)
    if terms.standing is not None and terms.standing.expires_at > timezone.now():
        raise already_shared(terms.standing)
    return terms


def terms_of(*, actor: User, case: Case, asked: TermsAsked) -> Terms:
    """Return the terms of a disclosure of ``case``, cleaned, whatever stands with the recipient already.

    Raises:
        InvalidInput: unknown or own country, an end that is not in the future, no reason, an item that cannot be
            shared, no approval number where one is demanded; the error names the field.
    """
    recipient, agency = _recipient(case, asked["recipient_code"], asked.get("agency_id"))
    if asked["level"] not in Level.shareable():
        raise InvalidInput("level", _("Choose what the recipient will see."))
    if asked["purpose"] not in CaseShare.Purpose.values:
        raise InvalidInput("purpose", _("Choose a purpose from the list."))
    texts = {
        name: _text(name, str(asked.get(name, "") or ""))
        for name in ("reason", "legal_basis", "approval_number", "approval_missing", "handling_h3")
    }
    if not texts["reason"]:
        raise InvalidInput("reason", _("Say why the case is shared."))
    _check_times(asked["expires_at"], asked.get("review_on"))
    _check_approval(case, texts)
    items = named_items(actor=actor, case=case, item_ids=asked.get("item_ids") or (), to=recipient)
    return Terms(
        recipient=recipient,
        agency=agency,
        items=items,
        cells={
            "recipient": recipient,
            "recipient_agency": agency,
            "level": asked["level"],
            "purpose": asked["purpose"],
            "expires_at": asked["expires_at"],
            "review_on": asked.get("review_on"),
            "may_contribute": bool(asked.get("may_contribute")),
            "may_ask_to_pass_on": bool(asked.get("may_ask_to_pass_on")),
            "handling_h1": bool(asked.get("handling_h1")),
            "handling_h2": bool(asked.get("handling_h2")),
            **texts,
        },
        standing=CaseShare.objects.filter(
            case=case,
            recipient=recipient,
            recipient_agency=agency,
            revoked_at__isnull=True,
            declined_at__isnull=True,
        ).first(),
    )


def needs_second_officer(case: Case, recipient: Jurisdiction) -> bool:
    """Whether this share has to be confirmed by another officer.

    So it is while no share of the classified case with the country was confirmed by a second officer; one made
    before the case was classified does not count.
    """
    if case.rank < SECOND_OFFICER_FROM:
        return False
    confirmed = CaseShare.objects.filter(case=case, recipient=recipient, confirmed_at__isnull=False)
    return not any(share.confirmed_by_id != share.shared_by_id for share in confirmed)


def already_shared(standing: CaseShare) -> AlreadyShared:
    """Say that a share stands, or waits, and what to do."""
    if standing.confirmed_at is None:
        return AlreadyShared(_("A share with this recipient waits for a second officer already."))
    return AlreadyShared(_("The case is already shared with this recipient. Withdraw that share first."))


def _recipient(case: Case, code: str, agency_id: UUID | None) -> tuple[Jurisdiction, Agency | None]:
    recipient = Jurisdiction.objects.exclude(pk=case.owner_id).filter(code=code).first()
    if recipient is None:
        raise InvalidInput("recipient_code", _("Choose another country from the list."))
    if agency_id is None:
        return recipient, None
    agency = Agency.objects.filter(jurisdiction=recipient, uuid=agency_id).first()
    if agency is None:
        raise InvalidInput("agency_id", _("Choose an agency of that country."))
    return recipient, agency


def _text(name: str, written: str) -> str:
    cleaned = clean_text(written, multiline=name != "approval_number")
    limit = MAX_CHARACTERS.get(name, 2000)
    if len(cleaned) > limit:
        raise InvalidInput(name, _("This text is too long: at most %(limit)s characters.") % {"limit": limit})
    return cleaned


def _check_times(expires_at: dt.datetime, review_on: dt.date | None) -> None:
    if expires_at <= timezone.now():
        raise InvalidInput("expires_at", _("Choose a time in the future."))
    if review_on is None:
        return
    if review_on < timezone.localdate():
        raise InvalidInput("review_on", _("Choose a day that has not passed."))
    if review_on > timezone.localtime(expires_at).date():
        raise InvalidInput("review_on", _("The review comes before the share ends."))


def _check_approval(case: Case, texts: dict[str, str]) -> None:
    approval = approval_of(case.owner)
    if texts["approval_number"] or not approval.rules:
        return
    if approval.is_demanded:
        raise InvalidInput(
            "approval_number",
            _("Your country demands an approval before disclosure abroad: enter its number."),
        )
    if not texts["approval_missing"]:
        raise InvalidInput("approval_missing", _("Enter an approval number, or say why there is none."))
