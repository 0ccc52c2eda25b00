"""What a request shows of a case, copied so that no later change or revocation reaches it.

Two copies: of each person as the requesting side saw it (on submission), and of everything the requested country
discloses (on approval). Both hold JSON values only; instants in ISO 8601 with offset, photographs by SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseItem,
    CaseShare,
    CaseText,
    Disclosure,
    Level,
    is_stale,
)
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.handling import Onward, check_restrictions_confirmed, restrictions_of
from lmc_cases.core.errors import Conflict
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.procedures import FOR_VICTIMS
from lmc_cases.handovers.services.sealed import sealed_people
from lmc_cases.jurisdictions.models import LegalInstrument
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.papers import opened
from lmc_cases.suspects.services.standing import check_usable

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

SCHEMA = "lmc-cases/handover-disclosure/1"
# Whom a procedure may name. A victim is never handed over as a suspect, and never returned as one.
_SUSPECTS = frozenset({Suspect.Category.SUSPECT.value})
_VICTIMS = frozenset({Suspect.Category.VICTIM.value, Suspect.Category.PRESUMED_TRAFFICKING_VICTIM.value})
# Of whom a disclosure, and a dossier, speaks: whoever left the request is not among them any more.
GOES = (*HandoverSubject.POSITIVE, *HandoverSubject.NOT_MOVED, HandoverSubject.Outcome.HANDED_OVER.value)


def askable_in(procedure: str) -> frozenset[str]:
    """Return the categories of persons a procedure may name."""
    return _VICTIMS if procedure in FOR_VICTIMS else _SUSPECTS


class CannotDisclose(Conflict):
    """Something that belongs to the disclosure cannot be read."""


class ProtectedPerson(Conflict):
    """A victim, witness or presumed trafficking victim is no suspect to be handed over."""

    code = "protected-person"


class ConsentMissing(Conflict):
    """Something the dossier cannot do without carries H1 or H2, and its originator has not consented."""

    code = "consent-missing"


def check_askable(suspects: Iterable[Suspect], procedure: str) -> None:
    """Refuse people whom the procedure may not name, naming them by their number in the case.

    Raises:
        ProtectedPerson: there is one.
        UseLimited: the use of a record is limited.
    """
    people = list(suspects)
    for person in people:
        check_usable(person)
    kept = [person for person in people if person.category not in askable_in(procedure)]
    if kept:
        words = (
            _(
                "Only victims can be returned by this procedure. These persons are recorded otherwise: %(persons)s"
            )
            if procedure in FOR_VICTIMS
            else _(
                "Only suspects can be asked for. These persons are protected and cannot be part of the request:"
                " %(persons)s"
            )
        )
        raise ProtectedPerson(
            words
            % {
                "persons": ", ".join(
                    f"S{person.number} ({person.get_category_display()})"
                    for person in sorted(kept, key=lambda person: person.number)
                )
            }
        )


def persons_as_seen(actor: User, suspect_pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the copy of each person by primary key, read through the actor's own rule."""
    seen = Suspect.objects.visible_to(actor).select_related("originator").in_bulk(list(suspect_pks))
    if not seen:
        return {}
    papers: dict[int, list[dict[str, str]]] = {}
    documents = IdentityDocument.objects.visible_to(actor).filter(suspect__in=list(seen)).order_by("pk")
    for paper in opened(documents):
        papers.setdefault(paper.suspect_id, []).append(
            {
                "kind": paper.kind,
                "number": paper.number,
                "issuing_country": paper.issuing_country,
                "status": paper.status,
            }
        )
    return {pk: _person(person, papers.get(pk, [])) for pk, person in seen.items()}


def _person(person: Suspect, documents: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "suspect": str(person.uuid),
        "number": person.number,
        "name": person.name_original,
        "name_language": person.name_language,
        "romanised": person.name_romanised,
        "aliases": list(person.aliases),
        "sex": person.sex,
        "birth": {
            "as_written": person.birth_date_text,
            "year": person.birth_year,
            "month": person.birth_month,
            "day": person.birth_day,
            "calendar": person.birth_calendar,
            "is_approximate": person.birth_is_approximate,
        },
        "nationality": person.nationality,
        "role": person.role,
        "category": person.category,
        "is_contested": person.is_contested,
        "documents": documents,
        "photo_sha256": person.photo_sha256 if person.photo else "",
        "version": person.version,
        "marks": _marks(person),
    }


