"""Open, edit, restrict and hand on cases; write their texts, timeline and notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseNote,
    CaseOfficer,
    CaseText,
    Level,
    Operation,
    SearchEntry,
    TimelineEntry,
)
from lmc_cases.cases.services.references import next_reference
from lmc_cases.cases.services.search import put_entry
from lmc_cases.core.errors import Conflict, InvalidInput, StaleVersion
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Typology

if TYPE_CHECKING:
    from lmc_cases.jurisdictions.models import BorderPoint


class CaseClosed(Conflict):
    """A closed case takes no changes."""


@transaction.atomic
def open_case(
    *,
    actor: User,
    title: str,
    language: str,
    typology_code: str = "",
    summary: str = "",
    classification: str = Case.Classification.RESTRICTED,
    is_restricted: bool = False,
    operation_id: UUID | None = None,
    loss_amount: Decimal | None = None,
    loss_currency: str = "",
    place: str = "",
    occurred_from: dt.date | None = None,
    occurred_to: dt.date | None = None,
) -> Case:
    """Open a case of the officer's own country; nobody else sees it until it is shared.

    Raises:
        InvalidInput: an empty title, a loss without currency, an unknown typology.
    """
    owner = actor.country
    if not jurisdictions_granting(actor, Action.EDIT).filter(pk=owner.pk).exists() or actor.agency is None:
        raise Case.DoesNotExist
    title = clean_text(title)
    if not title:
        raise InvalidInput("title", _("Enter a title."))
    _check_detail(loss_amount, loss_currency, occurred_from, occurred_to)
    case = Case(
        owner=owner,
        agency=actor.agency,
        reference=next_reference(owner),
        typology=_typology(typology_code),
        classification=classification,
        is_restricted=is_restricted,
    )
    save_as(case, actor=actor, reason="opened")
    if is_restricted:
        save_as(CaseOfficer(case=case, user=actor, named_by=actor), actor=actor, reason="opened")
    detail = CaseDetail(
        case=case,
        lead_officer=actor,
        operation=None if operation_id is None else Operation.objects.visible_to(actor).get(uuid=operation_id),
        loss_amount=loss_amount,
        loss_currency=loss_currency,
        place=clean_text(place),
        occurred_from=occurred_from,
        occurred_to=occurred_to,
    )
    save_as(detail, actor=actor, reason="opened")
    put_entry(
        case_id=case.pk,
        kind=SearchEntry.Kind.REFERENCE,
        object_uuid=case.uuid,
        level=Level.EXISTENCE,
        text=case.reference,
    )
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.opened", target=case)
    write_text(actor=actor, case_id=case.uuid, kind=CaseText.Kind.TITLE, language=language, text=title)
    if summary.strip():
        write_text(actor=actor, case_id=case.uuid, kind=CaseText.Kind.SUMMARY, language=language, text=summary)
    return case


@transaction.atomic
def edit_case(
    *,
    actor: User,
    case_id: UUID,
    version: int,
    status: str,
    typology_code: str,
    classification: str,
    loss_amount: Decimal | None,
    loss_currency: str,
    place: str,
    occurred_from: dt.date | None,
    occurred_to: dt.date | None,
    border_point: BorderPoint | None = None,
    operation_id: UUID | None = None,
    reason: str = "",
) -> Case:
    """Change the fields of a case.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved it since ``version`` was read.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    detail = CaseDetail.objects.select_for_update().get(case=case)
    if case.version != version:
        raise StaleVersion(
            _("Someone else changed this case while you were editing it."),
            version=case.version,
            theirs={
                "status": case.status,
                "typology_code": case.typology.code if case.typology else "",
                "classification": case.classification,
                "loss_amount": "" if detail.loss_amount is None else str(detail.loss_amount),
                "loss_currency": detail.loss_currency,
                "place": detail.place,
                "occurred_from": _iso(detail.occurred_from),
                "occurred_to": _iso(detail.occurred_to),
            },
        )
    _check_detail(loss_amount, loss_currency, occurred_from, occurred_to)
    case.status = status
    case.typology = _typology(typology_code)
    case.classification = classification
    touch(case)
    save_as(case, actor=actor, reason=reason)
    detail.loss_amount = loss_amount
    detail.loss_currency = loss_currency
    detail.place = clean_text(place)
    detail.occurred_from = occurred_from
    detail.occurred_to = occurred_to
    detail.border_point = border_point
    if operation_id is not None:
        detail.operation = Operation.objects.visible_to(actor).get(uuid=operation_id)
    save_as(detail, actor=actor, reason=reason)
    record(actor=actor, operation=AuditOperation.ALTERATION, verb="case.edited", target=case, reason=reason)
    return case


