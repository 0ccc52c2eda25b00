"""One version as it lies on the desk: what it says by part, remarks, review, checks, clocks, other versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from lmc_cases.core.jobs import JobState
from lmc_cases.desk.models import DossierReview
from lmc_cases.desk.services.commenting import Thread, threads_of
from lmc_cases.desk.services.copying import CopyShown, copies_of
from lmc_cases.desk.services.reviewing import review_of
from lmc_cases.desk.services.rows import reviewing_side, side_at_desk
from lmc_cases.desk.services.sealed import reasons_of
from lmc_cases.desk.services.second_reader import SecondReader, rule_of, second_reader
from lmc_cases.desk.services.translating import AskedFor, asked_of
from lmc_cases.desk.services.waiting import NEW, STANDING_WORDS
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering.reading import PartTold, parts_told
from lmc_cases.dossiers.services.reading import consult_dossier, dossiers_of_request, facts_of
from lmc_cases.dossiers.services.signing import Standing, standing_of
from lmc_cases.handovers.services.clocks import Clock, clocks_of
from lmc_cases.handovers.services.completeness import Completeness, completeness_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction

State = DossierReview.State


@dataclass(frozen=True)
class Returned:
    """A version that was returned; ``reasons`` is "" where no key opens them here."""

    review: DossierReview
    reasons: str


@dataclass(frozen=True)
class PartOnDesk:
    """One part: what it says, on which page it begins (``None``: not known), and how many open threads it has."""

    told: PartTold
    page: int | None
    open_threads: int


@dataclass(frozen=True)
class DeskPage:
    """Everything that a page of the desk shows of one version.

    Attributes:
        side: of the officer; ``review`` its review, ``None`` where nobody has begun.
        parts: empty where the facts cannot be read here.
        returned: versions that came back, this one too, the newest first.
        others: the newest rendering of each other version, to be compared with.
        may_review: the officer may take, approve or return it now.
    """

    dossier: Dossier
    side: Jurisdiction
    review: DossierReview | None
    rule: DeskRule | None
    second: SecondReader
    parts: list[PartOnDesk]
    threads: list[Thread]
    returned: list[Returned]
    asked: list[AskedFor]
    copies: list[CopyShown]
    others: list[Dossier]
    renderings: list[Dossier]
    is_newest: bool
    standing: Standing | None
    completeness: Completeness | None
    clocks: list[Clock] = field(default_factory=list)
    may_review: bool = False
    is_read_by_me: bool = False

    @property
    def state_label(self) -> str:
        """How far the review is, in words."""
        return str(STANDING_WORDS[self.review.state if self.review else NEW])

    @property
    def is_signed(self) -> bool:
        """Whether the officer's side has signed it, in any language."""
        return self.standing is not None and any(
            held is not None and country.pk == self.side.pk for _side, country, held in self.standing.sides
        )

    @property
    def may_take(self) -> bool:
        """Whether the officer can begin."""
        return self.may_review and self.review is None

    @property
    def may_approve(self) -> bool:
        """Whether the next approval is the officer's to give."""
        if not self.may_review or self.review is None:
            return False
        return self.review.state == State.IN_REVIEW or (
            self.review.state == State.SECOND and not self.is_read_by_me
        )

    @property
    def may_return(self) -> bool:
        """Whether it can still go back."""
        return (
            self.may_review
            and self.review is not None
            and self.review.state != State.RETURNED
            and not self.is_signed
        )

    @property
    def open_threads(self) -> list[Thread]:
        """The threads that nobody settled."""
        return [thread for thread in self.threads if not thread.is_settled]


@transaction.atomic
def read_desk(*, actor: User, dossier_id: UUID) -> DeskPage:
    """Return a version as it lies on the desk of the officer's side. The look is recorded as that of its page is.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right at the desk of either side.
    """
    dossier = consult_dossier(actor=actor, dossier_id=dossier_id)
    handover = dossier.handover
    side = side_at_desk(actor, handover)
    if side is None:
        raise Dossier.DoesNotExist
    rule = rule_of(side)
    review = review_of(actor, dossier, side)
    versions = dossiers_of_request(actor, handover)
    is_newest = all(row.number <= dossier.number for row in versions)
    is_done = dossier.job_state == JobState.DONE
    threads = threads_of(actor, handover, side)
    reviews = reviewing_side(actor, handover) == side
    return DeskPage(
        dossier=dossier,
        side=side,
        review=review,
        rule=rule,
        second=second_reader(actor, dossier, rule),
        parts=_parts(dossier, threads),
        threads=threads,
        returned=returned_of(actor, dossier),
        asked=asked_of(actor, handover),
        copies=copies_of(actor, dossier, side),
        others=_others(versions, dossier),
        renderings=[row for row in versions if row.number == dossier.number],
        is_newest=is_newest,
        standing=standing_of(actor, dossier) if is_done else None,
        completeness=completeness_of(actor, handover),
        clocks=clocks_of(handover),
        may_review=reviews and is_done and is_newest,
        is_read_by_me=review is not None and review.approved_by_id == actor.pk,
    )


def returned_of(user: User, dossier: Dossier) -> list[Returned]:
    """Return the versions of a request that came back, as far as the officer may see it, the newest first."""
    rows = (
        DossierReview.objects.visible_to(user)
        .filter(handover=dossier.handover_id, state=State.RETURNED)
        .select_related("handover", "country", "returned_by")
        .order_by("-number", "-pk")
    )
    return [Returned(row, reasons_of(row)) for row in rows]


def one_returned(user: User, review_id: UUID) -> Returned:
    """Return a version that came back, with its reasons.

    Raises:
        DossierReview.DoesNotExist: foreign, missing, and not returned alike.
    """
    row = (
        DossierReview.objects.visible_to(user)
        .select_related("handover__requested", "handover__requesting", "country", "returned_by")
        .get(uuid=review_id, state=State.RETURNED)
    )
    return Returned(row, reasons_of(row))


def _parts(dossier: Dossier, threads: list[Thread]) -> list[PartOnDesk]:
    facts = facts_of(dossier)
    if facts is None:
        return []
    pages = dossier.part_pages or {}
    waiting = [thread.first.part for thread in threads if not thread.is_settled]
    return [
        PartOnDesk(told, pages.get(told.part.anchor), waiting.count(told.part.anchor))
        for told in parts_told(facts, get_language() or "en")
    ]


def _others(versions: list[Dossier], dossier: Dossier) -> list[Dossier]:
    """Return one rendering of each other version, in the language of this one where there is one."""
    found: dict[int, Dossier] = {}
    for row in versions:
        if row.number == dossier.number:
            continue
        held = found.get(row.number)
        if held is None or row.language == dossier.language:
            found[row.number] = row
    return list(found.values())