def _marks(item: CaseItem) -> dict[str, Any]:
    return {
        "handling": item.handling_codes,
        "restriction": item.handling_h3,
        "grading": item.grading,
        "statement": item.statement_kind,
        "origin": item.originator.code if item.is_contributed else "",
    }


def disclose(
    actor: User, handover: HandoverRequest, *, restrictions_confirmed: bool = False
) -> dict[str, Any]:
    """Return everything the requested country discloses with the request, and keep copies of the photographs.

    Left out without a trace is what is withheld, what lacks the consent of its originator (H1, H2), and what a third
    country contributed and does not pass on; see ``left_out``.

    Raises:
        Case.DoesNotExist: the actor does not see the case in full (it may be restricted to named officers).
        ProtectedPerson: a person is recorded as a victim or witness by now.
        ConsentMissing: the case itself, or a person asked for, may not stand in the dossier.
        InvalidInput: an H3 restriction was not confirmed.
        CannotDisclose: a photograph cannot be read.
    """
    case = (
        Case.objects.visible_to(actor, at_least=Level.FULL)
        .select_related("agency", "owner")
        .get(pk=handover.case_id)
    )
    going = handover.subjects.filter(outcome__in=GOES).order_by("position")
    wanted = list(going.values_list("suspect_id", flat=True))
    people = Suspect.objects.visible_to(actor).in_bulk(wanted)
    if len(people) < len(wanted):
        raise Suspect.DoesNotExist
    check_askable(people.values(), handover.procedure)
    onward = Onward.of(case, handover.requesting)
    check_consent(onward, handover, [case, *people.values()])
    exhibits = exhibits_to_disclose(actor, onward, handover)
    check_restrictions_confirmed(
        restrictions_of([case, *people.values(), *exhibits]), confirmed=restrictions_confirmed
    )
    for person in people.values():
        _keep_photo(person)
    copies = persons_as_seen(actor, people)
    instrument = handover.instrument
    return {
        "schema": SCHEMA,
        "disclosed_at": timezone.now().isoformat(),
        "disclosed_by": actor.full_name,
        "case": {
            "uuid": str(case.uuid),
            "reference": case.reference,
            "version": case.version,
            "classification": case.classification,
            "handling": case.handling_codes,
            "restriction": case.handling_h3,
            "agency": case.agency.name,
            "is_demo": case.agency.is_demo,
            **_detail(actor, case, handover),
        },
        "texts": _texts(actor, case),
        "subjects": sealed_people(handover, [copies[pk] for pk in wanted]),
        "exhibits": _exhibits(actor, exhibits),
        "instrument": None if instrument is None else instrument_copy(instrument),
        "legal_basis": handover.legal_basis,
        "withheld": _withheld(actor, case, wanted),
    }


def _detail(actor: User, case: Case, handover: HandoverRequest) -> dict[str, Any]:
    """Return the fraud victims (``None`` where not known), the losses by currency, and the operation.

    An operation is named where the requesting country is of it too: of another it must not learn.
    """
    rows = CaseDetail.objects.visible_to(actor).filter(case=case).select_related("operation")
    detail = rows.first()
    if detail is None:
        return {"fraud_victims": None, "losses": []}
    losses = []
    if detail.loss_amount is not None:
        losses = [{"amount": f"{detail.loss_amount:f}", "currency": detail.loss_currency}]
    operation = detail.operation
    asking = handover.requesting_id
    is_known = operation is not None and (
        operation.owner_id == asking or operation.members.filter(jurisdiction=asking).exists()
    )
    return {
        "fraud_victims": detail.fraud_victims,
        "losses": losses,
        "operation": f"{operation.reference} · {operation.name}" if operation and is_known else "",
    }


def check_consent(onward: Onward, handover: HandoverRequest, things: Iterable[Case | Suspect]) -> None:
    """Refuse a dossier that cannot do without something its originator has not consented to.

    Raises:
        ConsentMissing: names what and why, by reference.
    """
    stopped = [
        f"{thing.audit_reference} ({block})"
        for thing in things
        if (block := onward.blocked_in_dossier(thing, handover.uuid)) is not None
    ]
    if stopped:
        raise ConsentMissing(
            _("These may not stand in a dossier before their originator consents: %(what)s")
            % {"what": ", ".join(stopped)}
        )


def exhibits_to_disclose(actor: User, onward: Onward, handover: HandoverRequest) -> list[EvidenceItem]:
    """Return the exhibits of the case that nothing keeps out of the dossier of a request, by number."""
    held = EvidenceItem.objects.visible_to(actor).filter(case=onward.case).select_related("originator")
    return [
        item
        for item in held.order_by("exhibit_number", "pk")
        if onward.blocked_in_dossier(item, handover.uuid) is None
    ]


