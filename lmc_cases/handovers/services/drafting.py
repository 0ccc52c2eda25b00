"""Write a request and send it: the steps before the other country sees anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.references import next_reference
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.history import create_many_as, delete_as, save_as, save_many_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.procedures import ASKED, OFFERED, Procedure
from lmc_cases.handovers.services import disclosure
from lmc_cases.handovers.services.counting import drop_counts
from lmc_cases.handovers.services.gates import CaseNotOpen
from lmc_cases.handovers.services.instruments import offered_instruments
from lmc_cases.handovers.services.stating import drop_statements
from lmc_cases.handovers.services.steps import locked, step_for, take
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def case_to_ask_from(actor: User, case_id: UUID) -> Case:
    """Return a foreign case the officer sees in full, if the officer may ask for the own country.

    Raises:
        Case.DoesNotExist: foreign, missing, the own country's, too low a level and no right alike.
    """
    if not may_open(actor):
        raise Case.DoesNotExist
    case = (
        Case.objects.visible_to(actor, at_least=Level.FULL)
        .exclude(owner=actor.country)
        .select_related("owner")
        .get(uuid=case_id)
    )
    # The form begins with the case's own statement of facts.
    ledger.note_case(actor=actor, case=case, level=Level.FULL)
    return case


def may_ask_from(actor: User, case: Case) -> bool:
    """Whether to show the way to a new request on the pages of ``case``; the service asks again."""
    return may_open(actor) and case.owner_id != actor.country.pk


@transaction.atomic
def draft_request(
    *,
    actor: User,
    case_id: UUID,
    suspect_ids: Iterable[UUID],
    instrument_id: UUID | None,
    legal_basis: str,
    facts: str,
    facts_language: str,
    procedure: str = Procedure.POLICE_HANDOVER,
    draft_id: UUID | None = None,
) -> HandoverRequest:
    """Begin a request of the officer's country to the country that owns the case; only the former sees it.

    Args:
        suspect_ids: public ids of persons of the case.
        instrument_id: one of ``offered_instruments``, or ``None`` where the legal basis is in words only.
        facts: statement of facts, in ``facts_language``.
        procedure: one of ``procedures.ASKED``.
        draft_id: public id chosen by the form, so that a form sent twice makes one request.

    Raises:
        Case.DoesNotExist: see ``case_to_ask_from``.
        ProtectedPerson: a victim or witness is among the persons.
        InvalidInput: no person, an unknown person, procedure, instrument or language.
    """
    case = case_to_ask_from(actor, case_id)
    if procedure not in ASKED:
        raise InvalidInput("procedure", _("Choose a procedure from the list."))
    held = _sent_before(actor, draft_id)
    if held is not None:
        return held
    handover = HandoverRequest(
        uuid=draft_id or uuid4(),
        reference=next_reference(actor.country, "H"),
        case=case,
        case_uuid=case.uuid,
        case_reference=case.reference,
        requesting=actor.country,
        requesting_audience_id=_audience_of_share(actor, case),
        requested=case.owner,
        procedure=procedure,
        instrument=_instrument(actor.country, case.owner, instrument_id),
        legal_basis=clean_text(legal_basis, multiline=True),
        facts=clean_text(facts, multiline=True),
        facts_language=_language(facts_language),
        created_by=actor,
    )
    persons = _begin(actor, handover, suspect_ids)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.drafted",
        target=handover,
        codes={"persons": len(persons)},
    )
    return handover


def case_to_offer_from(actor: User, case_id: UUID) -> Case:
    """Return a case of the officer's own country, if the officer may open a handover from it.

    Raises:
        Case.DoesNotExist: foreign, missing, closed to the officer and no right alike.
    """
    if not may_open(actor):
        raise Case.DoesNotExist
    own = Case.objects.visible_to(actor, at_least=Level.FULL).filter(owner=actor.country)
    return own.select_related("owner").get(uuid=case_id)


def may_open(actor: User) -> bool:
    """Whether the officer opens handovers for the own country."""
    if actor.agency is None:
        return False
    return jurisdictions_granting(actor, Action.REQUEST_HANDOVER).filter(pk=actor.country.pk).exists()


def may_offer_from(actor: User, case: Case) -> bool:
    """Whether to show the way to an offer on the pages of ``case``; the service asks again."""
    return may_open(actor) and case.owner_id == actor.country.pk


def shares_to_offer(actor: User, case: Case) -> list[CaseShare]:
    """Return the shares in full that are in force: to whom persons of the case can be offered."""
    shares = CaseShare.objects.visible_to(actor).in_force().filter(case=case, level=Level.FULL)
    return list(shares.select_related("recipient", "recipient_agency").order_by("recipient__name_en", "pk"))


@transaction.atomic
def draft_offer(
    *,
    actor: User,
    case_id: UUID,
    share_id: UUID,
    procedure: str,
    suspect_ids: Iterable[UUID],
    instrument_id: UUID | None,
    legal_basis: str,
    facts: str,
    facts_language: str,
    draft_id: UUID | None = None,
) -> HandoverRequest:
    """Begin a procedure in which the officer's country, which holds the persons, offers them to another.

    Args:
        share_id: public id of a share of the case in full: the country or agency it was shared with receives them.
        procedure: one of ``procedures.OFFERED``; otherwise as ``draft_request``.

    Raises:
        Case.DoesNotExist: see ``case_to_offer_from``.
        ProtectedPerson: a person whom the procedure may not name.
        InvalidInput: no person, an unknown person, share, procedure, instrument or language.
    """
    case = case_to_offer_from(actor, case_id)
    if procedure not in OFFERED:
        raise InvalidInput("procedure", _("Choose a procedure from the list."))
    share = next((each for each in shares_to_offer(actor, case) if each.uuid == share_id), None)
    if share is None:
        raise InvalidInput("share_id", _("Choose a country that the case is shared with in full."))
    held = _sent_before(actor, draft_id)
    if held is not None:
        return held
    handover = HandoverRequest(
        uuid=draft_id or uuid4(),
        reference=next_reference(actor.country, "H"),
        case=case,
        case_uuid=case.uuid,
        case_reference=case.reference,
        requesting=share.recipient,
        requesting_audience_id=(share.recipient_agency or share.recipient).audience_id,
        requested=case.owner,
        procedure=procedure,
        is_offer=True,
        instrument=_instrument(share.recipient, case.owner, instrument_id),
        legal_basis=clean_text(legal_basis, multiline=True),
        facts=clean_text(facts, multiline=True),
        facts_language=_language(facts_language),
        created_by=actor,
    )
    persons = _begin(actor, handover, suspect_ids)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.offer_drafted",
        target=handover,
        codes={"persons": len(persons), "procedure": procedure},
    )
    return handover


@transaction.atomic
def edit_draft(
    *,
    actor: User,
    handover_id: UUID,
    version: int,
    suspect_ids: Iterable[UUID],
    instrument_id: UUID | None,
    legal_basis: str,
    facts: str,
    facts_language: str,
) -> HandoverRequest:
    """Change a draft; arguments as in ``draft_request``.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
        WrongState: it was submitted.
        StaleVersion: someone saved it since ``version`` was read.
    """
    handover = locked(actor, handover_id)
    step = step_for(actor, handover, "edit")
    states.check(handover, step)
    if handover.version != version:
        last = handover.history.order_by("-history_date", "-history_id").first()
        raise StaleVersion(
            _("Someone else changed this request while you were editing it."),
            version=handover.version,
            by=last.history_user.full_name if last and last.history_user else "",
            at=handover.updated_at,
            theirs={
                "suspect_ids": ", ".join(
                    f"S{number}"
                    for number in handover.subjects.order_by("position").values_list(
                        "suspect__number", flat=True
                    )
                ),
                "instrument_id": str(handover.instrument.uuid) if handover.instrument else "",
                "legal_basis": handover.legal_basis,
                "facts": handover.facts,
                "facts_language": handover.facts_language,
            },
        )
    case = _open_case(actor, handover)
    persons = _persons(actor, case, suspect_ids, handover.procedure)
    handover.instrument = _instrument(handover.requesting, handover.requested, instrument_id)
    handover.legal_basis = clean_text(legal_basis, multiline=True)
    handover.facts = clean_text(facts, multiline=True)
    handover.facts_language = _language(facts_language)
    _write_subjects(handover, persons, actor)
    take(handover, step, actor=actor, verb="handover.edited", codes={"persons": len(persons)})
    return handover


def _sent_before(actor: User, draft_id: UUID | None) -> HandoverRequest | None:
    """Return what the same form made the first time."""
    if draft_id is None:
        return None
    return HandoverRequest.objects.visible_to(actor).filter(uuid=draft_id, created_by=actor).first()


def _begin(actor: User, handover: HandoverRequest, suspect_ids: Iterable[UUID]) -> list[Suspect]:
    """Write a new request with its persons, and return these."""
    persons = _persons(actor, handover.case, suspect_ids, handover.procedure)
    save_as(handover, actor=actor)
    _write_subjects(handover, persons, actor)
    return persons


def _audience_of_share(actor: User, case: Case) -> int:
    """Return the audience that the case was shared with in full: the country before its agencies."""
    shares = CaseShare.objects.visible_to(actor).in_force().filter(case=case, level=Level.FULL)
    found = shares.select_related("recipient", "recipient_agency").order_by(
        models.F("recipient_agency").asc(nulls_first=True)
    )
    share = found[:1].get()
    return (share.recipient_agency or share.recipient).audience_id


def _open_case(actor: User, handover: HandoverRequest) -> Case:
    case = Case.objects.visible_to(actor, at_least=Level.FULL).filter(pk=handover.case_id).first()
    if case is None:
        raise CaseNotOpen(
            _("The case is no longer shared with you in full. Ask its owner, or withdraw the request.")
        )
    return case


def _persons(actor: User, case: Case, suspect_ids: Iterable[UUID], procedure: str) -> list[Suspect]:
    """Return the chosen people in the order of their numbers."""
    wanted = set(suspect_ids)
    persons = list(Suspect.objects.visible_to(actor).filter(case=case, uuid__in=wanted).order_by("number"))
    if not persons or len(persons) < len(wanted):
        raise InvalidInput("suspect_ids", _("Choose at least one person of the case."))
    disclosure.check_askable(persons, procedure)
    return persons


def _write_subjects(handover: HandoverRequest, persons: list[Suspect], actor: User) -> None:
    held = {subject.suspect_id: subject for subject in handover.subjects.all()}
    for pk in held.keys() - {person.pk for person in persons}:
        drop_counts(held[pk], actor=actor)
        drop_statements(held[pk])
        delete_as(held[pk], actor=actor, reason="left out")
    fresh, moved = [], []
    for position, person in enumerate(persons, start=1):
        subject = held.get(person.pk)
        if subject is None:
            fresh.append(
                HandoverSubject(
                    handover=handover, suspect=person, suspect_uuid=person.uuid, position=position
                )
            )
        elif subject.position != position:
            subject.position = position
            moved.append(subject)
    create_many_as(fresh, actor=actor)
    save_many_as(moved, actor=actor, fields=("position",))


def _instrument(asking: Jurisdiction, asked: Jurisdiction, wanted: UUID | None) -> LegalInstrument | None:
    if wanted is None:
        return None
    for offer in offered_instruments(asking, asked):
        if offer.instrument.uuid == wanted:
            return offer.instrument
    raise InvalidInput("instrument_id", _("Choose a legal instrument from the list."))


def _language(code: str) -> str:
    if code not in dict(settings.LANGUAGES):
        raise InvalidInput("facts_language", _("Choose a language from the list."))
    return code
