"""Open, edit and restrict cases; write their texts, timeline and notes; record who looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
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
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.references import next_reference
from lmc_cases.cases.services.search import put_entry
from lmc_cases.core.errors import Conflict, InvalidInput, StaleVersion
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import BorderPoint, Typology

if TYPE_CHECKING:
    from lmc_cases.jurisdictions.models import Jurisdiction

MAX_TITLE_CHARACTERS = 300
# Percent-encoded in a form, a text of a script outside ASCII is nine bytes per character: this fits a request.
MAX_TEXT_CHARACTERS = 200_000
LANGUAGES = dict(settings.LANGUAGES)


class CaseClosed(Conflict):
    """A closed case takes no changes until it is opened again."""


class NotRestricted(Conflict):
    """The whole own country sees the case already."""


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
    border_point_id: UUID | None = None,
    occurred_from: dt.date | None = None,
    occurred_to: dt.date | None = None,
    public_id: UUID | None = None,
) -> Case:
    """Open a case of the officer's own country; nobody else sees it until it is shared.

    Args:
        public_id: the id the page gave it (``core.once``); sent again, the case of the first time comes back.

    Raises:
        InvalidInput: an empty title, a loss without currency, a code of no list.
        Case.DoesNotExist: the officer may not open cases.
    """
    owner = _own_country(actor)
    if actor.agency is None:
        raise Case.DoesNotExist
    if not clean_text(title):
        raise InvalidInput("title", _("Enter a title."))
    _text("title", clean_text(title), MAX_TITLE_CHARACTERS)
    _check_classification(actor, classification)
    _check_detail(loss_amount, loss_currency, occurred_from, occurred_to)
    # The counter's lock makes a form that was sent twice wait here; only then is it known what came first.
    reference = next_reference(owner)
    made = Case.objects.owned_with(actor, Action.EDIT).filter(uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    case = Case(
        uuid=public_id or uuid4(),
        owner=owner,
        agency=actor.agency,
        reference=reference,
        typology=_typology(typology_code),
        classification=classification,
    )
    save_as(case, actor=actor)
    if is_restricted:
        # Named first: nobody could name an officer on a case that nobody sees.
        save_as(CaseOfficer(case=case, user=actor, named_by=actor), actor=actor)
        case.is_restricted = True
        save_as(case, actor=actor)
    detail = CaseDetail(
        case=case,
        lead_officer=actor,
        operation=None
        if operation_id is None
        else Operation.objects.visible_to(actor).get(uuid=operation_id),
        loss_amount=loss_amount,
        loss_currency=loss_currency,
        place=clean_text(place),
        border_point=_border_point(border_point_id),
        occurred_from=occurred_from,
        occurred_to=occurred_to,
    )
    save_as(detail, actor=actor)
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
        write_text(
            actor=actor, case_id=case.uuid, kind=CaseText.Kind.SUMMARY, language=language, text=summary
        )
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
    border_point_id: UUID | None = None,
    lead_officer_id: UUID | None = None,
    reason: str = "",
) -> Case:
    """Change the fields of a case; opening it again is the one change a closed case takes.

    Args:
        version: of the case as read.
        lead_officer_id: a colleague; ``None`` keeps the present one. On a restricted case the new lead officer
            becomes one of the named.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved it since ``version`` was read.
        CaseClosed: it is closed and would stay so.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    detail = CaseDetail.objects.select_for_update().get(case=case)
    if case.version != version:
        raise _changed_since(case, detail, version)
    if case.status == Case.Status.CLOSED and status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed. Open it again before you change it."))
    _check_code("status", status, Case.Status.values)
    if classification != case.classification:
        _check_classification(actor, classification)
    _check_detail(loss_amount, loss_currency, occurred_from, occurred_to)
    cleaned_reason = clean_text(reason, multiline=True)
    if lead_officer_id is not None:
        _change_lead(case, detail, actor, lead_officer_id, cleaned_reason)
    case.status = status
    case.typology = _typology(typology_code)
    case.classification = classification
    touch(case)
    save_as(case, actor=actor, reason=cleaned_reason)
    detail.loss_amount = loss_amount
    detail.loss_currency = loss_currency
    detail.place = clean_text(place)
    detail.occurred_from = occurred_from
    detail.occurred_to = occurred_to
    detail.border_point = _border_point(border_point_id)
    save_as(detail, actor=actor, reason=cleaned_reason)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.edited",
        target=case,
        reason=cleaned_reason,
        codes={"status": status, "version": case.version},
    )
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
        CaseClosed: open the case again first.
    """
    case = _lock_open_case(actor, case_id)
    _check_code("kind", kind, CaseText.Kind.values)
    _check_code("language", language, LANGUAGES)
    cleaned = _text(
        "text",
        clean_text(text, multiline=kind != CaseText.Kind.TITLE),
        MAX_TITLE_CHARACTERS if kind == CaseText.Kind.TITLE else MAX_TEXT_CHARACTERS,
    )
    named_translator = clean_text(translator)
    held = CaseText.objects.select_for_update().filter(case=case, kind=kind, language=language).first()
    if held is not None and held.text == cleaned and held.translator == named_translator:
        return held
    if held is not None and held.version != version:
        raise StaleVersion(
            _("Someone else changed this text while you were editing it."),
            version=held.version,
            theirs={"text": held.text, "translator": held.translator},
            by=held.author.full_name,
            at=held.updated_at,
        )
    if held is None:
        level = CaseText.LEVEL_OF_KIND[CaseText.Kind(kind)]
        has_original = CaseText.objects.filter(case=case, kind=kind, is_original=True).exists()
        held = CaseText(case=case, kind=kind, language=language, level=level, is_original=not has_original)
    else:
        held.version += 1
    held.text = cleaned
    held.translator = "" if held.is_original else named_translator
    held.author = actor
    held.updated_at = timezone.now()
    save_as(held, actor=actor)
    if CaseText.LEVEL_OF_KIND[CaseText.Kind(kind)] <= Level.SUMMARY:
        put_entry(
            case_id=case.pk,
            kind=SearchEntry.Kind.TEXT,
            object_uuid=held.uuid,
            level=Level.SUMMARY,
            text=cleaned,
        )
    mark_changed(case, actor, "")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.text_written",
        target=case,
        codes={"kind": kind, "language": language, "version": held.version},
    )
    return held


@transaction.atomic
def add_timeline_entry(
    *,
    actor: User,
    case_id: UUID,
    happened_at: dt.datetime,
    text: str,
    language: str,
    place: str = "",
    public_id: UUID | None = None,
) -> TimelineEntry:
    """Add an event to the timeline of a case; the same ``public_id`` again adds nothing."""
    case = _lock_open_case(actor, case_id)
    made = TimelineEntry.objects.filter(case=case, uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    _check_code("language", language, LANGUAGES)
    if happened_at > timezone.now():
        raise InvalidInput("happened_at", _("Choose a time in the past."))
    entry = TimelineEntry(
        uuid=public_id or uuid4(),
        case=case,
        happened_at=happened_at,
        text=_text("text", clean_text(text, multiline=True), MAX_TEXT_CHARACTERS),
        language=language,
        place=clean_text(place),
        author=actor,
    )
    save_as(entry, actor=actor)
    mark_changed(case, actor, "")
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.timeline_added", target=case)
    return entry


@transaction.atomic
def add_note(
    *, actor: User, case_id: UUID, text: str, language: str, public_id: UUID | None = None
) -> CaseNote:
    """Add a note for the own country; notes are never shared, and a closed case takes them too.

    The same ``public_id`` again adds nothing.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    made = CaseNote.objects.filter(case=case, uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    _check_code("language", language, LANGUAGES)
    note = CaseNote(
        uuid=public_id or uuid4(),
        case=case,
        text=_text("text", clean_text(text, multiline=True), MAX_TEXT_CHARACTERS),
        language=language,
        author=actor,
    )
    save_as(note, actor=actor)
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.note_added", target=case)
    return note


@transaction.atomic
def restrict_case(*, actor: User, case_id: UUID, officer_ids: Iterable[UUID], reason: str) -> Case:
    """Let only the named officers of the own country see the case. The actor is always among them.

    An empty list lifts nothing: see ``lift_restriction``. Shares that were made stay as they are.

    Raises:
        InvalidInput: no reason; somebody who is no active colleague.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    cleaned = _reason(reason, _("Say why the case is restricted."))
    wanted = set(officer_ids)
    named = set(User.objects.colleagues_of(actor).filter(uuid__in=wanted))
    if wanted != {officer.uuid for officer in named}:
        raise InvalidInput("officers", _("Choose colleagues from the list."))
    if any(officer.clearance < case.rank for officer in named):
        raise InvalidInput("officers", _("Choose colleagues who are cleared for the case's classification."))
    named.add(actor)
    for held in CaseOfficer.objects.filter(case=case).exclude(user__in=named):
        delete_as(held, actor=actor, reason=cleaned)
    already = set(CaseOfficer.objects.filter(case=case).values_list("user_id", flat=True))
    for officer in sorted(named, key=lambda colleague: colleague.pk):
        if officer.pk not in already:
            save_as(CaseOfficer(case=case, user=officer, named_by=actor), actor=actor, reason=cleaned)
    case.is_restricted = True
    mark_changed(case, actor, cleaned)
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="case.restricted",
        target=case,
        reason=cleaned,
        codes={"officers": sorted(str(officer.uuid) for officer in named)},
    )
    return case


@transaction.atomic
def lift_restriction(*, actor: User, case_id: UUID, reason: str) -> Case:
    """Let the whole own country see the case again; nobody is named on it any more."""
    case = lock_case(actor, case_id, Action.EDIT)
    if not case.is_restricted:
        raise NotRestricted(_("The case is open to your whole country already."))
    cleaned = _reason(reason, _("Say why the restriction is lifted."))
    case.is_restricted = False
    mark_changed(case, actor, cleaned)
    for held in CaseOfficer.objects.filter(case=case):
        delete_as(held, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="case.restriction_lifted",
        target=case,
        reason=cleaned,
    )
    return case


def consult_case(*, actor: User, case: Case, level: Level, part: str) -> None:
    """Record that the officer looked at a case; the owner's audit shows it, also for recipients.

    Args:
        case: as read through the access rule.
        level: how much of it the officer sees.
        part: where: ``"overview"``, ``"sharing"``, ``"history"``, ``"api"``.
    """
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.viewed",
        target=case,
        codes={"level": int(level), "part": part},
    )
    if part in {"overview", "api"}:  # the other pages show the heading alone, which their frame notes
        ledger.note_case(actor=actor, case=case, level=level)


def _check_classification(actor: User, classification: str) -> None:
    _check_code("classification", classification, Case.Classification.values)
    if Case.RANK[Case.Classification(classification)] > actor.clearance:
        raise InvalidInput(
            "classification", _("You are not cleared for this classification: you would not see the case.")
        )


def lock_case(actor: User, case_id: UUID, action: Action) -> Case:
    """Return the case, locked, if the officer's country owns it and grants ``action``."""
    return Case.objects.owned_with(actor, action).select_for_update(of=("self",)).get(uuid=case_id)


def touch(case: Case) -> None:
    """Count the version up and stamp the time; the caller saves."""
    case.version += 1
    case.updated_at = timezone.now()


def mark_changed(case: Case, actor: User, reason: str) -> None:
    """Say that something in the case changed (a text, a person, an exhibit): it moves to the top of the list.

    Its own version stays, because its fields did not change; the caller holds its lock.
    """
    case.updated_at = timezone.now()
    save_as(case, actor=actor, reason=reason)


def _lock_open_case(actor: User, case_id: UUID) -> Case:
    case = lock_case(actor, case_id, Action.EDIT)
    if case.status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed. Open it again before you change it."))
    return case


def _own_country(actor: User) -> Jurisdiction:
    owner = actor.country
    if not jurisdictions_granting(actor, Action.EDIT).filter(pk=owner.pk).exists():
        raise Case.DoesNotExist
    return owner


def _changed_since(case: Case, detail: CaseDetail, version: int) -> StaleVersion:
    # The first save after the one that was read: what stood just before it is what the officer started from.
    past = Case.history.filter(id=case.pk).select_related("history_user", "typology")
    first_newer = past.filter(version__gt=version).order_by("history_date", "history_id").first()
    base: dict[str, str] = {}
    if first_newer is not None:
        before = past.filter(history_date__lt=first_newer.history_date).first()
        details = CaseDetail.history.filter(case_id=case.pk, history_date__lt=first_newer.history_date)
        detail_before = details.select_related("lead_officer", "border_point").first()
        if before is not None and detail_before is not None:
            base = _as_sent(before, detail_before)
    last = past.filter(version=case.version).order_by("history_date", "history_id").first()
    return StaleVersion(
        _("Someone else changed this case while you were editing it."),
        version=case.version,
        theirs=_as_sent(case, detail),
        base=base,
        by=last.history_user.full_name if last is not None and last.history_user is not None else "",
        at=last.history_date if last is not None else None,
    )


def _as_sent(case: Any, detail: Any) -> dict[str, str]:
    """Write the fields of a case, or of a past state of it, as its form sends them."""
    return {
        "status": case.status,
        "typology_code": case.typology.code if case.typology else "",
        "classification": case.classification,
        "lead_officer_id": str(detail.lead_officer.uuid) if detail.lead_officer else "",
        "place": detail.place,
        "border_point_id": str(detail.border_point.uuid) if detail.border_point else "",
        "occurred_from": _iso(detail.occurred_from),
        "occurred_to": _iso(detail.occurred_to),
        "loss_amount": _iso(detail.loss_amount),
        "loss_currency": detail.loss_currency,
    }


def _change_lead(case: Case, detail: CaseDetail, actor: User, officer_id: UUID, reason: str) -> None:
    if detail.lead_officer is not None and detail.lead_officer.uuid == officer_id:
        return
    lead = User.objects.colleagues_of(actor).filter(uuid=officer_id).first()
    if lead is None:
        raise InvalidInput("lead_officer_id", _("Choose colleagues from the list."))
    detail.lead_officer = lead
    if case.is_restricted and not CaseOfficer.objects.filter(case=case, user=lead).exists():
        save_as(CaseOfficer(case=case, user=lead, named_by=actor), actor=actor, reason=reason)


def _typology(code: str) -> Typology | None:
    if not code:
        return None
    found = Typology.objects.filter(code=code).first()
    if found is None:
        raise InvalidInput("typology_code", _("Choose a typology from the list."))
    return found


def _border_point(public_id: UUID | None) -> BorderPoint | None:
    if public_id is None:
        return None
    found = BorderPoint.objects.filter(uuid=public_id).first()
    if found is None:
        raise InvalidInput("border_point_id", _("Choose an entry of the list."))
    return found


def _check_code(field: str, value: str, known: Container[Any]) -> None:
    if value not in known:
        raise InvalidInput(field, _("Choose an entry of the list."))


def _check_detail(
    loss_amount: Decimal | None,
    loss_currency: str,
    occurred_from: dt.date | None,
    occurred_to: dt.date | None,
) -> None:
    if loss_amount is not None and loss_amount < 0:
        raise InvalidInput("loss_amount", _("Enter an amount of zero or more."))
    if loss_amount is not None and not loss_currency:
        raise InvalidInput("loss_currency", _("Choose the currency of the loss."))
    if occurred_from and occurred_to and occurred_to < occurred_from:
        raise InvalidInput("occurred_to", _("The end must not be before the beginning."))


def _text(field: str, cleaned: str, limit: int) -> str:
    if not cleaned:
        raise InvalidInput(field, _("Enter the text."))
    if len(cleaned) > limit:
        raise InvalidInput(field, _("Use at most %(limit)s characters.") % {"limit": limit})
    return cleaned


def _reason(reason: str, message: str) -> str:
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", message)
    return cleaned


def _iso(value: Any) -> str:
    return "" if value is None else str(value)
