"""Ask the country that composes a dossier for a text in another language, and see which are still missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.cases.models import CaseText, TranslationRequest
from lmc_cases.cases.services import casework
from lmc_cases.core.errors import InvalidInput
from lmc_cases.desk.services.rows import check_reviewable, locked_version, reviewing_side
from lmc_cases.dossiers.models import Dossier
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.telling import TRANSLATION_ASKED, tell_side

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# Where each text stands in the frozen facts.
FIELDS: dict[str, str] = {
    CaseText.Kind.SUMMARY: "case_summary",
    CaseText.Kind.FACTS: "statement_of_facts",
    CaseText.Kind.ASSESSMENT: "assessment",
}
_FINAL = {CaseText.Status.CHECKED, CaseText.Status.CERTIFIED}


@dataclass(frozen=True)
class AskedFor:
    """A translation that was asked for, and whether the newest version holds it, checked and not stale."""

    row: TranslationRequest
    is_there: bool


@transaction.atomic
def ask_translation(
    *, actor: User, dossier_id: UUID, kind: str, language: str, why: str, new_id: UUID | None = None
) -> TranslationRequest:
    """Ask for a text of the case in a language: a request of the case, read from its dossier.

    It is work of the country that composes. While the actor's country waits for the same, that request is returned.

    Args:
        kind: a text of the case: SUMMARY, FACTS or ASSESSMENT.
        why: what the translation is needed for.
        new_id: the request's id; one that exists already is returned as it is.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right to review for either side.
        NotReady, NotNewest: there is nothing to review.
        InvalidInput: no such text in the dossier, no such language, no reason, or it is there already.
    """
    dossier = locked_version(actor, dossier_id)
    handover = dossier.handover
    if reviewing_side(actor, handover) is None:
        raise Dossier.DoesNotExist
    check_reviewable(dossier)
    if kind not in FIELDS or not dossier.facts.get(FIELDS[kind]):
        raise InvalidInput("kind", _("Choose a text of the dossier."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if holds(dossier.facts, kind, language):
        raise InvalidInput("language", _("The dossier holds this text in this language, checked."))
    texts = CaseText.objects.visible_to(actor).filter(case=handover.case_id, kind=kind, is_original=True)
    original = texts.first()
    if original is None:
        raise InvalidInput("kind", _("Your country does not read this text in the case any more."))
    of_case = TranslationRequest.objects.visible_to(actor).filter(case=handover.case_id)
    before = set(of_case.values_list("pk", flat=True))
    try:
        asked = casework.ask_translation(
            actor=actor, text_id=original.uuid, language=language, why=why, new_id=new_id
        )
    except casework.AlreadyTranslated:
        problem = _("The case holds it, checked. It is in the next version that is disclosed.")
        raise InvalidInput("language", problem) from None
    if asked.pk not in before:
        tell_side(
            handover.pk, handover.requested, code=TRANSLATION_ASKED, object_uuid=handover.uuid, again=True
        )
    return asked


def asked_of(user: User, handover: HandoverRequest) -> list[AskedFor]:
    """Return what was asked for of the texts of a request, in order, with its standing by the newest version."""
    rows = TranslationRequest.objects.visible_to(user).filter(case=handover.case_id, kind__in=FIELDS)
    held = list(rows.select_related("country", "asked_by").order_by("pk"))
    newest = Dossier.objects.visible_to(user).filter(handover=handover).order_by("-number", "pk")
    facts = newest.values_list("facts", flat=True).first() if held else None
    return [AskedFor(row, holds(facts or {}, row.kind, row.language)) for row in held]


def holds(facts: dict[str, Any], kind: str, language: str) -> bool:
    """Whether plain facts hold a text in a language: as entered, or as a checked translation that is not stale."""
    return any(
        text["language"] == language
        and (text["is_original"] or (text.get("status") in _FINAL and not text.get("is_stale")))
        for text in facts.get(FIELDS[kind], ())
    )
