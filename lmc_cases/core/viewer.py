"""The transaction that tells the database for whom it runs.

``lmc.audiences`` and ``lmc.viewer`` are set per transaction and never per connection, so that a pooled connection
cannot hand one officer's rights to the next; the policies of row-level security read them (``core.row_security``).
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

Held = tuple[Any, tuple[int, ...]]
_viewer: ContextVar[Held | None] = ContextVar("lmc_viewer", default=None)


def officer_of(request: HttpRequest) -> User:
    """Return the signed-in officer: no page but those marked ``login_not_required`` is reached without one."""
    return cast("User", request.user)


def audiences_in_force(user_pk: Any) -> tuple[int, ...] | None:
    """Return the audiences resolved for this transaction, if they are this user's."""
    held = _viewer.get()
    return held[1] if held is not None and held[0] == user_pk else None


@contextmanager
def viewing_as(user_pk: Any, audience_ids: Iterable[int]) -> Iterator[None]:
    """Open a transaction, or a part of the present one, whose statements run for these audiences.

    Inside another viewer's block the other is put back at the end; what was rolled back takes its setting along.
    """
    outer = _viewer.get()
    held = (user_pk, tuple(sorted(audience_ids)))
    token = _viewer.set(held)
    try:
        with transaction.atomic():
            _tell_database(held)
            yield
            if outer is not None:
                _tell_database(outer)
    finally:
        _viewer.reset(token)


def become(user_pk: Any, audience_ids: Iterable[int]) -> None:
    """Set the viewer within the present block: a token was recognised after it began."""
    held = (user_pk, tuple(sorted(audience_ids)))
    _viewer.set(held)
    _tell_database(held)


def announce(user_pk: Any, audience_ids: Iterable[int]) -> None:
    """Tell the database who asks where no block has said so: a service called by a command or a test.

    It holds until the transaction ends or somebody else is announced; outside a transaction it holds for nothing,
    and no row is seen. Inside a block the block's viewer stays: rows of two officers are never mixed.
    """
    if _viewer.get() is None and connection.in_atomic_block:
        _tell_database((user_pk, tuple(sorted(audience_ids))))


def _tell_database(held: Held) -> None:
    user_pk, ids = held
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lmc.audiences', %s, true), set_config('lmc.viewer', %s, true)",
            [",".join(map(str, ids)), "" if user_pk is None else str(user_pk)],
        )
