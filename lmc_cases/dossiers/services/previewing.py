"""See a case as another country, or one agency of it, would: the same rule, run for that audience, and nothing written.

Everything is read in a part of the transaction that is always rolled back, for the audiences chosen; and only the
one case is asked for, which the officer sees as a supervisor of its owner. Nothing of the other country is touched.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseDetail, CaseText, Level, TimelineEntry
from lmc_cases.cases.services.explaining import Asked, Subject, audience_ids_of, subject_asked
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.viewer import viewing_as
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmc_cases.accounts.models import User

MOST_ITEMS = 500


@dataclass(frozen=True)
class Onlooker:
    """Stands for an officer of the chosen audience: it has audiences and nothing else, no right, no name."""

    pk: str
    is_authenticated: bool = True
    is_active: bool = True
    in_service: bool = True


@dataclass(frozen=True)
class Shown:
    """What the audience would see of the case. ``level`` is ``None`` where it sees nothing."""

    subject: Subject
    level: Level | None
    texts: list[CaseText] = field(default_factory=list)
    detail: CaseDetail | None = None
    timeline: list[TimelineEntry] = field(default_factory=list)
    people: list[Suspect] = field(default_factory=list)
    exhibits: list[EvidenceItem] = field(default_factory=list)


def case_to_preview(actor: User, case_id: UUID) -> Case:
    """Return a case of a country that the officer supervises.

    Raises:
        Case.DoesNotExist: foreign, missing and no right alike.
    """
    cases = Case.objects.owned_with(actor, Action.SUPERVISE)
    return (
        cases.filter(pk__in=Case.objects.owned_with(actor, Action.READ))
        .select_related("owner")
        .get(uuid=case_id)
    )


@transaction.atomic
def view_as(*, actor: User, case_id: UUID, asked: Asked) -> Shown:
    """Return what the audience asked for would see of the case, and record that it was looked at.

    Raises:
        Case.DoesNotExist: see ``case_to_preview``.
        InvalidInput: no country, or the own one.
    """
    case = case_to_preview(actor, case_id)
    subject = subject_asked(actor, case, asked)
    if subject.officer is not None or subject.country.pk == case.owner_id:
        raise InvalidInput("country", _("Choose another country from the list."))
    with _eyes_of(audience_ids_of(subject)) as onlooker:
        shown = _shown(onlooker, case, subject)
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="case.viewed_as",
        target=case,
        codes={
            "country": subject.country.code,
            "agency": str(subject.agency.uuid) if subject.agency else "",
            "clearance": int(subject.clearance),
            "level": int(shown.level or 0),
        },
    )
    return shown


@contextmanager
def _eyes_of(audience_ids: list[int]) -> Iterator[User]:
    """Run the block's reads for these audiences; what it did to the transaction is undone, the viewer's name too."""
    onlooker = Onlooker(pk=f"preview:{','.join(map(str, audience_ids))}")
    with transaction.atomic():
        # Only an onlooker's audiences are ever asked for, so that it may stand where an officer does.
        with viewing_as(onlooker.pk, audience_ids):
            yield cast("User", onlooker)
        transaction.set_rollback(True)


def _shown(onlooker: User, case: Case, subject: Subject) -> Shown:
    seen = Case.objects.visible_to(onlooker).with_level_for(onlooker).filter(pk=case.pk).first()
    of_case: dict[str, Any] = {"case": case}
    people = Suspect.objects.visible_to(onlooker).filter(**of_case).order_by("number")
    exhibits = EvidenceItem.objects.visible_to(onlooker).filter(**of_case).order_by("exhibit_number", "pk")
    return Shown(
        subject=subject,
        level=Level(seen.level) if seen is not None else None,  # type: ignore[attr-defined]
        texts=list(CaseText.objects.visible_to(onlooker).filter(**of_case).order_by("kind", "language")),
        detail=CaseDetail.objects.visible_to(onlooker)
        .filter(**of_case)
        .select_related("lead_officer", "border_point")
        .first(),
        timeline=list(TimelineEntry.objects.visible_to(onlooker).filter(**of_case).order_by("happened_at")),
        people=list(people[:MOST_ITEMS]),
        exhibits=list(exhibits[:MOST_ITEMS]),
    )
