"""What changed in a case, by whom, when and why, read through the access rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.models import Case, CaseDetail, CaseShare, CaseText, TimelineEntry
from lmc_cases.core.display import language_name

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

SHOWN = 200
# Fields a reader is shown, per model; the rest are keys, counters and what the entry's head says already.
FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Case: (
        "status",
        "typology",
        "classification",
        "is_restricted",
        "handling_h1",
        "handling_h2",
        "handling_h3",
    ),
    CaseDetail: (
        "lead_officer",
        "operation",
        "place",
        "border_point",
        "occurred_from",
        "occurred_to",
        "loss_amount",
        "loss_currency",
        "fraud_victims",
    ),
    CaseText: ("text", "translator"),
    CaseShare: ("level", "purpose", "expires_at", "revoked_at"),
    TimelineEntry: ("happened_at", "place", "text"),
}
LABELS = {
    "operation": gettext_lazy("Operation"),
    "border_point": gettext_lazy("Border crossing point"),
    "occurred_from": gettext_lazy("Happened from"),
    "occurred_to": gettext_lazy("Happened until"),
    "fraud_victims": gettext_lazy("Number of fraud victims"),
    "revoked_at": gettext_lazy("Withdrawn"),
}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after.

    Attributes:
        kind: ``"text"``, ``"day"`` or ``"moment"``: how to write ``before`` and ``after``.
    """

    label: str
    before: Any
    after: Any
    kind: str


@dataclass(frozen=True)
class Change:
    """One saved state of one part of a case.

    Attributes:
        what: the part, e.g. "Summary (Thai)".
        act: ``"+"`` added, ``"~"`` changed.
        language: code of the language the values are written in, "" if in none.
    """

    at: dt.datetime
    by: User | None
    what: str
    act: str
    reason: str
    fields: list[FieldChange]
    language: str = ""


def changes_of(*, actor: User, case: Case, limit: int = SHOWN) -> tuple[list[Change], bool]:
    """Return the newest changes of a case, and whether there are older ones.

    States in which nothing a reader is shown has changed are left out.

    Args:
        case: as read through the access rule.
        limit: at most so many.
    """
    found: list[Change] = []
    cut = False
    for model, names in FIELDS.items():
        owned = {"id": case.pk} if model is Case else {"case_id": case.pk}
        related = [name for name in names if isinstance(model._meta.get_field(name), models.ForeignKey)]
        if model is CaseShare:
            related += ["recipient", "recipient_agency"]
        rows = list(
            model.history.visible_to(actor)  # type: ignore[attr-defined]
            .filter(**owned)
            .select_related("history_user", *related)
            .order_by("-history_date", "-history_id")[: 2 * limit]
        )
        cut = cut or len(rows) == 2 * limit
        found.extend(_changes(model, names, rows))
    found.sort(key=lambda change: change.at, reverse=True)
    return found[:limit], cut or len(found) > limit


def _changes(model: type[models.Model], names: tuple[str, ...], rows: list[Any]) -> list[Change]:
    before: dict[int, Any] = {}
    found = []
    for row in reversed(rows):
        held = before.get(row.id)
        before[row.id] = row
        if held is None and row.history_type != "+":
            # Its earlier state lies beyond what was read.
            continue
        fields = [
            FieldChange(
                _label(model, name),
                None if held is None else _value(held, name),
                _value(row, name),
                _kind(model, name),
            )
            for name in names
            if (_stored(row, name) if held is None else _stored(held, name) != _stored(row, name))
        ]
        if fields:
            found.append(
                Change(
                    at=row.history_date,
                    by=row.history_user,
                    what=_what(model, row),
                    act=row.history_type,
                    reason=row.history_change_reason or "",
                    fields=fields,
                    language=getattr(row, "language", ""),
                )
            )
    return found


def _what(model: type[models.Model], row: Any) -> str:
    if model is CaseText:
        return _("%(text)s (%(language)s)") % {
            "text": row.get_kind_display(),
            "language": language_name(row.language),
        }
    if model is CaseShare:
        recipient = row.recipient_agency or row.recipient
        return _("Share with %(recipient)s") % {"recipient": recipient.name}
    if model is TimelineEntry:
        return _("Timeline")
    return _("Case") if model is Case else _("Key facts")


def _label(model: type[models.Model], name: str) -> str:
    return capfirst(str(LABELS.get(name) or model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _kind(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    if isinstance(field, models.DateTimeField):
        return "moment"
    return "day" if isinstance(field, models.DateField) else "text"


def _stored(row: Any, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)


def _value(row: Any, name: str) -> Any:
    field = row._meta.get_field(name)
    if field.choices:
        return getattr(row, f"get_{name}_display")()
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value) if isinstance(field, models.ForeignKey) and value is not None else value
