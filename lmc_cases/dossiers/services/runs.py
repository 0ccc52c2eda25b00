"""Runs of many dossiers: started, cancelled, resumed, tried again, and read by the officer who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import AT_ONCE, save_as
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.dossiers.models import DossierRun, DossierRunItem, Priority, Scope
from lmc_cases.dossiers.services.drawing import keep_drawing
from lmc_cases.dossiers.services.scopes import Asked, requests_asked

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25
ITEMS_ON_PAGE = 50
# Thirty-one thousand persons in one campaign, and room for a second language of them.
MOST_ITEMS = 65_000
RATE_SECONDS = 120


class RunIsOver(Conflict):
    """Nothing of it waits any more."""


class RunCancelled(Conflict):
    """It has to be resumed first."""


class NothingFailed(Conflict):
    """There is nothing to try again."""


class ListChanged(InvalidInput):
    """There are more or fewer requests now than the officer was told."""

    code = "list-changed"


@transaction.atomic
def start_run(
    *,
    actor: User,
    asked: Asked,
    languages: Collection[str],
    beside: str = "",
    priority: int | None = None,
    expected: int | None = None,
    new_id: UUID | None = None,
) -> DossierRun:
    """Ask for a dossier of each request in each language; workers draw them one by one.

    Args:
        languages: codes of ``settings.LANGUAGES``.
        beside: a further one that stands beside each of them; "" for none.
        priority: of ``Priority``; "first" is for crossings alone. ``None``: as the scope suggests.
        expected: how many requests the officer was told of; another number is refused.
        new_id: the run's id; one that exists already is returned as it is.

    Raises:
        ObjectDoesNotExist: what it is of: foreign and missing alike.
        InvalidInput: no or an unknown language, one beside itself, a priority it may not have, nothing or too much
            to do.
        ListChanged: not as many requests as expected.
    """
    if new_id is not None:
        made = DossierRun.objects.visible_to(actor).filter(uuid=new_id).first()
        if made is not None:
            return made
    wanted = _checked_languages(languages)
    second = _checked_beside(beside, wanted)
    chosen = _checked_priority(asked, priority)
    found = requests_asked(actor, asked)
    count = len(found.requests)
    if not count:
        raise InvalidInput("", _("None of these requests has a dossier: it begins with the decision."))
    if expected is not None and expected != count:
        raise ListChanged(
            "expected", _("The list has changed: there are now %(count)s requests.") % {"count": count}
        )
    if count * len(wanted) > MOST_ITEMS:
        raise InvalidInput(
            "languages",
            _("These are %(count)s dossiers. Choose fewer languages or requests: a run has at most %(most)s.")
            % {"count": count * len(wanted), "most": MOST_ITEMS},
        )
    run = DossierRun(
        uuid=new_id or uuid4(),
        country=actor.country,
        scope=asked.scope,
        scope_uuid=asked.uuid,
        scope_reference=found.reference,
        languages=wanted,
        beside=second,
        priority=chosen,
        total=count * len(wanted),
        requested_by=actor,
    )
    save_as(run, actor=actor, reason="started")
    _add_items(run, found.requests, wanted)
    _record(actor, run, "started", Operation.COLLECTION)
    _send_for_workers()
    return run


@transaction.atomic
def cancel_run(*, actor: User, run_id: UUID) -> DossierRun:
    """Draw no more of a run. What is in work is finished; what was made stays. A second call changes nothing.

    Raises:
        DossierRun.DoesNotExist: foreign and missing alike.
        RunIsOver: nothing of it waits any more.
    """
    run = _locked(actor, run_id)
    if run.state == run.State.CANCELLED:
        return run
    if run.is_over:
        raise RunIsOver(_("This run is over. Nothing of it waits any more."))
    run.state = run.State.CANCELLED
    save_as(run, actor=actor, reason="cancelled", update_fields=["state"])
    _record(actor, run, "cancelled", Operation.ALTERATION)
    return run


@transaction.atomic
def resume_run(*, actor: User, run_id: UUID) -> DossierRun:
    """Go on with a run that was cancelled. A second call changes nothing.

    Raises:
        DossierRun.DoesNotExist: foreign and missing alike.
    """
    run = _locked(actor, run_id)
    if run.state == run.State.RUNNING:
        return run
    run.state = run.State.RUNNING
    run.running_since = timezone.now()
    save_as(run, actor=actor, reason="resumed", update_fields=["state", "running_since"])
    _record(actor, run, "resumed", Operation.ALTERATION)
    _send_for_workers()
    return run


@transaction.atomic
def retry_failed(*, actor: User, run_id: UUID) -> DossierRun:
    """Try the rows of a run that failed again, as far as the officer still sees their requests.

    Raises:
        DossierRun.DoesNotExist: foreign and missing alike.
        RunCancelled: it has to be resumed first.
        NothingFailed: there is nothing to try again.
    """
    run = _locked(actor, run_id)
    if run.state == run.State.CANCELLED:
        raise RunCancelled(_("Resume this run first."))
    failed = DossierRunItem.objects.visible_to(actor).filter(run=run, state=DossierRunItem.State.FAILED)
    count = failed.update(
        state=DossierRunItem.State.WAITING,
        dossier=None,
        attempts=0,
        lease_until=None,
        error_code="",
        finished_at=None,
    )
    if not count:
        raise NothingFailed(_("Nothing of this run can be tried again."))
    # The numbers followed the rows.
    run.refresh_from_db()
    run.running_since = timezone.now()
    save_as(run, actor=actor, reason="retried", update_fields=["running_since"])
    _record(actor, run, "retried", Operation.COLLECTION, retried=count)
    _send_for_workers()
    return run


# --- reading -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Pace:
    """How fast a run goes: dossiers a minute over the last two, and seconds left; ``None`` while nothing is known."""

    per_minute: float | None
    seconds_left: int | None


def pace_of(user: User, run: DossierRun) -> Pace:
    """Return how fast a run goes now."""
    if run.is_over or run.state == run.State.CANCELLED:
        return Pace(None, None)
    now = timezone.now()
    since = max(run.running_since, now - dt.timedelta(seconds=RATE_SECONDS))
    rows = DossierRunItem.objects.visible_to(user).filter(run=run)
    ended = rows.filter(finished_at__gte=since).count()
    passed = (now - since).total_seconds()
    if not ended or passed <= 0:
        return Pace(None, None)
    rate = ended / passed
    return Pace(rate * 60, round(run.left / rate))


@transaction.atomic
def consult_run(*, actor: User, run_id: UUID) -> DossierRun:
    """Return a run for reading and record who read it.

    Raises:
        DossierRun.DoesNotExist: foreign and missing alike.
    """
    run = DossierRun.objects.visible_to(actor).select_related("requested_by").get(uuid=run_id)
    record(actor=actor, operation=Operation.CONSULTATION, verb="dossier_run.viewed", target=run)
    return run


def page_of_runs(user: User, *, before: Cursor | None = None, size: int = PAGE_SIZE) -> Page[DossierRun]:
    """Return one page of the officer's runs, the last started first."""
    rows = DossierRun.objects.visible_to(user)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows.order_by("-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(rows=found[:size], older=Cursor(at=last.requested_at, pk=last.pk) if last else None)


def items_of(
    user: User, run: DossierRun, state: str, *, after: int = 0, size: int = ITEMS_ON_PAGE
) -> tuple[list[DossierRunItem], int]:
    """Return rows of a run in one state, by position, and the position after which more follow; 0 for none."""
    rows = (
        DossierRunItem.objects.visible_to(user)
        .filter(run=run, state=state, position__gt=after)
        .select_related("handover", "dossier")
        .defer("handover__disclosed", "handover__facts", "dossier__facts", "dossier__engine")
    )
    found = list(rows.order_by("position")[: size + 1])
    return found[:size], found[size - 1].position if len(found) > size else 0


# --- parts -------------------------------------------------------------------------------------------
def _locked(actor: User, run_id: UUID) -> DossierRun:
    return DossierRun.objects.visible_to(actor).select_for_update(of=("self",)).get(uuid=run_id)


def _checked_languages(languages: Collection[str]) -> list[str]:
    known = [code for code, _name in settings.LANGUAGES]
    if not languages or set(languages) - set(known):
        raise InvalidInput("languages", _("Choose at least one language from the list."))
    return [code for code in known if code in languages]


def _checked_beside(beside: str, languages: Collection[str]) -> str:
    if beside and beside not in dict(settings.LANGUAGES):
        raise InvalidInput("beside", _("Choose a language from the list."))
    if beside in languages:
        raise InvalidInput("beside", _("This language is chosen above already. Choose another, or none."))
    return beside


def _checked_priority(asked: Asked, priority: int | None) -> int:
    is_crossing = asked.scope == Scope.CROSSING
    if priority is None:
        return Priority.CROSSING if is_crossing else Priority.NORMAL
    if priority not in Priority.values or (priority == Priority.CROSSING and not is_crossing):
        raise InvalidInput("priority", _("Only dossiers for a crossing come first. Choose another priority."))
    return priority


def _add_items(run: DossierRun, requests: Collection[int], languages: Collection[str]) -> None:
    """Add the rows, language after language: each request is made in the first one before any is in the second."""
    pairs = [(pk, language) for language in languages for pk in requests]
    DossierRunItem.objects.bulk_create(
        [
            DossierRunItem(run=run, position=position, handover_id=pk, language=language)
            for position, (pk, language) in enumerate(pairs, start=1)
        ],
        batch_size=AT_ONCE,
    )


def _record(actor: User, run: DossierRun, act: str, operation: Operation, **codes: int) -> None:
    record(
        actor=actor,
        operation=operation,
        verb=f"dossier_run.{act}",
        target=run,
        codes={
            "scope": run.scope,
            "total": run.total,
            "languages": run.languages,
            **({"beside": run.beside} if run.beside else {}),
            **codes,
        },
    )


def _send_for_workers() -> None:
    """Once this transaction has committed. Without a broker the rows wait for the sweeper."""
    transaction.on_commit(keep_drawing, robust=True)
