"""Write a request for assistance and send it; until then the other country learns nothing of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.assistance.models import Assistance, AssistanceRequest, Status
from lmc_cases.assistance.services.rows import check_stands, locked, may_ask_for, note_given, save_changed
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.references import next_reference
from lmc_cases.core.errors import Conflict, InvalidInput, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.services.drafting import may_open
from lmc_cases.handovers.services.instruments import OfferedInstrument, offered_instruments
from lmc_cases.jurisdictions.models import Agency, Jurisdiction, LegalInstrument

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# Of the owner of a foreign case there is one: it needs no name of its own.
OWNER = "owner"
# Treaties about persons say nothing of evidence.
_OF_PERSONS = frozenset({"bilateral_extradition", "multilateral_extradition", "prisoner_transfer"})


class CaseNotOpen(Conflict):
    """The case is not shared between the two countries any more."""

    code = "case-not-open"


@dataclass(frozen=True)
class Words:
    """What a request says, as the officer wrote it. ``kinds``: of ``Assistance``; the rest may be empty but two."""

    language: str
    subject: str
    kinds: tuple[str, ...]
    sought: str
    nature: str = ""
    facts: str = ""
    purpose: str = ""
    link: str = ""
    persons: str = ""
    procedure: str = ""
    attendance: str = ""
    wanted_by: dt.date | None = None
    wanted_why: str = ""
    confidentiality: str = ""
    undertakings: str = ""
    instrument_id: UUID | None = None
    legal_basis: str = ""
    dual_criminality: str = ""


_TEXTS = tuple(
    each.name
    for each in fields(Words)
    if each.name not in {"language", "kinds", "wanted_by", "instrument_id"}
)


@dataclass(frozen=True)
class Addressee:
    """A country that can be asked in a case; ``audience``: through whom it holds the case."""

    key: str
    country: Jurisdiction
    audience: int
    agency: Agency | None = None

    @property
    def name(self) -> str:
        """The country, and the agency where the case is shared with that one alone."""
        return " · ".join(filter(None, [self.country.name, self.agency.name if self.agency else ""]))


def case_to_ask_in(actor: User, case_id: UUID) -> Case:
    """Return a case the officer sees in full, if the officer asks for the own country.

    Raises:
        Case.DoesNotExist: foreign, missing, too low a level and no right alike.
    """
    if not may_open(actor):
        raise Case.DoesNotExist
    rows = Case.objects.visible_to(actor, at_least=Level.FULL).select_related("owner")
    case = rows.get(uuid=case_id)
    if case.owner_id != actor.country.pk:
        ledger.note_case(actor=actor, case=case, level=Level.FULL)
    return case


def addressees(actor: User, case: Case) -> list[Addressee]:
    """Return whom the officer's country can ask: the owner of the case, or those it is shared with in full."""
    if case.owner_id != actor.country.pk:
        return [Addressee(OWNER, case.owner, case.owner.audience_id)]
    return [
        Addressee(
            str(share.uuid),
            share.recipient,
            (share.recipient_agency or share.recipient).audience_id,
            share.recipient_agency,
        )
        for share in _shares(actor, case).order_by("recipient__name_en", "pk")
    ]


def instruments_for(asking: Jurisdiction, asked: Jurisdiction) -> list[OfferedInstrument]:
    """Return the instruments the two countries could rely on. A list to choose from; never a finding of law."""
    return [offer for offer in offered_instruments(asking, asked) if offer.instrument.kind not in _OF_PERSONS]


@transaction.atomic
def draft_assistance(
    *, actor: User, case_id: UUID, to: str, words: Words, draft_id: UUID | None = None
) -> AssistanceRequest:
    """Begin a request of the officer's country; only that country sees it.

    Args:
        to: key of one of ``addressees``.
        draft_id: public id chosen by the form, so that a form sent twice makes one request.

    Raises:
        Case.DoesNotExist: see ``case_to_ask_in``.
        InvalidInput: an unknown addressee, kind, instrument or language; no subject, nothing asked for.
    """
    case = case_to_ask_in(actor, case_id)
    if draft_id is not None:
        made = AssistanceRequest.objects.visible_to(actor).filter(uuid=draft_id, created_by=actor).first()
        if made is not None:
            return made
    asked = next((each for each in addressees(actor, case) if each.key == to), None)
    if asked is None or actor.agency is None:
        raise InvalidInput("to", _("Choose a country that the case is shared with in full."))
    row = AssistanceRequest(
        uuid=draft_id or uuid4(),
        reference=next_reference(actor.country, "M"),
        case=case,
        case_uuid=case.uuid,
        case_reference=case.reference,
        requesting=actor.country,
        requested=asked.country,
        requesting_audience_id=_own_audience(actor, case),
        requested_audience_id=asked.audience,
        agency=actor.agency,
        created_by=actor,
    )
    _write(row, words)
    save_as(row, actor=actor, reason="drafted")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="assistance.drafted",
        target=row,
        codes={"kinds": ",".join(row.kinds)},
    )
    return row