@transaction.atomic
def write_text(
    *,
    actor: User,
    case_id: UUID,
    kind: str,
    language: str,
    text: str,
    translator: str = "",
    version: int | None = None,
) -> CaseText:
    """Write a text of a case in one language: the first of its kind is the original, others translate it.

    Args:
        version: of the text as read; ``None`` where none existed.

    Raises:
        StaleVersion: someone saved this text since; ``theirs["text"]`` is what stands now.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    cleaned = clean_text(text, multiline=kind != CaseText.Kind.TITLE)
    if not cleaned:
        raise InvalidInput("text", _("Enter the text."))
    held = CaseText.objects.select_for_update().filter(case=case, kind=kind, language=language).first()
    if held is not None and held.version != version and held.text != cleaned:
        raise StaleVersion(
            _("Someone else changed this text while you were editing it."),
            version=held.version,
            theirs={"text": held.text},
        )
    if held is None:
        level = CaseText.LEVEL_OF_KIND[CaseText.Kind(kind)]
        has_original = CaseText.objects.filter(case=case, kind=kind, is_original=True).exists()
        held = CaseText(case=case, kind=kind, language=language, level=level, is_original=not has_original)
    else:
        held.version += 1
    held.text = cleaned
    held.translator = clean_text(translator)
    held.author = actor
    held.updated_at = timezone.now()
    save_as(held, actor=actor, reason=kind)
    if kind != CaseText.Kind.FACTS:
        put_entry(
            case_id=case.pk,
            kind=SearchEntry.Kind.TEXT,
            object_uuid=held.uuid,
            level=Level.SUMMARY,
            text=cleaned,
        )
    _bump(case, actor, "text")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.text_written",
        target=case,
        codes={"kind": kind, "language": language},
    )
    return held


@transaction.atomic
def add_timeline_entry(
    *, actor: User, case_id: UUID, happened_at: dt.datetime, text: str, language: str, place: str = ""
) -> TimelineEntry:
    """Add an event to the timeline of a case."""
    case = lock_case(actor, case_id, Action.EDIT)
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("text", _("Enter the text."))
    entry = TimelineEntry(
        case=case, happened_at=happened_at, text=cleaned, language=language, place=clean_text(place), author=actor
    )
    save_as(entry, actor=actor, reason="added")
    _bump(case, actor, "timeline")
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.timeline_added", target=case)
    return entry


@transaction.atomic
def add_note(*, actor: User, case_id: UUID, text: str, language: str) -> CaseNote:
    """Add a note for the own country; notes are never shared."""
    case = lock_case(actor, case_id, Action.EDIT)
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("text", _("Enter the text."))
    note = CaseNote(case=case, text=cleaned, language=language, author=actor)
    save_as(note, actor=actor, reason="added")
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.note_added", target=case)
    return note


@transaction.atomic
def restrict_case(*, actor: User, case_id: UUID, officer_ids: Iterable[UUID], reason: str) -> Case:
    """Let only the named officers of the own country see the case. The actor is always among them.

    An empty list lifts nothing: see ``lift_restriction``. Shares that were made stay as they are.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    named = set(User.objects.colleagues_of(actor).filter(uuid__in=list(officer_ids))) | {actor}
    for held in CaseOfficer.objects.filter(case=case).exclude(user__in=named):
        delete_as(held, actor=actor, reason=reason)
    already = set(CaseOfficer.objects.filter(case=case).values_list("user_id", flat=True))
    for officer in named:
        if officer.pk not in already:
            save_as(CaseOfficer(case=case, user=officer, named_by=actor), actor=actor, reason=reason)
    case.is_restricted = True
    _bump(case, actor, reason)
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="case.restricted",
        target=case,
        reason=reason,
        codes={"officers": sorted(str(officer.uuid) for officer in named)},
    )
    return case


