"""THE access rule: which countries an officer may act for, and which audiences an officer belongs to.

Grants are guardian permissions on country and agency rows, held by groups; a few hundred rows in all.
Nobody by default, and no short cut for superusers: running the server is no reason to read a case.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
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


READ_AGENCY = "read_agency_records"


def jurisdictions_granting(user: User | AnonymousUser, action: Action) -> QuerySet[Jurisdiction]:
    """Return the countries for which ``user`` holds ``action``; none for anonymous users and those out of service."""
    audiences_of(user)
    return _granting(user, action)


def _granting(user: User | AnonymousUser, action: Action) -> QuerySet[Jurisdiction]:
    if not (user.is_authenticated and user.in_service):
        return Jurisdiction.objects.none()
    granted: QuerySet[Jurisdiction] = get_objects_for_user(
        user, f"jurisdictions.{action}", Jurisdiction, with_superuser=False, accept_global_perms=False
    )
    return granted


def may(user: User | AnonymousUser, action: Action) -> bool:
    """Whether ``user`` holds ``action`` for any country: for menus only, never to open a record."""
    return jurisdictions_granting(user, action).exists()


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
    """Ask the database for the user's audiences, with the siblings the officer is cleared for: two statements."""
    if not (user.is_authenticated and user.in_service):
        return ()
    countries = _granting(user, Action.READ).values_list("audience_id", flat=True).order_by()
    agencies = (
        get_objects_for_user(
            user, f"jurisdictions.{READ_AGENCY}", Agency, with_superuser=False, accept_global_perms=False
        )
        .values_list("audience_id", flat=True)
        .order_by()
    )
    found = set(countries.union(agencies, all=True))
    if not found:
        # An officer whose every role was taken away reads nothing, not even by name.
        return ()
    found.add(user.audience_id)
    cleared = Audience.objects.filter(base__in=found, clearance__lte=user.clearance).values_list(
        "pk", flat=True
    )
    return tuple(sorted(found.union(cleared)))