def restrictions_to_confirm(actor: User, handover: HandoverRequest) -> list[str]:
    """Return the H3 texts of what a disclosure would hold now; none where the officer does not see the case."""
    case = Case.objects.visible_to(actor, at_least=Level.FULL).filter(pk=handover.case_id).first()
    if case is None:
        return []
    asked = handover.subjects.values("suspect_id")
    people = Suspect.objects.visible_to(actor).filter(pk__in=asked).order_by("number")
    exhibits = exhibits_to_disclose(actor, Onward.of(case, handover.requesting), handover)
    return restrictions_of([case, *people, *exhibits])


def terms_of_request(handover: HandoverRequest) -> ledger.Terms:
    """Return under which terms a request and what is handed out with it reaches the other side."""
    frozen = handover.disclosed.get("instrument") or {}
    named = frozen.get("title") or (handover.instrument.title if handover.instrument else "")
    return ledger.Terms(
        rule=Disclosure.Rule.HANDOVER,
        purpose=CaseShare.Purpose.HANDOVER,
        legal_basis="\n".join(filter(None, [named, handover.legal_basis])),
    )


def pieces_of_request(actor: User, handover: HandoverRequest) -> list[ledger.Piece]:
    """Return what a reader of the request is shown of the other side: the case's persons, or the asking statement.

    A draft shows persons of the case alone and is named as the case: its owner must not learn that there is a draft.
    """
    asks = actor.agency is not None and actor.country.pk == handover.requesting_id
    if handover.is_offer and not asks:
        # All of it is the reader's own.
        return []
    versions: dict[str, Any] = {"request": handover.version}
    if asks:
        versions["persons"] = {
            subject.snapshot["suspect"]: subject.snapshot["version"]
            for subject in handover.subjects.order_by("position")
            if subject.snapshot
        }
    if handover.submitted_at is None:
        case = Case.objects.visible_to(actor).filter(pk=handover.case_id).first()
        live = persons_as_seen(actor, handover.subjects.values_list("suspect_id", flat=True))
        seen = {"persons": {person["suspect"]: person["version"] for person in live.values()}}
        return [] if case is None else [ledger.Piece.of_case(case, Level.FULL, seen)]
    return [
        ledger.Piece(
            handover.case_id,
            handover.requested_id if asks else handover.requesting_id,
            handover.uuid,
            handover.reference,
            kind=Disclosure.Kind.HANDOVER,
            versions=versions,
            sha256=_checksum(handover.disclosed) if asks and handover.disclosed else "",
        )
    ]


def hand_out(actor: User, handover: HandoverRequest, *, from_requested: bool) -> None:
    """Note in the ledger what a step gives the other side for good.

    Args:
        from_requested: the requested country gives (approval, correction, and the persons kept with a submission);
            else the requesting one gives its statement.
    """
    giver, taker = handover.requested, handover.requesting
    if not from_requested:
        giver, taker = taker, giver
    versions: dict[str, Any] = {"request": handover.version}
    if from_requested:
        people = handover.disclosed.get("subjects") or [
            subject.snapshot for subject in handover.subjects.order_by("position")
        ]
        versions["persons"] = {person["suspect"]: person["version"] for person in people if person}
    if from_requested and handover.disclosed:
        versions["case"] = handover.disclosed["case"]["version"]
        versions["exhibits"] = {
            exhibit["uuid"]: exhibit["sha256"] for exhibit in handover.disclosed["exhibits"]
        }
    ledger.disclose(
        actor=actor,
        path=Disclosure.Path.HANDOVER,
        to=ledger.Recipient(taker),
        terms=terms_of_request(handover),
        pieces=[
            ledger.Piece(
                handover.case_id,
                giver.pk,
                handover.uuid,
                handover.reference,
                kind=Disclosure.Kind.HANDOVER,
                versions=versions,
                sha256=_checksum(handover.disclosed) if from_requested and handover.disclosed else "",
            )
        ],
    )


