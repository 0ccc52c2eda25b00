"""What a request for consent is about, who may ask, and what every step of one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, ConsentRequest
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_TEXT: Final = 5_000


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
    if actor.agency is None or not holds_share(actor, actor.country):
        return False
    if subject.originator.pk == actor.country.pk:
        return False
    if subject.case.owner_id == actor.country.pk:
        return True
    shares = (
        CaseShare.objects.received_by(actor).in_force().filter(case=subject.case, may_ask_to_pass_on=True)
    )
    return subject.originator.pk == subject.case.owner_id and shares.exists()


def holds_share(actor: User, country: Jurisdiction) -> bool:
    """Whether the officer may share for a country."""
    return jurisdictions_granting(actor, Action.SHARE).filter(pk=country.pk).exists()


def check_open(consent: ConsentRequest) -> None:
    """Raise ``NotOpen`` where a request does not wait for an answer any more."""
    if not consent.is_open:
        raise NotOpen(_("This request is not open any more: %(state)s.") % {"state": consent.state_label})


def record_step(
    actor: User,
    consent: ConsentRequest,
    verb: str,
    operation: Operation,
    recipient: Jurisdiction | None = None,
    reason: str = "",
) -> None:
    """Record a step of a request: ids and codes alone."""
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


def cleaned_text(field: str, text: str) -> str:
    """Return a text without what nobody typed.

    Raises:
        InvalidInput: it is too long.
    """
    cleaned = clean_text(text, multiline=True)
    if len(cleaned) > MAX_TEXT:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned
