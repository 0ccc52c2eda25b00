"""What stays out of the dossier of a request, and why: told to each side only as far as it sees the object itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from lmc_cases.cases.models import Case, CaseItem, ConsentRequest, Level
from lmc_cases.cases.services import consent
from lmc_cases.cases.services.handling import Block, Onward
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import handling as exhibits
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services import handling as people

if TYPE_CHECKING:
    import datetime as dt

    from lmc_cases.accounts.models import User

Kind = ConsentRequest.Kind
# What can be consented to. What is withheld is released by its own country, or stays.
USES = {
    Block.COURT: ConsentRequest.Use.COURT,
    Block.PASS_ON: ConsentRequest.Use.PASS_ON,
    Block.CONTRIBUTED: ConsentRequest.Use.PASS_ON,
}


@dataclass(frozen=True)
class LeftOut:
    """One object that stays out, as an officer may see it.

    Attributes:
        kind: a code of ``ConsentRequest.Kind``.
        may_give: the officer may consent for the originator; ``may_ask``: may ask the originator.
    """

    kind: str
    uuid: UUID
    reference: str
    block: Block
    originator: Jurisdiction
    may_give: bool
    may_ask: bool


def left_out_of(user: User, handover: HandoverRequest) -> list[LeftOut]:
    """Return what the officer sees of the case and the dossier does not hold, or would not hold today.

    Empty where the case is closed to the officer: what is not seen is not named.
    """
    case = (
        Case.objects.visible_to(user, at_least=Level.FULL)
        .select_related("owner")
        .filter(pk=handover.case_id)
        .first()
    )
    if case is None:
        return []
    onward = Onward.of(case, handover.requesting)
    held = {exhibit["uuid"] for exhibit in handover.disclosed.get("exhibits", [])}
    held |= {person["suspect"] for person in handover.disclosed.get("subjects", [])}
    asked = handover.subjects.values("suspect_id")
    persons = Suspect.objects.visible_to(user).filter(pk__in=asked).select_related("originator", "case")
    items = EvidenceItem.objects.visible_to(user).filter(case=case).select_related("originator", "case")
    things: list[tuple[str, Case | CaseItem, str, Jurisdiction]] = []
    if not held:
        things.append((Kind.CASE, case, case.reference, case.owner))
    things += [(Kind.SUSPECT, row, row.audit_reference, row.originator) for row in persons.order_by("number")]
    things += [
        (Kind.EVIDENCE, row, row.audit_reference, row.originator)
        for row in items.order_by("exhibit_number", "pk")
    ]
    sharing = set(jurisdictions_granting(user, Action.SHARE).values_list("pk", flat=True))
    return [
        LeftOut(
            kind=kind,
            uuid=thing.uuid,
            reference=reference,
            block=block,
            originator=originator,
            may_give=block in USES and originator.pk in sharing,
            may_ask=block in USES and bool(sharing) and originator.pk not in sharing,
        )
        for kind, thing, reference, originator in things
        if str(thing.uuid) not in held
        and (block := onward.blocked_in_dossier(thing, handover.uuid)) is not None
    ]


def find(user: User, handover: HandoverRequest, kind: str, object_id: UUID) -> LeftOut | None:
    """Return one object of the list, ``None`` where the officer may know of none such."""
    listed = left_out_of(user, handover)
    return next((row for row in listed if row.kind == kind and row.uuid == object_id), None)


def ask_consent(
    *,
    actor: User,
    handover_id: UUID,
    kind: str,
    object_id: UUID,
    reason: str,
    answer_by: dt.datetime | None = None,
) -> ConsentRequest:
    """Ask the originator to let an object stand in the dossier of a request.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike; so for the object and for those who may not ask.
        InvalidInput, AskedAlready: see ``consent.ask_for_dossier``.
    """
    handover, row, subject = _found(actor, handover_id, kind, object_id)
    return consent.ask_for_dossier(
        actor=actor,
        subject=subject,
        use=USES[row.block],
        dossier=_dossier(handover),
        reason=reason,
        answer_by=answer_by,
    )


def give_consent(
    *,
    actor: User,
    handover_id: UUID,
    kind: str,
    object_id: UUID,
    reason: str,
    conditions: str = "",
) -> ConsentRequest:
    """Consent, as the originator, to an object in the dossier of a request.

    Raises:
        As ``ask_consent``.
    """
    handover, row, subject = _found(actor, handover_id, kind, object_id)
    return consent.give_for_dossier(
        actor=actor,
        subject=subject,
        use=USES[row.block],
        dossier=_dossier(handover),
        reason=reason,
        conditions=conditions,
    )


def _found(
    actor: User, handover_id: UUID, kind: str, object_id: UUID
) -> tuple[HandoverRequest, LeftOut, consent.Subject]:
    rows = HandoverRequest.objects.visible_to(actor).select_related("requesting", "case__owner")
    handover = rows.get(uuid=handover_id)
    row = find(actor, handover, kind, object_id)
    if row is None or row.block not in USES:
        raise HandoverRequest.DoesNotExist
    return handover, row, _subject(actor, handover, row)


def _subject(actor: User, handover: HandoverRequest, row: LeftOut) -> consent.Subject:
    if row.kind == Kind.SUSPECT:
        return people.consent_subject(actor=actor, suspect_id=row.uuid)
    if row.kind == Kind.EVIDENCE:
        return exhibits.consent_subject(actor=actor, item_id=row.uuid)
    return consent.Subject(
        case=handover.case,
        kind=Kind.CASE,
        uuid=row.uuid,
        reference=row.reference,
        originator=row.originator,
        restriction=handover.case.handling_h3,
    )


def _dossier(handover: HandoverRequest) -> consent.Dossier:
    return consent.Dossier(
        handover_uuid=handover.uuid, reference=handover.reference, receiver=handover.requesting
    )
