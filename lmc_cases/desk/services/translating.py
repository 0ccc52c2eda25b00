"""Ask the country that composes a dossier for a text in another language, and see which are still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import CaseText
from lmc_cases.core.errors import InvalidInput
from lmc_cases.desk.models import TranslationAsked
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

    row: TranslationAsked
    is_there: bool


@transaction.atomic
def ask_translation(*, actor: User, dossier_id: UUID, kind: str, language: str) -> TranslationAsked:
    """Ask for a text of the case in a language. It is work of the country that composes; asked again, nothing changes.

    Args:
        kind: a text of the case: SUMMARY, FACTS or ASSESSMENT.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right to review for either side.
        NotReady, NotNewest: there is nothing to review.
        InvalidInput: no such text in the dossier, no such language, or it is there already.
    """
    dossier = locked_version(actor, dossier_id)
    handover = dossier.handover
    country = reviewing_side(actor, handover)
    if country is None:
        raise Dossier.DoesNotExist
    check_reviewable(dossier)
    if kind not in FIELDS or not dossier.facts.get(FIELDS[kind]):
        raise InvalidInput("kind", _("Choose a text of the dossier."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if holds(dossier.facts, kind, language):
        raise InvalidInput("language", _("The dossier holds this text in this language, checked."))
    rows = TranslationAsked.objects.visible_to(actor)
    made = rows.filter(handover=handover, country=country, kind=kind, language=language).first()
    if made is not None:
        return made
    asked = TranslationAsked(handover=handover, country=country, kind=kind, language=language, asked_by=actor)
    asked.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="dossier.translation_requested",
        target=asked,
        recipient=handover.requested if country != handover.requested else None,
        codes={"kind": str(kind), "language": language, "version": dossier.number},
    )
    tell_side(handover.pk, handover.requested, code=TRANSLATION_ASKED, object_uuid=handover.uuid, again=True)
    return asked


def asked_of(user: User, handover: HandoverRequest) -> list[AskedFor]:
    """Return what was asked for in a request, in order, with its standing by the newest version."""
    rows = TranslationAsked.objects.visible_to(user).filter(handover=handover)
    return with_standing(user, list(rows.select_related("country", "asked_by").order_by("pk")))


def with_standing(user: User, rows: Iterable[TranslationAsked]) -> list[AskedFor]:
    """Say of each whether the newest version of its request holds it."""
    held = list(rows)
    newest = (
        Dossier.objects.visible_to(user)
        .filter(handover__in={row.handover_id for row in held})
        .order_by("handover", "-number", "pk")
        .distinct("handover")
        .values_list("handover", "facts")
    )
    facts: dict[int, dict[str, Any]] = dict(newest) if held else {}
    return [AskedFor(row, holds(facts.get(row.handover_id, {}), row.kind, row.language)) for row in held]


def holds(facts: dict[str, Any], kind: str, language: str) -> bool:
    """Whether plain facts hold a text in a language: as entered, or as a checked translation that is not stale."""
    return any(
        text["language"] == language
        and (text["is_original"] or (text.get("status") in _FINAL and not text.get("is_stale")))
        for text in facts.get(FIELDS[kind], ())
    )