@transaction.atomic
def lift_restriction(*, actor: User, case_id: UUID, reason: str) -> Case:
    """Let the whole own country see the case again."""
    case = lock_case(actor, case_id, Action.EDIT)
    case.is_restricted = False
    _bump(case, actor, reason)
    record(
        actor=actor, operation=AuditOperation.GRANT, verb="case.restriction_lifted", target=case, reason=reason
    )
    return case


@transaction.atomic
def hand_on_cases(*, actor: User, from_officer_id: UUID, to_officer_id: UUID, reason: str) -> int:
    """Give every case an officer leads to a colleague of the same country; return how many.

    The actor manages the country's users or is the officer; on restricted cases the colleague takes the
    officer's place among the named.
    """
    leaving = User.objects.visible_to(actor).get(uuid=from_officer_id)
    taking = User.objects.colleagues_of(leaving).exclude(pk=leaving.pk).get(uuid=to_officer_id)
    moved = 0
    details = CaseDetail.objects.select_for_update(of=("self",)).select_related("case")
    for detail in details.filter(lead_officer=leaving).order_by("pk"):
        detail.lead_officer = taking
        save_as(detail, actor=actor, reason=reason)
        if detail.case.is_restricted:
            for held in CaseOfficer.objects.filter(case=detail.case, user=leaving):
                delete_as(held, actor=actor, reason=reason)
            if not CaseOfficer.objects.filter(case=detail.case, user=taking).exists():
                save_as(CaseOfficer(case=detail.case, user=taking, named_by=actor), actor=actor, reason=reason)
        record(
            actor=actor,
            operation=AuditOperation.GRANT,
            verb="case.handed_on",
            target=detail.case,
            reason=reason,
            codes={"from": str(leaving.uuid), "to": str(taking.uuid)},
        )
        moved += 1
    return moved


def lock_case(actor: User, case_id: UUID, action: Action) -> Case:
    """Return the case, locked, if the officer's country owns it and grants ``action``."""
    return Case.objects.owned_with(actor, action).select_for_update(of=("self",)).get(uuid=case_id)


def touch(case: Case) -> None:
    """Count the version up and stamp the time; the caller saves."""
    case.version += 1
    case.updated_at = timezone.now()


def _bump(case: Case, actor: User, reason: str) -> None:
    """Move the case to the top of the list without counting its own version up: its fields did not change."""
    case.updated_at = timezone.now()
    save_as(case, actor=actor, reason=reason)


def mark_changed(case: Case, actor: User, reason: str) -> None:
    """Say that something in the case changed (a person, an exhibit); for the services of the apps above."""
    _bump(case, actor, reason)


def _typology(code: str) -> Typology | None:
    if not code:
        return None
    found = Typology.objects.filter(code=code).first()
    if found is None:
        raise InvalidInput("typology_code", _("Choose a typology from the list."))
    return found


def _check_detail(
    loss_amount: Decimal | None, loss_currency: str, occurred_from: dt.date | None, occurred_to: dt.date | None
) -> None:
    if loss_amount is not None and loss_amount < 0:
        raise InvalidInput("loss_amount", _("Enter an amount of zero or more."))
    if loss_amount is not None and not loss_currency:
        raise InvalidInput("loss_currency", _("Choose the currency of the loss."))
    if occurred_from and occurred_to and occurred_to < occurred_from:
        raise InvalidInput("occurred_to", _("The end must not be before the beginning."))


def _iso(value: Any) -> str:
    return "" if value is None else str(value)
