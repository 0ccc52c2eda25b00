"""How many requests and persons there are, how they ended and how long it took, as far as the officer may see them.

Counted by the database: the number of statements does not grow with the rows. Drafts are nobody's statistics.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.days import end_of, start_of
from lmc_cases.handovers.models import Duty, DutyReport, HandoverRequest, HandoverSubject
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Median(models.Aggregate):
    """The value in the middle; of spans of time a ``timedelta``."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = models.DurationField()


@dataclass(frozen=True)
class Filters:
    """Which requests are counted: sent from ``since`` to ``until`` (whole days), of a procedure, with a country."""

    since: dt.date | None = None
    until: dt.date | None = None
    procedure: str = ""
    country: str = ""


@dataclass(frozen=True)
class Table:
    """A heading and rows of a label and numbers; ``columns`` name the numbers."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each row as its label and its numbers with the names of their columns."""
        return [(row[0], list(zip(self.columns, row[1:], strict=True))) for row in self.rows]


@transaction.atomic
def statistics_of(*, actor: User, filters: Filters, is_export: bool = False) -> list[Table]:
    """Return the tables, and record that they were looked at, or let out as a file."""
    requests = _counted(HandoverRequest.objects.visible_to(actor), filters)
    persons = HandoverSubject.objects.visible_to(actor).filter(handover__in=requests.values("pk"))
    record(
        actor=actor,
        operation=Operation.EXPORT if is_export else Operation.CONSULTATION,
        verb="handover.statistics_exported" if is_export else "handover.statistics_viewed",
        owner_id=actor.country.pk if actor.agency is not None else None,
        codes={name: str(value) for name, value in asdict(filters).items() if value},
    )
    return [
        _between(requests),
        _by_choice(
            _("Requests by status"),
            _("Handover requests"),
            requests,
            "status",
            HandoverRequest.Status.choices,
        ),
        _by_choice(
            _("Persons by outcome"), _("Persons"), persons, "outcome", HandoverSubject.Outcome.choices
        ),
        _by_nationality(persons),
        _spans(requests),
        _duties(actor, requests),
    ]


def countries() -> list[tuple[str, str]]:
    """Return code and name of each country, to choose from."""
    return [(row.code, row.name) for row in Jurisdiction.objects.order_by("code")]


def _counted(
    requests: models.QuerySet[HandoverRequest], filters: Filters
) -> models.QuerySet[HandoverRequest]:
    rows = requests.filter(submitted_at__isnull=False)
    if first := start_of(filters.since):
        rows = rows.filter(submitted_at__gte=first)
    if end := end_of(filters.until):
        rows = rows.filter(submitted_at__lt=end)
    if filters.procedure:
        rows = rows.filter(procedure=filters.procedure)
    if filters.country:
        rows = rows.filter(Q(requesting__code=filters.country) | Q(requested__code=filters.country))
    return rows


def _between(requests: models.QuerySet[HandoverRequest]) -> Table:
    names = {row.pk: row.name for row in Jurisdiction.objects.all()}
    counted = requests.values("requested", "requesting").annotate(
        requests=Count("pk", distinct=True),
        persons=Count("subjects"),
        moved=Count("subjects", filter=Q(subjects__outcome=HandoverSubject.Outcome.HANDED_OVER)),
    )
    rows = [
        (
            f"{names[row['requested']]} → {names[row['requesting']]}",
            str(row["requests"]),
            str(row["persons"]),
            str(row["moved"]),
        )
        for row in counted.order_by("-persons", "requested", "requesting")
    ]
    return Table(_("From country to country"), (_("Handover requests"), _("Persons"), _("Handed over")), rows)


def _by_choice(
    title: str,
    column: str,
    queryset: models.QuerySet[models.Model],
    name: str,
    choices: Iterable[tuple[str, object]],
) -> Table:
    found = dict(queryset.order_by().values_list(name).annotate(n=Count("pk")))
    rows = [(str(label), str(found[code])) for code, label in choices if code in found]
    return Table(title, (column,), rows)


def _by_nationality(persons: models.QuerySet[HandoverSubject]) -> Table:
    names = {row.code: row.name for row in Jurisdiction.objects.all()}
    counted = (
        persons.order_by()
        .annotate(nationality=Coalesce(F("snapshot__nationality"), models.Value("", models.JSONField())))
        .values("nationality")
        .annotate(n=Count("pk"), moved=Count("pk", filter=Q(outcome=HandoverSubject.Outcome.HANDED_OVER)))
        .order_by("-n", "nationality")
    )
    rows = [
        (
            names.get(row["nationality"], row["nationality"] or _("Not known")),
            str(row["n"]),
            str(row["moved"]),
        )
        for row in counted
    ]
    return Table(_("Persons by nationality"), (_("Persons"), _("Handed over")), rows)


def _spans(requests: models.QuerySet[HandoverRequest]) -> Table:
    decided, moved = F("decided_at") - F("submitted_at"), F("handed_over_at") - F("decided_at")
    found = requests.order_by().aggregate(
        decided=Median(decided, filter=Q(decided_at__isnull=False)),
        moved=Median(moved, filter=Q(handed_over_at__isnull=False)),
    )
    rows = [
        (label, f"{found[name].total_seconds() / 86_400:.1f}" if found[name] is not None else _("Not known"))
        for name, label in (
            ("decided", _("From the sending to the decision")),
            ("moved", _("From the decision to the handover")),
        )
    ]
    return Table(_("How long it took"), (_("Days (median)"),), rows)


def _duties(actor: User, requests: models.QuerySet[HandoverRequest]) -> Table:
    rows = Duty.objects.visible_to(actor).standing().filter(handover__in=requests.values("pk"))
    final = DutyReport.objects.filter(duty=models.OuterRef("pk"), is_final=True)
    today = timezone.localdate()
    found = {
        row["kind"]: row
        for row in rows.annotate(is_done=models.Exists(final))
        .values("kind")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(is_done=True)),
            late=Count("pk", filter=Q(is_done=False, due_on__lt=today)),
        )
        .order_by()
    }
    return Table(
        _("Duties"),
        (_("Duties"), _("Done"), _("Overdue")),
        [
            (str(label), *(str(found[code][name]) for name in ("n", "done", "late")))
            for code, label in Duty.Kind.choices
            if code in found
        ],
    )
