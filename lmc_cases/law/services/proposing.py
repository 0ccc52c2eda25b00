"""Propose a change of law, and decide on it as the second officer of the same country."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.services.law import today_in
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction, LawRow, LegalInstrument
from lmc_cases.law.kinds import BY_CODE, CHOICES, Kind, owners_of
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services.telling import tell_decided, tell_proposed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Act, State = LawProposal.Act, LawProposal.State
MAX_REASON = 5_000
DONE = {State.CONFIRMED: "law.confirmed", State.REJECTED: "law.rejected", State.WITHDRAWN: "law.withdrawn"}


class NotDecided(Conflict):
    """Somebody decided already, the row changed since, or the officer is the one who proposed."""

    code = "law-not-decided"


@transaction.atomic
def propose_row(
    *,
    actor: User,
    kind: str,
    cells: Mapping[str, Any],
    valid_from: dt.date | None,
    reason: str,
    instrument_line: UUID | None = None,
    parties: list[str] | None = None,
    new_id: UUID | None = None,
) -> LawProposal:
    """Propose a new row of the actor's country, or of a treaty it is party to.

    Args:
        kind: code of one of ``kinds.ROWS``.
        cells: the cells of that kind, with notes, source and confidence.
        valid_from: first day of it, ``None`` where that is not known.
        instrument_line: of the treaty whose row it is; ``None`` for a row of the country's own law.
        parties: country codes, of a new treaty or law.
        new_id: public id chosen by the form, so that a form sent twice makes one proposal.

    Raises:
        LawProposal.DoesNotExist: no right, unknown kind, a treaty of other countries.
        InvalidInput: the cell, ``reason`` or ``parties``, and what is wrong with it.
    """
    country, found = _keeper(actor), _kind(kind)
    if new_id is not None:
        sent_before = LawProposal.objects.visible_to(actor).filter(uuid=new_id, proposed_by=actor).first()
        if sent_before is not None:
            return sent_before
    owners = [country]
    if instrument_line is not None:
        owners = owners_of(_treaty(found, instrument_line))
    given = _cleaned(found, cells)
    if found.model is LegalInstrument:
        owners = _parties(country, parties or [])
        given["parties"] = sorted(owner.code for owner in owners)
    if country not in owners:
        raise LawProposal.DoesNotExist
    return _wait(
        actor,
        owners,
        LawProposal(
            uuid=new_id or uuid.uuid4(),
            country=country,
            kind=found.code,
            act=Act.NEW,
            line=uuid.uuid4(),
            instrument_line=instrument_line,
            cells=given,
            valid_from=valid_from,
            reason=_reason(reason),
        ),
    )


@transaction.atomic
def propose_version(
    *, actor: User, kind: str, line: UUID, cells: Mapping[str, Any], valid_from: dt.date | None, reason: str
) -> LawProposal:
    """Propose a new version of a row from a day on; the one before ends the day before it.

    Raises:
        LawProposal.DoesNotExist: no right, no such row, the row of another country.
        InvalidInput: a cell, the day or the reason.
        NotDecided: another proposal for the row waits.
    """
    country, found = _keeper(actor), _kind(kind)
    last, owners = _last(country, found, line)
    given = _cleaned(found, cells)
    _check_begins(last, valid_from)
    if isinstance(last, LegalInstrument):
        given["parties"] = sorted(owner.code for owner in owners)
    return _wait(
        actor,
        owners,
        LawProposal(
            country=country,
            kind=found.code,
            act=Act.CHANGE,
            line=line,
            based_on=last.uuid,
            instrument_line=_treaty_line(last),
            cells=given,
            valid_from=valid_from,
            reason=_reason(reason),
        ),
    )


@transaction.atomic
def propose_end(
    *, actor: User, kind: str, line: UUID, last_day: dt.date, source: str, reason: str
) -> LawProposal:
    """Propose that a row ends after a day; what was sent until then keeps it.

    Raises:
        As ``propose_version``.
    """
    country, found = _keeper(actor), _kind(kind)
    last, owners = _last(country, found, line)
    _check_ends(last, last_day)
    said = clean_text(source, multiline=True)
    if not said:
        raise InvalidInput("source", _("Say where this was read."))
    return _wait(
        actor,
        owners,
        LawProposal(
            country=country,
            kind=found.code,
            act=Act.END,
            line=line,
            based_on=last.uuid,
            instrument_line=_treaty_line(last),
            cells={"source": said},
            last_day=last_day,
            reason=_reason(reason),
        ),
    )


@transaction.atomic
def confirm_proposal(*, actor: User, proposal_id: UUID) -> LawProposal:
    """Confirm a proposal as the second officer: from here on the row says it, verified by the country.

    Raises:
        LawProposal.DoesNotExist: foreign, missing, no right alike.
        NotDecided: see there.
    """
    proposal = _waiting(actor, proposal_id)
    _check_other(proposal, actor)
    row = _apply(proposal)
    return _decide(proposal, actor, State.CONFIRMED, "", {"row": str(row.uuid)})


@transaction.atomic
def reject_proposal(*, actor: User, proposal_id: UUID, reason: str) -> LawProposal:
    """Reject a proposal as the second officer.

    Raises:
        InvalidInput: no reason; otherwise as ``confirm_proposal``.
    """
    proposal = _waiting(actor, proposal_id)
    _check_other(proposal, actor)
    return _decide(proposal, actor, State.REJECTED, _reason(reason), {})


@transaction.atomic
def withdraw_proposal(*, actor: User, proposal_id: UUID) -> LawProposal:
    """Take an own proposal back.

    Raises:
        NotDecided: decided already, or another officer's; otherwise as ``confirm_proposal``.
    """
    proposal = _waiting(actor, proposal_id)
    if proposal.proposed_by_id != actor.pk:
        raise NotDecided(_("Only the officer who proposed it takes it back. Reject it instead."))
    return _decide(proposal, actor, State.WITHDRAWN, "", {})


def keeps_law_of(user: User, country: Jurisdiction) -> bool:
    """Whether the officer is a legal officer of a country; the services ask again."""
    own = user.agency is not None and user.country.pk == country.pk
    return own and jurisdictions_granting(user, Action.EDIT_LAW).filter(pk=country.pk).exists()


def _keeper(actor: User) -> Jurisdiction:
    if actor.agency is None or not keeps_law_of(actor, actor.country):
        raise LawProposal.DoesNotExist
    return actor.country


def _kind(code: str) -> Kind:
    if code not in BY_CODE:
        raise LawProposal.DoesNotExist
    return BY_CODE[code]


def _treaty(kind: Kind, line: UUID) -> LegalInstrument:
    row = LegalInstrument.objects.filter(line=line).order_by("-version").first()
    if row is None or not kind.of_treaty:
        raise LawProposal.DoesNotExist
    return row


def _treaty_line(row: Any) -> UUID | None:
    instrument = getattr(row, "instrument", None)
    return instrument.line if instrument is not None else None


def _parties(country: Jurisdiction, codes: list[str]) -> list[Jurisdiction]:
    rows = list(Jurisdiction.objects.filter(code__in=codes))
    if len(rows) < len(set(codes)) or country not in rows:
        raise InvalidInput("parties", _("Choose the parties, your own country among them."))
    return rows


def _last(country: Jurisdiction, kind: Kind, line: UUID) -> tuple[Any, list[Jurisdiction]]:
    """Return the newest version of a row that the country keeps, locked, and the countries that keep it."""
    rows = kind.model._default_manager.filter(line=line).select_for_update(of=("self",))
    last = rows.order_by("-version").first()
    owners = owners_of(last) if last is not None else []
    if last is None or country not in owners:
        raise LawProposal.DoesNotExist
    return last, owners


def _check_begins(last: LawRow, valid_from: dt.date | None) -> None:
    if valid_from is None:
        raise InvalidInput("valid_from", _("Say from which day on it holds."))
    if last.valid_from is not None and valid_from < last.valid_from:
        raise InvalidInput("valid_from", _("It cannot begin before the version that it changes."))
    if last.valid_to is not None and valid_from <= last.valid_to and not _replaces(last, valid_from):
        raise InvalidInput("valid_from", _("The row has ended: a new version begins after its last day."))


def _replaces(last: LawRow, valid_from: dt.date) -> bool:
    """Whether a version that begins on this day stands for all of the time of the one before."""
    return last.closed_at is None and valid_from == last.valid_from


def _check_ends(last: LawRow, last_day: dt.date) -> None:
    if last.valid_to is not None:
        raise NotDecided(_("The row has ended already."))
    if last.valid_from is not None and last_day < last.valid_from:
        raise InvalidInput("last_day", _("It cannot end before it began."))


def _cleaned(kind: Kind, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row, each as its column takes it."""
    given: dict[str, Any] = {}
    for name in kind.all_fields:
        field = kind.model._meta.get_field(name)
        assert isinstance(field, models.Field)  # noqa: S101 - cells of the table are columns
        value = cells.get(name)
        if isinstance(value, str):
            value = clean_text(value, multiline=isinstance(field, models.TextField))
        if value in (None, "") and not field.null:
            value = field.get_default() if field.has_default() else ""
        if name in CHOICES and value and value not in dict(CHOICES[name]()):
            raise InvalidInput(name, _("Choose a value from the list."))
        try:
            given[name] = field.clean(value, None)
        except ValidationError as error:
            raise InvalidInput(name, " ".join(error.messages)) from None
    if not given["source"]:
        raise InvalidInput("source", _("Say where this was read."))
    if not given["confidence"]:
        raise InvalidInput("confidence", _("Say how sure it is."))
    return given


