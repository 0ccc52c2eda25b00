"""Erase one record: asked for by one officer, confirmed by another, and provable afterwards without the person's data.

What was disclosed in a handover request stays with both countries, as it was disclosed; what a draft states of the
person goes. Sealed audit rows hold ids
and salted commitments only, so no proof breaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.erasing import erase_reasons
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.dossiers.models import Dossier
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.erasing import erase_content
from lmc_cases.exchange.models import ImportRun
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.stating import forget_unsent
from lmc_cases.handovers.states import ARREST, SENT
from lmc_cases.jurisdictions.access import Action
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.sealing import destroy_keys
from lmc_cases.privacy.models import Erasure, Review
from lmc_cases.privacy.services.records import Kind, Record, fields_of, lock_record
from lmc_cases.suspects.models import IdentityDocument, Informant, Suspect
from lmc_cases.suspects.services.erasing import Erased, erase_informant, erase_person

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# Decided on soon: until then the request needs the record it names.
UNDECIDED = f"{ARREST} {SENT}".split()


class ErasureBlocked(Conflict):
    """Something needs the record still."""


class SamePerson(Conflict):
    """Two persons erase: whoever asked for it does not confirm it."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What an erasure would destroy, and what it does not reach.

    Attributes:
        keys: 1 where the record has a key of its own.
        import_file: name of the file that brought the person, "" for none or where it is gone.
        import_others: how many other people the file names.
        requests, dossiers: references that stay with both countries.
        recipients: countries that see the case now and may hold copies.
    """

    documents: int
    photographs: int
    past_states: int
    keys: int
    import_file: str
    import_others: int
    requests: list[str]
    dossiers: list[str]
    recipients: list[str]


def extent_of(*, actor: User, held: Record) -> Extent:
    """Return what erasing a record, already read through the rule, would destroy and what it would not reach."""
    keys = RecordKey.objects.filter(record_uuid=held.uuid).count()
    if isinstance(held, Informant):
        return Extent(0, 0, held.history.count(), keys, "", 0, [], [], [])
    run = _import_of(held)
    requests = HandoverRequest.objects.visible_to(actor).filter(
        subjects__suspect=held, submitted_at__isnull=False
    )
    dossiers = (
        Dossier.objects.visible_to(actor).filter(handover__in=requests).select_related("handover__case")
    )
    shares = CaseShare.objects.visible_to(actor).filter(
        case=held.case, revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    photographs = set(held.history.exclude(photo="").exclude(photo=None).values_list("photo", flat=True))
    others = 0
    if run is not None:
        others = Suspect.objects.filter(import_run=run.uuid).exclude(pk=held.pk).count()
    return Extent(
        documents=IdentityDocument.objects.filter(suspect=held).count(),
        photographs=len(photographs),
        past_states=held.history.count(),
        keys=keys,
        import_file=run.file_name if run is not None else "",
        import_others=others,
        requests=sorted(requests.values_list("reference", flat=True)),
        dossiers=sorted(dossier.audit_reference for dossier in dossiers.defer("facts")),
        recipients=sorted({share.recipient.name for share in shares.select_related("recipient")}),
    )


@transaction.atomic
def ask_erasure(
    *,
    actor: User,
    kind: Kind,
    public_id: UUID,
    legal_ground: str,
    reason: str,
    exhibits: Iterable[UUID] = (),
    with_import_file: bool = False,
) -> Erasure:
    """Ask for the erasure of a record; nothing is erased before a second person confirms it.

    Args:
        legal_ground: as the law of the country names it, in the officer's words.
        exhibits: public ids of exhibits of the case whose files go too.
        with_import_file: remove the file of the import that brought the person too.

    Raises:
        InvalidInput: no ground, no reason, an exhibit of another case.
        ErasureBlocked: proceedings hold the record, an undecided request names it, or it is asked for already.
        As ``records.record_of``.
    """
    held = lock_record(actor, kind, public_id)
    ground = clean_text(legal_ground)
    words = clean_text(reason, multiline=True)
    if not ground:
        raise InvalidInput("legal_ground", _("Name the legal ground."))
    if not words:
        raise InvalidInput("reason", _("Give the reason."))
    wanted = set(exhibits)
    items = EvidenceItem.objects.visible_to(actor).filter(case=held.case, uuid__in=wanted)
    if (kind == Kind.INFORMANTS and wanted) or len(items) < len(wanted):
        raise InvalidInput("exhibits", _("Choose exhibits of this case."))
    if Erasure.objects.filter(**fields_of(held), state=Erasure.State.ASKED).exists():
        raise ErasureBlocked(_("The erasure of this record was asked for already."))
    _check_free(held)
    erasure = Erasure(
        case=held.case,
        **fields_of(held),
        legal_ground=ground[:300],
        reason=words,
        exhibits=sorted(str(item.uuid) for item in items),
        with_import_file=with_import_file,
        asked_by=actor,
    )
    save_as(erasure, actor=actor)
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="record.erasure_asked",
        target=held,
        reason=words,
        codes={"exhibits": len(erasure.exhibits), "import_file": with_import_file},
    )
    return erasure


@transaction.atomic
def decline_erasure(*, actor: User, erasure_id: UUID, reason: str) -> Erasure:
    """Decline an erasure; the record stays.

    Raises:
        Erasure.DoesNotExist: foreign, missing, decided, and without the right alike.
        InvalidInput: no reason.
    """
    erasure = _lock_asked(actor, erasure_id)
    words = clean_text(reason, multiline=True)
    if not words:
        raise InvalidInput("reason", _("Give the reason."))
    _decide(erasure, actor, Erasure.State.DECLINED, words)
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="record.erasure_declined",
        target=erasure.subject,
        reason=words,
    )
    return erasure


@transaction.atomic
def confirm_erasure(*, actor: User, erasure_id: UUID) -> Erasure:
    """Erase the record: its key, its data in every table and past state, its photographs, and what was asked besides.

    Raises:
        Erasure.DoesNotExist: foreign, missing, decided, and without the right alike.
        SamePerson: the actor asked for it.
        ErasureBlocked: proceedings hold the record, or an undecided request names it.
    """
    erasure = _lock_asked(actor, erasure_id)
    if erasure.asked_by_id == actor.pk:
        raise SamePerson(_("Two persons erase: another officer has to confirm what you asked for."))
    held = erasure.subject
    held.case = erasure.case
    _check_free(held)
    if isinstance(held, Suspect):
        done = erase_person(held, actor)
        forget_unsent(held)
    else:
        done = erase_informant(held, actor)
    _erase_besides(erasure, actor, done)
    done.counts["reasons"] = erase_reasons(object_uuid=held.uuid, country=held.case.owner)
    erasure.counts = {**done.counts, "files": len(done.files)}
    _decide(erasure, actor, Erasure.State.DONE, "")
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="record.erased",
        target=held,
        codes={**erasure.counts, "erasure": str(erasure.uuid)},
    )
    for name in sorted(done.files):
        transaction.on_commit(partial(default_storage.delete, name))
    return erasure


def _erase_besides(erasure: Erasure, actor: User, done: Erased) -> None:
    items = EvidenceItem.objects.select_for_update().filter(case=erasure.case, uuid__in=erasure.exhibits)
    for item in items.order_by("pk"):
        item.case = erasure.case
        done.files |= erase_content(item, actor)
    done.counts["exhibits"] = len(erasure.exhibits)
    run = _import_of(erasure.subject) if erasure.with_import_file else None
    if run is not None:
        done.files.add(str(run.file.name))
        destroy_keys([run.uuid])
        done.counts["import_files"] = 1


def _import_of(held: Record) -> ImportRun | None:
    if isinstance(held, Informant) or held.import_run is None:
        return None
    run = ImportRun.objects.filter(uuid=held.import_run, case=held.case).first()
    return run if run is not None and default_storage.exists(run.file.name or "-") else None


def _lock_asked(actor: User, erasure_id: UUID) -> Erasure:
    found = (
        Erasure.objects.visible_to(actor)
        .filter(case__in=Case.objects.owned_with(actor, Action.CONFIRM_ERASURE), state=Erasure.State.ASKED)
        .select_related("case")
        .get(uuid=erasure_id)
    )
    case = lock_case(actor, found.case.uuid, Action.CONFIRM_ERASURE)
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=found.pk, state=Erasure.State.ASKED)
    erasure.case = case
    return erasure


def _decide(erasure: Erasure, actor: User, state: Erasure.State, words: str) -> None:
    erasure.state = state
    erasure.decided_by = actor
    erasure.decided_at = timezone.now()
    erasure.decision_reason = words
    save_as(erasure, actor=actor, reason=words)


def _check_free(held: Record) -> None:
    if Review.objects.filter(**fields_of(held), is_held=True).exists():
        raise ErasureBlocked(_("Proceedings need this record: take the hold back first."))
    if isinstance(held, Suspect) and (
        HandoverRequest.objects.filter(subjects__suspect=held, status__in=UNDECIDED).exists()
    ):
        raise ErasureBlocked(_("A handover request that is not decided names this person. Decide it first."))