def _checksum(disclosed: dict[str, Any]) -> str:
    canonical = json.dumps(disclosed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def instrument_copy(instrument: LegalInstrument) -> dict[str, Any]:
    """Return the row of the instrument as it stands today: the law may change while the request runs."""
    return {
        "uuid": str(instrument.uuid),
        "title": instrument.title,
        "kind": instrument.kind,
        "parties": instrument.parties_text,
        "in_force": instrument.in_force,
        "key_articles": instrument.key_articles,
        "prevailing_language": instrument.prevailing_language,
        "notes": instrument.notes,
        "source": instrument.source,
        "confidence": instrument.confidence,
        "last_checked_on": instrument.last_checked_on.isoformat() if instrument.last_checked_on else None,
    }


def _texts(actor: User, case: Case) -> dict[str, list[dict[str, Any]]]:
    texts: dict[str, list[dict[str, Any]]] = {str(kind): [] for kind in CaseText.Kind.values}
    rows = CaseText.objects.visible_to(actor).filter(case=case).order_by("-is_original", "language")
    originals: dict[str, CaseText] = {}
    for row in rows:
        if row.is_original:
            originals[row.kind] = row
        texts[row.kind].append(
            {
                "status": row.status,
                "is_stale": is_stale(row, originals.get(row.kind)),
                "language": row.language,
                "text": row.text,
                "is_original": row.is_original,
                "translator": row.translator,
                **({"engine": row.engine} if row.engine else {}),
            }
        )
    return texts


def _exhibits(actor: User, exhibits: list[EvidenceItem]) -> list[dict[str, Any]]:
    custody: dict[int, list[dict[str, Any]]] = {}
    events = (
        CustodyEvent.objects.visible_to(actor).filter(item__in=exhibits).order_by("item", "happened_at", "pk")
    )
    for event in events:
        custody.setdefault(event.item_id, []).append(
            {
                "kind": event.kind,
                "at": event.happened_at.isoformat() if event.happened_at else None,
                "from_holder": event.from_holder,
                "to_holder": event.to_holder,
                "place": event.place,
                "purpose": event.purpose,
                "condition": event.condition,
                "hash_matches": event.hash_matches,
            }
        )
    return [
        {
            "uuid": str(item.uuid),
            "number": item.exhibit_number,
            "kind": item.kind,
            "description": item.description,
            "language": item.language,
            "collected_at": item.collected_at.isoformat() if item.collected_at else None,
            "collected_where": item.collected_where,
            "collected_by": item.collected_by,
            "file_name": item.file_name,
            "size_bytes": item.size_bytes,
            "sha256": item.sha256,
            "scan_status": item.scan_status,
            "marks": _marks(item),
            "custody": custody.get(item.pk, []),
        }
        for item in exhibits
    ]


def _withheld(actor: User, case: Case, disclosed: list[int]) -> list[str]:
    """Name the persons of the case who are left out, by number only: ``TH-2026-000123/S4-S9``.

    Only those every recipient in full may know of. A run ends only where a disclosed person stands, so that a number
    which is withheld, or another country's, shows by no gap.
    """
    people = Suspect.objects.visible_to(actor).filter(case=case)
    open_to_all = people.filter(level__lte=Level.FULL).exclude(pk__in=disclosed)
    between = sorted(people.filter(pk__in=disclosed).values_list("number", flat=True))
    runs: list[list[int]] = []
    for number in open_to_all.order_by("number").values_list("number", flat=True):
        if runs and not any(runs[-1][1] < known < number for known in between):
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [f"{case.reference}/S{first}" + (f"-S{last}" if last > first else "") for first, last in runs]


def photo_name(sha256: str) -> str:
    """Return where the copy of a disclosed photograph is kept: by its content, written once."""
    return f"dossiers/photos/{sha256}.jpg"


def read_photo(sha256: str) -> bytes:
    """Return the bytes of a disclosed photograph.

    Raises:
        OSError: the copy is missing.
    """
    with default_storage.open(photo_name(sha256), "rb") as copy:
        return copy.read()  # type: ignore[no-any-return]


def _keep_photo(person: Suspect) -> None:
    """Copy the photograph beside the dossiers: the person's own file may be replaced or erased later.

    A roll-back leaves the copy behind; it is found again by its content and reached by no address.
    """
    if not person.photo:
        return
    unreadable = CannotDisclose(
        _("The photograph of person %(number)s cannot be read. Upload it again.")
        % {"number": f"S{person.number}"}
    )
    try:
        with person.photo.open("rb") as photo:
            jpeg = photo.read()
    except OSError as error:
        raise unreadable from error
    if hashlib.sha256(jpeg).hexdigest() != person.photo_sha256:
        raise unreadable
    name = photo_name(person.photo_sha256)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(jpeg))
