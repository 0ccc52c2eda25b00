"""Write a row together with its history, naming who and why; nothing may rely on a web request for that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from simple_history.manager import HistoricalQuerySet
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


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


def delete_as(instance: models.Model, *, actor: User | None, reason: str) -> None:
    """Delete ``instance``; its history keeps the last state, who and why."""
    instance._history_user = actor  # type: ignore[attr-defined]
    instance._change_reason = reason  # type: ignore[attr-defined]
    instance.delete()
