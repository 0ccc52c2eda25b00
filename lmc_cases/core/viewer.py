"""The transaction that carries a viewer's audiences to the database.

``lmc.audiences`` is set per transaction and never per connection, so that a pooled connection
cannot hand one officer's rights to the next (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from django.db import connection, transaction
from django.http import HttpRequest

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

_audiences: ContextVar[tuple[Any, tuple[int, ...]] | None] = ContextVar("lmc_audiences", default=None)


def officer_of(request: HttpRequest) -> User:
    """Return the signed-in officer: no page but those marked ``login_not_required`` is reached without one."""
    return cast("User", request.user)


def audiences_in_force(user_pk: Any) -> tuple[int, ...] | None:
    """Return the audiences resolved for this transaction, if they are this user's."""
    held = _audiences.get()
    return held[1] if held is not None and held[0] == user_pk else None


@contextmanager
def viewing_as(user_pk: Any, audience_ids: Iterable[int]) -> Iterator[None]:
    """Open a transaction whose statements run for these audiences."""
    ids = tuple(sorted(audience_ids))
    token = _audiences.set((user_pk, ids))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lmc.audiences', %s, true)", [",".join(map(str, ids))])
            yield
    finally:
        _audiences.reset(token)


def become(user_pk: Any, audience_ids: Iterable[int]) -> None:
    """Set the viewer within the present transaction: a token was recognised after it began."""
    ids = tuple(sorted(audience_ids))
    _audiences.set((user_pk, ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lmc.audiences', %s, true)", [",".join(map(str, ids))])
