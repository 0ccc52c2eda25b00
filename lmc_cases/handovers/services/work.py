"""All that waits for an officer in requests, in one list: what has a day first, in the order of the days."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmc_cases.handovers.models import Duty, HandoverMessage, HandoverRequest
from lmc_cases.handovers.services.clocks import Clock, earliest_clocks, with_running_limits
from lmc_cases.handovers.services.following import duties_waiting
from lmc_cases.handovers.services.reading import COMPARED, waiting_for
from lmc_cases.handovers.services.thread import questions_waiting
from lmc_cases.handovers.services.writing import answer_ends

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25


class Kind(enum.StrEnum):
    """What waits."""

    REQUEST = "request"
    QUESTION = "question"
    DUTY = "duty"
    DOSSIER = "dossier"


@dataclass(frozen=True)
class Task:
    """What an app above has waiting: its words in the active language, where it is done, the name of its picture."""

    text: str
    url: str
    icon: str = "file"


@dataclass(frozen=True)
class WorkItem:
    """A request whose next step is the officer's, a question to be answered, or duties to be reported on.

    Attributes:
        ends: aware end of the limit or of the day; ``None`` where none runs.
        duty: of a kind and a day; ``duties`` are so many, of as many persons of the request.
        task: of an app above.
    """

    handover: HandoverRequest
    ends: dt.datetime | None
    clock: Clock | None = None
    question: HandoverMessage | None = None
    duty: Duty | None = None
    duties: int = 0
    task: Task | None = None


Source = Callable[["User"], list[WorkItem]]
_sources: list[Source] = []


def add_source(source: Source) -> None:
    """Let an app above have work in the list; ``source`` returns what waits for an officer, through the rule."""
    _sources.append(source)


def work_of(
    user: User, *, kind: str = "", page: int = 1, size: int = PAGE_SIZE
) -> tuple[list[WorkItem], bool]:
    """Return one page of what waits, and whether another follows. Drafts wait for their author alone and are left out.

    Args:
        kind: a ``Kind``, "" for all.
        page: counted from 1.
    """
    start = (page - 1) * size
    dated: list[WorkItem] = []
    if kind in {"", Kind.QUESTION}:
        dated += [
            WorkItem(row.handover, answer_ends(row), question=row)
            for row in questions_waiting(user)[:COMPARED]
        ]
    owed = _duties(user) if kind in {"", Kind.DUTY} else []
    if kind in {"", Kind.DOSSIER}:
        owed += [item for source in _sources for item in source(user)]
    dated += [item for item in owed if item.ends]
    waiting = (
        waiting_for(user)
        .exclude(status=HandoverRequest.Status.DRAFT)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
    )
    pressed: dict[int, Clock] = {}
    if kind in {"", Kind.REQUEST}:
        held = list(with_running_limits(waiting).order_by("updated_at", "pk")[:COMPARED])
        pressed = earliest_clocks(held)
        dated += [
            WorkItem(row, pressed[row.pk].ends, clock=pressed[row.pk]) for row in held if row.pk in pressed
        ]
    dated.sort(key=lambda item: (item.ends, item.handover.pk))
    dated += [item for item in owed if not item.ends]
    shown = dated[start : start + size + 1]
    if kind in {"", Kind.REQUEST} and len(shown) <= size:
        after = max(0, start - len(dated))
        others = waiting.exclude(pk__in=list(pressed)).order_by("-updated_at", "-pk")
        shown += [WorkItem(row, None) for row in others[after : after + size + 1 - len(shown)]]
    return shown[:size], len(shown) > size


def _duties(user: User) -> list[WorkItem]:
    """One item for each request, kind and day: six hundred reports of one list are one piece of work."""
    together: dict[tuple[int, str, dt.date | None], list[Duty]] = {}
    for duty in duties_waiting(user)[:COMPARED]:
        together.setdefault((duty.handover_id, duty.kind, duty.due_on), []).append(duty)
    return [
        WorkItem(rows[0].handover, rows[0].ends_in(rows[0].country.time_zone), duty=rows[0], duties=len(rows))
        for rows in together.values()
    ]