@transaction.atomic
def edit_assistance(*, actor: User, assistance_id: UUID, version: int, words: Words) -> AssistanceRequest:
    """Change a draft; arguments and errors as in ``draft_assistance``.

    Raises:
        AssistanceRequest.DoesNotExist: foreign, missing, of the other side and no right alike.
        WrongState: it was sent.
        StaleVersion: someone saved it since ``version`` was read.
    """
    row = _to_ask(actor, assistance_id)
    check_stands(row, Status.DRAFT)
    if row.version != version:
        last = row.history.order_by("-history_date", "-history_id").first()
        raise StaleVersion(
            _("Someone else changed this request while you were editing it."),
            version=row.version,
            by=last.history_user.full_name if last and last.history_user else "",
            at=row.updated_at,
            theirs=_as_read(row),
        )
    _write(row, words)
    save_changed(row, actor=actor, reason="edited")
    record(actor=actor, operation=Operation.ALTERATION, verb="assistance.edited", target=row)
    return row


@transaction.atomic
def send_assistance(*, actor: User, assistance_id: UUID) -> AssistanceRequest:
    """Send a draft: the other country reads it from now on, and nobody changes what it says any more.

    Raises:
        AssistanceRequest.DoesNotExist: foreign, missing, of the other side and no right alike.
        WrongState: it was sent before.
        CaseNotOpen: the case is not shared between the two any more.
    """
    row = _to_ask(actor, assistance_id)
    check_stands(row, Status.DRAFT)
    case = Case.objects.visible_to(actor, at_least=Level.FULL).filter(pk=row.case_id).first()
    if case is None or not _is_held_by_both(actor, case, row):
        raise CaseNotOpen(_("The case is not shared in full between the two countries any more."))
    row.status = Status.SENT
    row.sent_at = timezone.now()
    row.sent_by = actor
    row.handling = [case.classification, *(code for code in case.handling_codes if code != "H0")]
    row.restriction = case.handling_h3
    save_changed(row, actor=actor, reason="sent")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="assistance.sent",
        target=row,
        recipient=row.requested,
    )
    note_given(actor, row, to=row.requested)
    return row


def _to_ask(actor: User, assistance_id: UUID) -> AssistanceRequest:
    row = locked(actor, assistance_id)
    if not may_ask_for(actor, row):
        raise AssistanceRequest.DoesNotExist
    return row


def _shares(actor: User, case: Case) -> Any:
    shares = CaseShare.objects.visible_to(actor).in_force().filter(case=case, level=Level.FULL)
    return shares.select_related("recipient", "recipient_agency")


def _own_audience(actor: User, case: Case) -> int:
    """Return through whom the officer's side holds the case: the country before its agencies."""
    if case.owner_id == actor.country.pk:
        return actor.country.audience_id
    found = _shares(actor, case).filter(recipient=actor.country)
    share = found.order_by(models.F("recipient_agency").asc(nulls_first=True))[:1].get()
    return int((share.recipient_agency or share.recipient).audience_id)


def _is_held_by_both(actor: User, case: Case, row: AssistanceRequest) -> bool:
    """Whether those who will read the request, and its answer, are still those who hold the case in full.

    A share that was narrowed to one agency since the draft was begun does not open the answer to the whole country.
    """
    if row.requested_audience_id not in {each.audience for each in addressees(actor, case)}:
        return False
    if case.owner_id == row.requesting_id:
        return True
    shares = _shares(actor, case).filter(recipient=row.requesting_id)
    held = {(share.recipient_agency or share.recipient).audience_id for share in shares}
    return bool(held & {row.requesting_audience_id, row.requesting.audience_id})


def _write(row: AssistanceRequest, words: Words) -> None:
    for name in _TEXTS:
        setattr(row, name, clean_text(getattr(words, name), multiline=name != "subject"))
    if not row.subject:
        raise InvalidInput("subject", _("Say what the request is about."))
    if not row.sought:
        raise InvalidInput("sought", _("Say what is asked for."))
    if not words.kinds or set(words.kinds) - set(Assistance.values):
        raise InvalidInput("kinds", _("Choose at least one kind of assistance."))
    if words.language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    row.kinds = [kind for kind in Assistance.values if kind in words.kinds]
    row.language = words.language
    row.wanted_by = words.wanted_by
    row.instrument = _instrument(row, words.instrument_id)


def _instrument(row: AssistanceRequest, wanted: UUID | None) -> LegalInstrument | None:
    if wanted is None:
        return None
    for offer in instruments_for(row.requesting, row.requested):
        if offer.instrument.uuid == wanted:
            return offer.instrument
    raise InvalidInput("instrument_id", _("Choose a legal instrument from the list."))


def _as_read(row: AssistanceRequest) -> dict[str, str]:
    return {
        **{name: getattr(row, name) for name in _TEXTS},
        "language": row.language,
        "kinds": ", ".join(row.kind_labels),
        "wanted_by": row.wanted_by.isoformat() if row.wanted_by else "",
        "instrument_id": str(row.instrument.uuid) if row.instrument else "",
    }
