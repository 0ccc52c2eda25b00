"""Write a row together with its history, naming who and why; nothing may rely on a web request for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from simple_history.manager import HistoricalQuerySet
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Row = TypeVar("Row", bound=models.Model)
# Rows written by one statement.
AT_ONCE = 500


class ReadThroughRule(HistoricalQuerySet):
    """Base of the querysets of history tables: they hold the same secrets as the rows they follow."""

    def visible_to(self, user: Any) -> ReadThroughRule:
        """Past states of the rows the officer may see now.

        The rule is the live model's own; a deleted row has no visible history here.
        """
        live = self.model.instance_type
        past: ReadThroughRule = self.filter(id__in=live.objects.visible_to(user).values("pk"))
        return past


def kept_history(**options: Any) -> HistoricalRecords:
    """Return the history of a model: actor and reason kept, read through the model's own rule."""
    return HistoricalRecords(
        historical_queryset=ReadThroughRule,
        history_change_reason_field=models.TextField(null=True),
        **options,
    )


def save_as(
    instance: models.Model,
    *,
    actor: User | None,
    reason: str = "",
    update_fields: Iterable[str] | None = None,
) -> None:
    """Save ``instance`` and its history row under the actor's name.

    Args:
        instance: a model with ``history``.
        actor: the officer who answers for the change; ``None`` only for the product's own set-up.
        reason: free text or a code, kept on the history row.
        update_fields: as in ``Model.save``.
    """
    instance._history_user = actor  # type: ignore[attr-defined]
    instance._change_reason = reason  # type: ignore[attr-defined]
    instance.save(update_fields=None if update_fields is None else list(update_fields))


def create_many_as(rows: Sequence[Row], *, actor: User | None, reason: str = "") -> list[Row]:
    """Insert rows of one model with their history: a statement for every ``AT_ONCE``, not one for each."""
    if not rows:
        return []
    made: list[Row] = bulk_create_with_history(
        rows, type(rows[0]), batch_size=AT_ONCE, default_user=actor, default_change_reason=reason
    )
    return made


def save_many_as(
    rows: Sequence[models.Model], *, actor: User | None, fields: Sequence[str], reason: str = ""
) -> None:
    """Save ``fields`` of held rows of one model with their history, as ``save_as`` does with one.

    A row's own ``_change_reason`` comes before ``reason``.
    """
    if rows:
        bulk_update_with_history(
            rows,
            type(rows[0]),
            fields,
            batch_size=AT_ONCE,
            default_user=actor,
            default_change_reason=reason,
        )


def delete_as(instance: models.Model, *, actor: User | None, reason: str) -> None:
    """Delete ``instance``; its history keeps the last state, who and why."""
    instance._history_user = actor  # type: ignore[attr-defined]
    instance._change_reason = reason  # type: ignore[attr-defined]
    instance.delete()
