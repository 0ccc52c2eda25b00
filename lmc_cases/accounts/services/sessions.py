"""Where an officer is signed in: begin, look, end. Limits go by the clock at each request, with no job needed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services.managing import cleaned_reason, other_officer
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.core.request_id import current_origin

End = SignedInSession.End
# What a session was ended by; the sign-in page says it.
IDLE, TOO_LONG, POSTING_ENDED, ENDED = "idle", "too_long", "posting_ended", "ended"
# Seconds: an officer's every click need not be written down.
SEEN_EVERY = 60


class SessionEnded(Conflict):
    """The session is over already."""


def begin(*, user: User, device: str) -> SignedInSession:
    """Note that the officer is signed in here; the audit has the sign-in itself."""
    row = SignedInSession(user=user, address=current_origin().address, device=device[:300])
    row.save(force_insert=True)
    return row


def held(*, user: User, session_id: str) -> SignedInSession | None:
    """Return the row a session names, if it is this officer's."""
    try:
        wanted = UUID(session_id)
    except ValueError:
        return None
    return SignedInSession.objects.filter(uuid=wanted, user=user).first()


def why_over(row: SignedInSession | None, user: User) -> str:
    """Return why a session opens nothing any more, ``""`` while it does."""
    now = timezone.now()
    if user.posting_is_over:
        return POSTING_ENDED
    if row is None or row.ended_at is not None:
        return ENDED
    if row.ends_at <= now:
        return TOO_LONG
    if row.idle_ends_at <= now:
        return IDLE
    return ""


def seen(row: SignedInSession, *, always: bool = False) -> None:
    """Note a click, at most once a minute; the officer's address may have changed.

    Args:
        always: write it down even so.
    """
    now = timezone.now()
    if not always and (now - row.last_seen_at).total_seconds() < min(
        SEEN_EVERY, settings.SESSION_IDLE_SECONDS / 10
    ):
        return
    row.last_seen_at = now
    row.address = current_origin().address
    row.save(update_fields=["last_seen_at", "address"])


@transaction.atomic
def sign_out_here(*, actor: User, session_id: str) -> None:
    """The officer leaves by the menu."""
    row = held(user=actor, session_id=session_id)
    if row is not None and row.ended_at is None:
        _end([row], End.SIGNED_OUT)
    record(actor=actor, operation=Operation.SIGN_IN, verb="officer.signed_out")


@transaction.atomic
def end_session(*, actor: User, session_id: UUID) -> None:
    """End one of the officer's own sessions; its next click leads to the sign-in page.

    Raises:
        SignedInSession.DoesNotExist: somebody else's and missing alike.
        SessionEnded: it is over.
    """
    row = SignedInSession.objects.select_for_update().filter(user=actor).get(uuid=session_id)
    if why_over(row, actor):
        raise SessionEnded(_("This session is over already."))
    _end([row], End.REMOTE)
    record(actor=actor, operation=Operation.SIGN_IN, verb="session.ended", target=row)


@transaction.atomic
def end_other_sessions(*, actor: User, keep: str) -> int:
    """End all of the officer's sessions but this one; return how many there were.

    Args:
        keep: id of the session that the officer uses now.
    """
    rows = [row for row in _open_rows(actor) if str(row.uuid) != keep]
    _end(rows, End.REMOTE)
    record(
        actor=actor,
        operation=Operation.SIGN_IN,
        verb="sessions.ended",
        target=actor,
        codes={"sessions": len(rows)},
    )
    return len(rows)


@transaction.atomic
def sign_officer_out(*, actor: User, user_id: UUID, reason: str) -> int:
    """End all sessions of an officer whose country's users the actor manages; return how many there were.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        InvalidInput: no reason.
    """
    cleaned = cleaned_reason(reason)
    user = other_officer(actor, user_id)
    rows = _open_rows(user)
    _end(rows, End.ADMINISTRATOR)
    record(
        actor=actor,
        operation=Operation.SIGN_IN,
        verb="sessions.ended",
        target=user,
        reason=cleaned,
        codes={"sessions": len(rows)},
    )
    return len(rows)


def end_all_of(user: User, why: SignedInSession.End, *, keep: str = "") -> None:
    """End an officer's sessions as part of an act that the caller records.

    Args:
        keep: id of a session that goes on.
    """
    _end([row for row in _open_rows(user) if str(row.uuid) != keep], why)


def forget_old() -> int:
    """Delete sessions last used longer ago than ``SESSION_KEPT_DAYS``; return how many."""
    until = timezone.now() - dt.timedelta(days=settings.SESSION_KEPT_DAYS)
    return SignedInSession.objects.filter(last_seen_at__lt=until).delete()[0]


def _open_rows(user: User) -> list[SignedInSession]:
    return list(
        SignedInSession.objects.select_for_update().filter(user=user, ended_at__isnull=True).order_by("pk")
    )


def _end(rows: list[SignedInSession], why: SignedInSession.End) -> None:
    for row in rows:
        row.ended_at = timezone.now()
        row.end_reason = why
        row.save(update_fields=["ended_at", "end_reason"])