def _reason(text: str) -> str:
    cleaned = clean_text(text, multiline=True)[:MAX_REASON]
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    return cleaned


def _wait(actor: User, owners: list[Jurisdiction], proposal: LawProposal) -> LawProposal:
    if LawProposal.objects.filter(line=proposal.line, state=State.WAITING).exists():
        raise NotDecided(_("Another proposal for this row waits for a second officer."))
    proposal.proposed_by = actor
    proposal.concerned = sorted({proposal.country.pk, *(owner.pk for owner in owners)})
    save_as(proposal, actor=actor, reason=proposal.reason)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="law.proposed",
        target=proposal,
        reason=proposal.reason,
        codes=_codes(proposal),
    )
    tell_proposed(proposal)
    return proposal


def _waiting(actor: User, proposal_id: UUID) -> LawProposal:
    proposal = (
        LawProposal.objects.visible_to(actor)
        .filter(country=_keeper(actor))
        .select_for_update(of=("self",))
        .select_related("country", "proposed_by")
        .get(uuid=proposal_id)
    )
    if not proposal.is_waiting:
        raise NotDecided(_("This proposal was decided already."))
    return proposal


def _check_other(proposal: LawProposal, actor: User) -> None:
    if proposal.proposed_by_id == actor.pk:
        raise NotDecided(_("Another legal officer of your country has to decide on your proposal."))


