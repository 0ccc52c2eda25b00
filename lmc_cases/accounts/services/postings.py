"""The account ends when the posting ends: by the clock at each request, sign-in and token; the job only tells."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from lmc_cases.accounts.models import PostingNotice, SignedInSession, User
from lmc_cases.accounts.services.managing import cleaned_reason, other_officer
from lmc_cases.accounts.services.notices import tell
from lmc_cases.accounts.services.sessions import end_all_of
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.display import format_day
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

Kind = PostingNotice.Kind


@transaction.atomic
def set_posting_end(*, actor: User, user_id: UUID, ends_on: dt.date | None, reason: str) -> User:
    """Say which day is the last of an officer's posting, or that none is known.

    Args:
        ends_on: the last day, in the officer's country; the account opens nothing from the next day on.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        InvalidInput: no reason, or a day that has passed.
    """
    cleaned = cleaned_reason(reason)
    user = other_officer(actor, user_id)
    zone = zoneinfo.ZoneInfo(user.country.time_zone)
    if ends_on is not None and ends_on < timezone.now().astimezone(zone).date():
        raise InvalidInput(
            "ends_on", _("Enter today or a later day. To end the access now, close the account.")
        )
    user.posting_ends_on = ends_on
    user.access_ends_at = None if ends_on is None else _end_of(ends_on, zone)
    user.version += 1
    save_as(user, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="account.posting_end_set",
        target=user,
        reason=cleaned,
        codes={"ends_on": ends_on.isoformat() if ends_on else ""},
    )
    return user


def ends_soon(user: User) -> bool:
    """Whether the officer is to be told that the posting ends."""
    if user.access_ends_at is None or user.posting_is_over:
        return False
    return user.access_ends_at <= timezone.now() + dt.timedelta(days=settings.POSTING_NOTICE_DAYS)


def tell_of_postings() -> int:
    """Mail what is due about postings, each once; take the tokens of those that ended. Returns how many notices.

    Nothing rests on this: an ended posting opens nothing, whether or not it ran.
    """
    soon = timezone.now() + dt.timedelta(days=settings.POSTING_NOTICE_DAYS)
    due = User.objects.get_queryset().filter(is_active=True, access_ends_at__lte=soon)
    return sum(_tell_once(pk) for pk in list(due.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _tell_once(pk: int) -> int:
    user = (
        User.objects.get_queryset()
        .select_for_update(of=("self",))
        .select_related("agency__jurisdiction")
        .filter(pk=pk, is_active=True, posting_ends_on__isnull=False)
        .first()
    )
    if user is None:
        return 0
    assert user.posting_ends_on is not None  # noqa: S101 - filtered above
    kind = Kind.OVER if user.posting_is_over else Kind.SOON
    if PostingNotice.objects.filter(user=user, ends_on=user.posting_ends_on, kind=kind).exists():
        return 0
    PostingNotice(user=user, ends_on=user.posting_ends_on, kind=kind).save(force_insert=True)
    if kind == Kind.OVER:
        end_all_of(user, SignedInSession.End.CLOSED)
        ended = AuthToken.objects.filter(user=user).delete()[0]
        record(
            actor=None,
            operation=Operation.GRANT,
            verb="account.posting_ended",
            target=user,
            codes={"tokens": ended},
        )
    else:
        _tell_officer(user)
    for administrator in _administrators_of(user):
        _tell_administrator(administrator, user, kind)
    return 1


def _tell_officer(user: User) -> None:
    day = user.posting_ends_on
    tell(
        user,
        subject=lambda: _("Your posting ends"),
        text=lambda: (
            _(
                "Your posting ends on %(day)s, and with it your access to LMC Cases. If that is wrong, ask an "
                "administrator of your country to change the date."
            )
            % {"day": _day(day, user)}
        ),
    )


def _tell_administrator(administrator: User, user: User, kind: PostingNotice.Kind) -> None:
    day, name = user.posting_ends_on, user.full_name

    def subject() -> str:
        return _("An officer's posting ends") if kind == Kind.SOON else _("An officer's posting has ended")

    def text() -> str:
        words = {"name": name, "day": _day(day, administrator)}
        if kind == Kind.SOON:
            return (
                _("The posting of %(name)s ends on %(day)s. Hand the cases on before, or change the date.")
                % words
            )
        return (
            _(
                "The posting of %(name)s ended on %(day)s. The account opens nothing any more. "
                "Hand the cases on to a colleague and close the account."
            )
            % words
        )

    tell(administrator, subject=subject, text=text)


def _day(day: dt.date | None, reader: User) -> str:
    """Write the day in the active language, by the reader's own calendar."""
    return format_day(day, buddhist=reader.calendar == User.Calendar.BUDDHIST, long=True)


def _administrators_of(user: User) -> list[User]:
    """Officers of the same country who manage its users, without the officer."""
    others = User.objects.get_queryset().in_service().filter(agency__jurisdiction=user.country)
    return [
        other
        for other in others.exclude(pk=user.pk).order_by("pk")
        if jurisdictions_granting(other, Action.MANAGE_USERS).filter(pk=user.country.pk).exists()
    ]


def _end_of(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
