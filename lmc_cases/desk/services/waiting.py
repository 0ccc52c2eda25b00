"""Which dossiers wait for whoever reviews: the newest version of each granted request, what ends first at the top."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.jobs import JobState
from lmc_cases.core.list_export import ceiling, too_many
from lmc_cases.core.text import clean_text
from lmc_cases.desk.models import DossierReview
from lmc_cases.desk.services.second_reader import SecondReader, rule_of, second_reader
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.clocks import Clock, earliest_clocks
from lmc_cases.handovers.services.reading import COMPARED
from lmc_cases.handovers.states import DISCLOSED
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25
State = DossierReview.State
NEW, SIGNED = "NEW", "SIGNED"
# What a row of the desk can be; what a side has signed is over and shown only when it is asked for.
# "Returned" alone is said of persons and things.
STANDINGS = [
    (NEW, _("Not begun")),
    *((code, label) for code, label in State.choices if code != State.RETURNED),
    (State.RETURNED.value, _("Returned for correction")),
    (SIGNED, _("Signed")),
]
STANDING_WORDS = dict(STANDINGS)


@dataclass(frozen=True)
class DeskFilters:
    """What the list is narrowed to; empty values narrow nothing.

    Attributes:
        reference: part of it.
        standing: a code of ``STANDINGS``; "" for all that is not signed.
        destination: code of the country that receives the persons.
    """

    reference: str = ""
    standing: str = ""
    destination: str = ""


@dataclass(frozen=True)
class OnDesk:
    """One version on the desk.

    Attributes:
        dossier: the rendering to read, in the officer's language where there is one, without its facts.
        side: for which the officer reviews.
        standing: a code of ``STANDINGS``.
        second: what speaks for a second reader; ``None`` where it was not asked.
    """

    dossier: Dossier
    side: Jurisdiction
    standing: str
    review: DossierReview | None
    persons: int
    clock: Clock | None
    second: SecondReader | None = None

    @property
    def handover(self) -> HandoverRequest:
        """The request."""
        return self.dossier.handover

    @property
    def standing_label(self) -> str:
        """The standing in words."""
        return str(STANDING_WORDS[self.standing])


def desk_of(
    user: User, filters: DeskFilters | None = None, *, page: int = 1, size: int = PAGE_SIZE
) -> tuple[list[OnDesk], bool]:
    """Return one page of what lies on the officer's desk, and whether another follows.

    Args:
        page: counted from 1.
    """
    asked = filters or DeskFilters()
    held = list(_requests(user, asked)[:COMPARED])
    clocks = earliest_clocks(held)
    rows = [row for row in _rows(user, held, clocks) if _is_wanted(row, asked.standing)]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    rows.sort(key=lambda row: (row.clock.ends if row.clock else far, row.dossier.requested_at))
    start = (page - 1) * size
    shown = [_with_second(user, row) for row in rows[start : start + size]]
    return shown, len(rows) > start + size


def destinations() -> list[tuple[str, str]]:
    """Return code and name of every country that may receive persons, by name."""
    members = Jurisdiction.objects.filter(is_lmc_member=True)
    return sorted(((row.code, row.name) for row in members), key=lambda each: each[1])


@transaction.atomic
def export_desk(*, actor: User, filters: DeskFilters | None = None) -> list[OnDesk]:
    """Return all that lies on the officer's desk under the filters, in the order of the page; it is recorded.

    Raises:
        InvalidInput: more than one file holds.
    """
    asked = filters or DeskFilters()
    rows, more = desk_of(actor, asked, size=ceiling())
    if more:
        raise too_many()
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="desk.exported",
        codes={
            "rows": len(rows),
            "standing": asked.standing,
            "destination": asked.destination,
            "searched": bool(asked.reference),
        },
        owner_id=actor.audit_owner_id,
    )
    return rows


def _requests(user: User, asked: DeskFilters) -> QuerySet[HandoverRequest]:
    mine = jurisdictions_granting(user, Action.REVIEW)
    rows = HandoverRequest.objects.visible_to(user).filter(
        Q(requested__in=mine) | Q(requesting__in=mine), status__in=DISCLOSED
    )
    if reference := clean_text(asked.reference):
        rows = rows.filter(reference__icontains=reference)
    if asked.destination:
        rows = rows.filter(requesting__code=asked.destination)
    return (
        rows.annotate(newest=Max("dossiers__number"))
        .filter(newest__isnull=False)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
        .order_by("-updated_at", "-pk")
    )


def _rows(user: User, held: list[HandoverRequest], clocks: dict[int, Clock]) -> list[OnDesk]:
    mine = set(jurisdictions_granting(user, Action.REVIEW).values_list("pk", flat=True))
    home = user.country.pk if user.agency is not None else None
    renderings: dict[int, list[Dossier]] = {}
    rows = Dossier.objects.visible_to(user).filter(handover__in=held).defer("facts", "engine")
    for row in rows.order_by("pk"):
        renderings.setdefault(row.handover_id, []).append(row)
    reviews = {
        (row.handover_id, row.number, row.country_id): row
        for row in DossierReview.objects.visible_to(user).filter(handover__in=held, country__in=mine)
    }
    signed = set(
        DossierSignature.objects.visible_to(user)
        .filter(dossier__handover__in=held, country__in=mine)
        .values_list("dossier__handover", "dossier__number", "country")
    )
    persons = dict(
        HandoverRequest.objects.visible_to(user)
        .filter(pk__in=[row.pk for row in held])
        .annotate(persons=Count("subjects"))
        .values_list("pk", "persons")
    )
    found = []
    for handover in held:
        sides = [side for side in (handover.requested, handover.requesting) if side.pk in mine]
        side = next((each for each in sides if each.pk == home), sides[0])
        dossier = _chosen(user, renderings.get(handover.pk, []))
        if dossier is None:
            continue
        dossier.handover = handover
        key = (handover.pk, dossier.number, side.pk)
        review = reviews.get(key)
        standing = SIGNED if key in signed else (review.state if review else NEW)
        found.append(
            OnDesk(dossier, side, standing, review, persons.get(handover.pk, 0), clocks.get(handover.pk))
        )
    return found


def _chosen(user: User, renderings: list[Dossier]) -> Dossier | None:
    """Return the newest version: in the officer's language, else in the first that was drawn."""
    if not renderings:
        return None
    newest = max(row.number for row in renderings)
    among = [row for row in renderings if row.number == newest]
    language = user.document_language
    return min(among, key=lambda row: (row.job_state != JobState.DONE, row.language != language, row.pk))


def _is_wanted(row: OnDesk, standing: str) -> bool:
    return row.standing == standing if standing else row.standing not in {SIGNED, State.RETURNED}


def _with_second(user: User, row: OnDesk) -> OnDesk:
    """Ask about the second reader of a row that is shown: it takes the facts of that one version."""
    whole = Dossier.objects.visible_to(user).only("facts").get(pk=row.dossier.pk)
    whole.handover = row.handover
    second = second_reader(user, whole, rule_of(row.side))
    return OnDesk(row.dossier, row.side, row.standing, row.review, row.persons, row.clock, second)