def _decide(
    proposal: LawProposal, actor: User, state: LawProposal.State, reason: str, codes: dict[str, Any]
) -> LawProposal:
    proposal.state, proposal.decided_at, proposal.decision_reason = state, timezone.now(), reason
    if state != State.WITHDRAWN:
        proposal.decided_by = actor
    save_as(proposal, actor=actor, reason=reason)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb=DONE[state],
        target=proposal,
        reason=reason,
        codes={**_codes(proposal), **codes},
    )
    tell_decided(proposal)
    return proposal


def _codes(proposal: LawProposal) -> dict[str, Any]:
    return {
        "kind": proposal.kind,
        "act": proposal.act,
        "line": str(proposal.line),
        "proposal": str(proposal.uuid),
    }


def _apply(proposal: LawProposal) -> LawRow:
    """Write what was proposed: the version before is closed, and the new one names who verified it."""
    kind = _kind(proposal.kind)
    last: Any = None
    if proposal.act != Act.NEW:
        last, _owners = _last(proposal.country, kind, proposal.line)
        if last.uuid != proposal.based_on:
            raise NotDecided(_("The row has changed since this was proposed. Reject it and propose anew."))
    if proposal.act == Act.END:
        assert proposal.last_day is not None  # noqa: S101 - an end has its day
        _check_ends(last, proposal.last_day)
        last.valid_to, last.closed_at = proposal.last_day, timezone.now()
        last.save(update_fields=["valid_to", "closed_at"])
        return last  # type: ignore[no-any-return]
    if last is not None:
        _check_begins(last, proposal.valid_from)
        assert proposal.valid_from is not None  # noqa: S101 - asked above
        _close_before(last, proposal.valid_from)
    return _written(proposal, kind, last)


def _close_before(last: LawRow, begins: dt.date) -> None:
    """End a version the day before the next; one that never held another day is replaced wholly."""
    if _replaces(last, begins):
        last.is_replaced = True
    elif last.valid_to is None:
        last.valid_to = begins - dt.timedelta(days=1)
    else:
        return
    last.closed_at = timezone.now()
    last.save(update_fields=["valid_to", "closed_at", "is_replaced"])


def _written(proposal: LawProposal, kind: Kind, last: Any) -> LawRow:
    cells = dict(proposal.cells)
    codes = cells.pop("parties", [])
    today = today_in(proposal.country)
    of: dict[str, Any] = {}
    if kind.model is LegalInstrument:
        of["parties_text"] = "|".join(codes)
    elif proposal.instrument_line is not None:
        of["instrument"] = _treaty(kind, proposal.instrument_line)
    else:
        of["jurisdiction"] = proposal.country
    row = kind.model(
        natural_key=uuid.uuid4().hex,
        line=proposal.line,
        version=last.version + 1 if last is not None else 1,
        valid_from=proposal.valid_from,
        verified_by=proposal.country,
        verified_on=today,
        last_checked_on=today,
        **of,
        **cells,
    )
    row.save()
    if isinstance(row, LegalInstrument):
        row.parties.set(Jurisdiction.objects.filter(code__in=codes))
    return row
