"""The grounds of refusal of a request: the rows of law it follows, and what the officer's own side thinks of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import GroundMark, HandoverRequest
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services.law import asked_by, law_of
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.states import CHECKABLE, PAPERS_IN, WrongState
from lmc_cases.handovers.wording import confidence_words
from lmc_cases.jurisdictions.access import Action, side_acted_for
from lmc_cases.jurisdictions.models import Jurisdiction, RefusalGround

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MARKED_IN = CHECKABLE | PAPERS_IN
Standing = GroundMark.Standing


@dataclass(frozen=True)
class GroundState:
    """One ground and the view of one side of one person; without a mark it is unknown."""

    row: RefusalGround
    mark: GroundMark | None

    @property
    def standing(self) -> GroundMark.Standing:
        """What the side thinks of it."""
        return Standing(self.mark.standing) if self.mark else Standing.UNKNOWN

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {Standing.APPLIES: "danger", Standing.DOES_NOT: "success"}.get(self.standing, "warning")

    @property
    def confidence(self) -> str:
        """How sure the row is, in words."""
        return confidence_words(self.row.confidence)


def grounds_for(handover: HandoverRequest) -> list[RefusalGround]:
    """Return the grounds of the deciding country's law and of the chosen treaty; those that bind come first.

    Police hand over without them; there the list is empty.
    """
    if handover.procedure not in COURT:
        return []
    rows = law_of(handover, RefusalGround.objects.filter(asked_by(handover)))
    binds = models.Case(models.When(bearing=RefusalGround.Bearing.MANDATORY, then=0), default=1)
    return list(rows.select_related("instrument", "jurisdiction").order_by(binds, "pk"))


def own_view(user: User, handover: HandoverRequest, subject_pk: int) -> list[GroundState]:
    """Return each ground with the newest mark of the officer's own side. The caller read the request by the rule."""
    newest: dict[int, GroundMark] = {}
    marks = GroundMark.objects.visible_to(user).filter(handover=handover, subject=subject_pk)
    for mark in marks.select_related("recorded_by").order_by("pk"):
        newest[mark.ground_id] = mark
    return [GroundState(row, newest.get(row.pk)) for row in grounds_for(handover)]


def may_mark(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer marks grounds for one of the sides now."""
    return handover.status in MARKED_IN and _side(user, handover) is not None


def check_may_mark(user: User, handover: HandoverRequest) -> Jurisdiction:
    """Return the side the officer marks for: whoever changes its records or keeps its law.

    Raises:
        HandoverRequest.DoesNotExist: no right on either side.
    """
    side = _side(user, handover)
    if side is None:
        raise HandoverRequest.DoesNotExist
    return side


@transaction.atomic
def mark_ground(
    *, actor: User, handover_id: UUID, subject_id: UUID, ground_id: UUID, standing: str, note: str
) -> GroundMark:
    """Say for the actor's side whether a ground applies to a person. What was said before stays; the newest counts.

    Args:
        ground_id: public id of one of ``grounds_for``.
        note: why; needed unless the standing is unknown.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        WrongState: the request is not open.
        InvalidInput: an unknown person, ground or standing; no note.
    """
    handover = locked(actor, handover_id)
    country = check_may_mark(actor, handover)
    if handover.status not in MARKED_IN:
        raise WrongState(_("The request is not open: nothing more is checked."))
    subject = handover.subjects.filter(uuid=subject_id).first()
    if subject is None:
        raise InvalidInput("subject_id", _("Choose a person of this request."))
    ground = ground_among(grounds_for(handover), ground_id, "ground_id")
    if standing not in Standing.values:
        raise InvalidInput("standing", _("Choose a value from the list."))
    why = clean_text(note, multiline=True)
    if standing != Standing.UNKNOWN and not why:
        raise InvalidInput("note", _("Say why."))
    mark = GroundMark(
        handover=handover,
        subject=subject,
        country=country,
        ground=ground,
        standing=standing,
        note=why,
        recorded_by=actor,
    )
    mark.save()
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="handover.ground_marked",
        target=mark,
        codes={"ground": str(ground.uuid), "standing": standing, "subject": str(subject.uuid)},
    )
    return mark


def ground_among(rows: Sequence[RefusalGround], ground_id: UUID, field: str) -> RefusalGround:
    """Return the ground of a public id.

    Raises:
        InvalidInput: it is none of ``rows``.
    """
    found = next((row for row in rows if row.uuid == ground_id), None)
    if found is None:
        raise InvalidInput(field, _("Choose a ground from the list."))
    return found


def _side(user: User, handover: HandoverRequest) -> Jurisdiction | None:
    return side_acted_for(user, (handover.requested, handover.requesting), Action.EDIT, Action.EDIT_LAW)
