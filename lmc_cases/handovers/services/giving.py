"""Give what a request must hold: one element after another, by the side that opened it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, RequestPaper
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services.completeness import rows_for
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.services.telling import tell_of_step
from lmc_cases.handovers.states import PAPERS_IN, Side, WrongState, country_of
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

_TEXT_ASKED = {
    RequestPaper.Given.STATED.value: gettext_lazy("Write it, or choose another way to give it."),
    RequestPaper.Given.ANNEXED.value: gettext_lazy(
        "Enter the number, date and issuing authority of what is annexed."
    ),
    RequestPaper.Given.NOT_APPLICABLE.value: gettext_lazy("Say why it does not apply."),
}


def may_give_papers(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer gives papers of the request now."""
    try:
        check_may_give(user, handover)
    except (HandoverRequest.DoesNotExist, WrongState):
        return False
    return True


def check_may_give(
    user: User, handover: HandoverRequest, *, of: Collection[str] = COURT, over: str = ""
) -> None:
    """Raise unless the officer gives papers of the request now.

    Args:
        of: the procedures in which they are given: those with papers of law.
        over: what to say where it was decided.

    Raises:
        HandoverRequest.DoesNotExist: the other side, no right, another procedure.
        WrongState: it was decided or is over.
    """
    country = country_of(handover, Side.OPENING)
    granted = jurisdictions_granting(user, Action.REQUEST_HANDOVER).filter(pk=country).exists()
    if not granted or handover.procedure not in of:
        raise HandoverRequest.DoesNotExist
    if handover.status not in PAPERS_IN:
        raise WrongState(over or _("Papers are given until the request is decided."))


@transaction.atomic
def give_paper(
    *,
    actor: User,
    handover_id: UUID,
    element: str,
    given: str,
    text: str,
    language: str,
    new_id: UUID | None = None,
) -> RequestPaper:
    """Give one element of a request for the side that opened it; what was given before stays.

    Args:
        element: an ``Element`` that is asked for of this request.
        text: the words, the reference of what is annexed, or why it does not apply.
        new_id: public id to give (``core.once``); sent again, the paper made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, the other side, no right.
        WrongState: it was decided or is over.
        InvalidInput: an element nobody asks for, an unknown way or language, no text.
    """
    handover = locked(actor, handover_id)
    check_may_give(actor, handover)
    country = country_of(handover, Side.OPENING)
    if element not in {row.element for row in rows_for(handover)}:
        raise InvalidInput("element", _("Choose what is asked for from the list."))
    if given not in RequestPaper.Given.values:
        raise InvalidInput("given", _("Choose a value from the list."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("text", str(_TEXT_ASKED[given]))
    if new_id is not None:
        made = RequestPaper.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return made
    paper = RequestPaper(
        handover=handover,
        country_id=country,
        element=element,
        given=given,
        text=cleaned,
        language=language,
        recorded_by=actor,
    )
    if new_id is not None:
        paper.uuid = new_id
    paper.save()
    other = handover.requested if country == handover.requesting_id else handover.requesting
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.paper_given",
        target=paper,
        recipient=other if handover.submitted_at else None,
        codes={"element": element, "given": given},
    )
    if handover.submitted_at:
        tell_of_step(handover, other)
    return paper
