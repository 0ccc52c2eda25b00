"""THE access rule: which countries an officer may act for, and which audiences an officer belongs to.

Grants are guardian permissions on country and agency rows, held by groups; a few hundred rows in all.
Nobody by default, and no short cut for superusers: running the server is no reason to read a case.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from lmc_cases.core.viewer import announce, audiences_in_force, viewing_as
from lmc_cases.jurisdictions.models import Agency, Audience, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Action(enum.StrEnum):
    """What a role may do with a country's records. The values are permission codenames."""

    READ = "read_records"
    EDIT = "edit_records"
    SHARE = "share_records"
    REQUEST_HANDOVER = "request_handover"
    APPROVE_HANDOVER = "approve_handover"
    KEEP_EVIDENCE = "keep_evidence"
    READ_AUDIT = "read_audit"
    READ_REASONS = "read_reasons"
    SUPERVISE = "supervise_records"
    MANAGE_USERS = "manage_users"
    EDIT_LAW = "edit_law"
    HANDLE_INFORMANTS = "handle_informants"
    CONFIRM_ERASURE = "confirm_erasure"
    MARK_AT_BORDER = "mark_at_border"
    MACHINE_TRANSLATE = "machine_translate"
    REVIEW = "review_dossiers"


READ_AGENCY = "read_agency_records"
_Row = TypeVar("_Row", Jurisdiction, Agency)


def jurisdictions_granting(user: User | AnonymousUser, action: Action) -> QuerySet[Jurisdiction]:
    """Return the countries for which ``user`` holds ``action``; none for anonymous users and those out of service."""
    audiences_of(user)
    return _granting(user, action)


def _granting(user: User | AnonymousUser, action: Action) -> QuerySet[Jurisdiction]:
    if not (user.is_authenticated and user.in_service):
        return Jurisdiction.objects.none()
    return _granted(user, f"jurisdictions.{action}", Jurisdiction)


def _granted(user: User, permission: str, model: type[_Row]) -> QuerySet[_Row]:
    granted: QuerySet[_Row] = get_objects_for_user(
        user, permission, model, with_superuser=False, accept_global_perms=False
    )
    return granted


def may(user: User | AnonymousUser, action: Action) -> bool:
    """Whether ``user`` holds ``action`` for any country: for menus only, never to open a record."""
    return jurisdictions_granting(user, action).exists()


def side_acted_for(
    user: User | AnonymousUser, sides: Sequence[Jurisdiction], *actions: Action
) -> Jurisdiction | None:
    """Return for which of two sides ``user`` acts: the own country first, else the first of ``sides`` that grants it.

    Args:
        actions: any of them is enough.

    Returns:
        ``None`` for whoever acts for neither.
    """
    granting = {
        pk for action in actions for pk in jurisdictions_granting(user, action).values_list("pk", flat=True)
    }
    mine = [side for side in sides if side.pk in granting]
    if not mine or not user.is_authenticated:
        return None
    home = user.country.pk if user.agency is not None else None
    return next((side for side in mine if side.pk == home), mine[0])


def audiences_of(user: User | AnonymousUser) -> tuple[int, ...]:
    """Return the audience ids whose records ``user`` reads: countries and agencies granted, and the officer.

    Resolved once per request by the transaction middleware; asked of the database elsewhere, which is then told who
    asks: whatever is read next in the transaction is read for this officer.
    """
    if not (user.is_authenticated and user.in_service):
        return ()
    held = audiences_in_force(user.pk)
    if held is not None:
        return held
    found = resolve_audiences(user)
    announce(user.pk, found)
    return found


@contextmanager
def acting_as(user: User | AnonymousUser) -> Iterator[None]:
    """Open a transaction, or a part of one, for an officer: a task's or a command's named actor."""
    with viewing_as(user.pk, resolve_audiences(user)):
        yield


@contextmanager
def acting_for_office(user: User) -> Iterator[None]:
    """Open a transaction, or a part of one, that sees all of an officer's country, whoever is named on a case.

    For one act alone: what an officer leaves behind is handed on although whoever manages the users may not read it.
    """
    country = user.country
    audiences = Audience.objects.filter(
        Q(pk=country.audience_id)
        | Q(pk__in=country.agencies.values("audience"))
        | Q(pk__in=country.agencies.values("officers__audience"))
    )
    ids = Audience.objects.filter(Q(pk__in=audiences) | Q(base__in=audiences)).values_list("pk", flat=True)
    with viewing_as(user.pk, ids):
        yield


def resolve_audiences(user: User | AnonymousUser) -> tuple[int, ...]:
    """Ask the database for the user's audiences, with the siblings the officer is cleared for: one statement."""
    if not (user.is_authenticated and user.in_service):
        return ()
    statement, values = _statement_of_grants()
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_SIBLINGS.format(statement),
            [
                *(user.pk if value == _ANYBODY else value for value in values),
                user.audience_id,
                user.clearance,
            ],
        )
        return tuple(audience for (audience,) in cursor.fetchall())


# An officer whose every role was taken away reads nothing, not even by name.
_WITH_SIBLINGS: Final = (
    "WITH granted (id) AS ({}),"
    " held (id) AS (SELECT id FROM granted UNION SELECT %s::bigint WHERE EXISTS (SELECT 1 FROM granted))"
    " SELECT id FROM held UNION SELECT a.id FROM jurisdictions_audience a JOIN held ON held.id = a.base_id"
    " WHERE a.clearance <= %s ORDER BY 1"
)
# No account has it: where it stands among the values of the statement, the officer's own key belongs.
_ANYBODY: Final = -7_205_759_403


@cache
def _statement_of_grants() -> tuple[str, tuple[Any, ...]]:
    """Return guardian's own statement for the audiences granted to an officer, written once in a process.

    Every request asks it; writing it took longer than answering it.
    """
    anybody: User = get_user_model()(pk=_ANYBODY)
    countries = _granted(anybody, f"jurisdictions.{Action.READ}", Jurisdiction)
    agencies = _granted(anybody, f"jurisdictions.{READ_AGENCY}", Agency)
    both = (
        countries.values_list("audience_id", flat=True)
        .order_by()
        .union(agencies.values_list("audience_id", flat=True).order_by(), all=True)
    )
    statement, values = both.query.get_compiler(connection=connection).as_sql()
    return statement, tuple(values)
