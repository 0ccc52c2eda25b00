"""What the services of the desk share: for which side an officer acts, and a version locked through the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.text import clean_text
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.reading import NotReady
from lmc_cases.dossiers.services.signing import NotNewest
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.states import DISCLOSED
from lmc_cases.jurisdictions.access import Action, side_acted_for

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

MAX_TEXT = 10_000


class NotTaken(Conflict):
    """Nobody of this side has begun to review the version."""

    code = "not-taken"


def reviewing_side(user: User, handover: HandoverRequest) -> Jurisdiction | None:
    """Return the side for which the officer reviews, the own country first; ``None`` for neither."""
    return side_acted_for(user, (handover.requested, handover.requesting), Action.REVIEW)


def side_at_desk(user: User, handover: HandoverRequest) -> Jurisdiction | None:
    """Return the side whose desk the officer sees: of whoever reviews, or changes the records it is about."""
    return side_acted_for(user, (handover.requested, handover.requesting), Action.REVIEW, Action.EDIT)


def locked_version(actor: User, dossier_id: UUID) -> Dossier:
    """Return a dossier whose request is locked: no version is owed, reviewed or signed beside it.

    Raises:
        Dossier.DoesNotExist: foreign and missing alike.
    """
    seen = Dossier.objects.visible_to(actor).select_related("handover").get(uuid=dossier_id)
    handover = locked(actor, seen.handover.uuid)
    dossier = Dossier.objects.visible_to(actor).get(pk=seen.pk)
    dossier.handover = handover
    return dossier


def check_reviewable(dossier: Dossier) -> None:
    """Raise where there is nothing to review.

    Raises:
        NotReady: not drawn yet, or failed.
        NotNewest: a newer version stands, or the request was withdrawn.
    """
    if dossier.job_state != JobState.DONE:
        raise NotReady(_("This dossier is not ready yet."))
    newest = Dossier.objects.filter(handover_id=dossier.handover_id).aggregate(number=Max("number"))["number"]
    if dossier.handover.status not in DISCLOSED or dossier.number != newest:
        raise NotNewest(_("Only the newest version of a granted request is reviewed."))


def checked_text(text: str, language: str, *, field: str, missing: str) -> str:
    """Return a text as it is kept.

    Raises:
        InvalidInput: none, too long, or in no language of the product.
    """
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput(field, missing)
    if len(cleaned) > MAX_TEXT:
        raise InvalidInput(field, _("Shorten the text."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    return cleaned
