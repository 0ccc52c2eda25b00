"""Make requests of a whole list at once: all persons of a case, or of one import, by destination, in requests of n.

The form of one request shows its persons with a box each and ends at 200 (``reading.MAX_OFFERED``): every person shown
is noted in the ledger, and nobody reads more boxes. A list of thousands is chosen by what its persons have in common
instead, looked at in numbers, and made as it was looked at.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.services import disclosure, drafting
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# What is disclosed stands in the request's row, and every step keeps a state of it.
MOST_IN_REQUEST = 1_000
# What the page proposes: a dossier is one file of all its persons, drawn in memory (200 take 0.7 GB, 600 twice that).
SIZE_PROPOSED = 200
# Requests of one list: 50 of 1,000 are more than any list known.
MOST_REQUESTS = 50
_OVER = (Status.REFUSED, Status.WITHDRAWN, Status.RELEASED, Status.CLOSED)


class ListChanged(Conflict):
    """The persons are not those of the preview any more."""

    code = "list-changed"


class LeftOut(models.TextChoices):
    """Why somebody of the list is in none of the requests."""

    PROTECTED = "PROTECTED", "protected"
    LIMITED = "LIMITED", "limited"
    ASKED = "ASKED", "asked"
    NO_COUNTRY = "NO_COUNTRY", "no country"


@dataclass(frozen=True)
class Whom:
    """Whose requests are made.

    Attributes:
        import_run: of this import alone; ``None`` for all persons of the case.
        nationality: of this nationality alone; "" for any. An offer goes by nationality anyway.
    """

    import_run: UUID | None = None
    nationality: str = ""


@dataclass(frozen=True)
class ImportOfCase:
    """Persons who came with one import, by the officer's own view of the case."""

    run: UUID
    persons: int
    at: Any


@dataclass(frozen=True)
class Batch:
    """One request as it would be made.

    Attributes:
        share_id: of the share an offer goes by; ``None`` for a request.
    """

    receiving: Jurisdiction
    share_id: UUID | None
    suspect_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class WholeList:
    """The requests as they would be, and how many persons are left out, by reason.

    Attributes:
        mark: of exactly these persons in these requests.
    """

    batches: tuple[Batch, ...]
    left_out: dict[str, int]
    mark: str

    @property
    def persons(self) -> int:
        """How many persons would be in them."""
        return sum(len(batch.suspect_ids) for batch in self.batches)


def imports_of(actor: User, case: Case) -> list[ImportOfCase]:
    """Return the imports whose persons the case still holds, the latest first."""
    rows = Suspect.objects.visible_to(actor).filter(case=case, import_run__isnull=False)
    found = (
        rows.order_by()
        .values_list("import_run")
        .annotate(persons=models.Count("pk"), at=models.Min("recorded_at"))
        .order_by("-at")
    )
    return [ImportOfCase(run, persons, at) for run, persons, at in found[:MOST_REQUESTS]]


def nationalities_of(actor: User, case: Case) -> list[str]:
    """Return the codes of the nationalities of the case's persons; "" is left out."""
    rows = Suspect.objects.visible_to(actor).filter(case=case).exclude(nationality="")
    return list(rows.order_by("nationality").values_list("nationality", flat=True).distinct())


def looked_at(*, actor: User, case_id: UUID, whom: Whom, procedure: str, size: int) -> WholeList:
    """Return the requests that would be made of a list; nothing is written.

    From a case of the officer's own country persons are offered to the country of their nationality, where the case is
    shared with it in full; from a foreign case the officer's country asks.

    Args:
        size: persons of a request, 1 to ``MOST_IN_REQUEST``.

    Raises:
        Case.DoesNotExist: see ``drafting.case_to_ask_from`` and ``case_to_offer_from``.
        InvalidInput: an impossible size, more than ``MOST_REQUESTS`` requests.
    """
    if not 1 <= size <= MOST_IN_REQUEST:
        raise InvalidInput("size", _("Enter a number from 1 to %(most)s.") % {"most": MOST_IN_REQUEST})
    case, offers = case_of(actor, case_id)
    left_out: Counter[str] = Counter()
    groups: dict[int, list[UUID]] = defaultdict(list)
    countries: dict[int, tuple[Jurisdiction, UUID | None]] = {}
    shares = drafting.shares_to_offer(actor, case) if offers else []
    # The country before its agencies.
    by_code = {share.recipient.code: share for share in sorted(shares, key=_is_agency, reverse=True)}
    for uuid, nationality in _usable(actor, case, whom, procedure, left_out):
        if not offers:
            countries[actor.country.pk] = (actor.country, None)
            groups[actor.country.pk].append(uuid)
            continue
        share = by_code.get(nationality)
        if share is None:
            left_out[LeftOut.NO_COUNTRY] += 1
            continue
        countries[share.recipient_id] = (share.recipient, share.uuid)
        groups[share.recipient_id].append(uuid)
    batches = tuple(
        Batch(*countries[pk], tuple(people[start : start + size]))
        for pk, people in sorted(groups.items(), key=lambda pair: countries[pair[0]][0].code)
        for start in range(0, len(people), size)
    )
    if len(batches) > MOST_REQUESTS:
        raise InvalidInput("size", _("These would be more than %(most)s requests.") % {"most": MOST_REQUESTS})
    return WholeList(batches, dict(left_out), _mark_of(batches, procedure))


@transaction.atomic
def draft_whole_list(
    *,
    actor: User,
    case_id: UUID,
    whom: Whom,
    procedure: str,
    size: int,
    mark: str,
    instrument_id: UUID | None,
    legal_basis: str,
    facts: str,
    facts_language: str,
    list_id: UUID | None = None,
) -> list[HandoverRequest]:
    """Make the drafts of a list that was looked at, all or none; each is recorded as a draft of its own.

    Args:
        mark: of the preview.
        list_id: a second call with the same returns what the first made.

    Raises:
        ListChanged: other persons than in the preview; look again.
        InvalidInput: nobody is left; otherwise as ``drafting.draft_request`` and ``draft_offer``.
    """
    together = list_id or uuid4()
    keys = [uuid5(together, str(number)) for number in range(MOST_REQUESTS)]
    if list_id is not None:
        made = HandoverRequest.objects.visible_to(actor).filter(uuid__in=keys, created_by=actor)
        if found := list(made.order_by("pk")):
            return found
    seen = looked_at(actor=actor, case_id=case_id, whom=whom, procedure=procedure, size=size)
    if not seen.batches:
        raise InvalidInput("size", _("Nobody of the list can be part of a request."))
    if seen.mark != mark:
        raise ListChanged(_("The list changed since it was shown. Look at it again."))
    said: dict[str, Any] = {
        "actor": actor,
        "case_id": case_id,
        "procedure": procedure,
        "instrument_id": instrument_id,
        "legal_basis": legal_basis,
        "facts": facts,
        "facts_language": facts_language,
    }
    return [
        drafting.draft_request(suspect_ids=batch.suspect_ids, draft_id=key, **said)
        if batch.share_id is None
        else drafting.draft_offer(
            suspect_ids=batch.suspect_ids, share_id=batch.share_id, draft_id=key, **said
        )
        for key, batch in zip(keys, seen.batches, strict=False)
    ]


def case_of(actor: User, case_id: UUID) -> tuple[Case, bool]:
    """Return the case and whether its persons are offered; else the officer's country asks for them.

    Raises:
        Case.DoesNotExist: foreign, missing, too low a level and no right alike.
    """
    try:
        return drafting.case_to_offer_from(actor, case_id), True
    except Case.DoesNotExist:
        return drafting.case_to_ask_from(actor, case_id), False


def _usable(
    actor: User, case: Case, whom: Whom, procedure: str, left_out: Counter[str]
) -> Iterable[tuple[UUID, str]]:
    """Yield public id and nationality of whoever may be named, by number; count the others."""
    rows = Suspect.objects.visible_to(actor).filter(case=case)
    if whom.import_run is not None:
        rows = rows.filter(import_run=whom.import_run)
    if whom.nationality:
        rows = rows.filter(nationality=whom.nationality)
    asked = set(
        HandoverSubject.objects.visible_to(actor)
        .filter(handover__case=case)
        .exclude(handover__status__in=_OVER)
        .values_list("suspect_uuid", flat=True)
    )
    askable = disclosure.askable_in(procedure)
    named = rows.order_by("number").values_list("uuid", "nationality", "category", "is_limited", "erased_at")
    for uuid, nationality, category, is_limited, erased_at in named:
        if is_limited or erased_at is not None:
            left_out[LeftOut.LIMITED] += 1
        elif category not in askable:
            left_out[LeftOut.PROTECTED] += 1
        elif uuid in asked:
            left_out[LeftOut.ASKED] += 1
        else:
            yield uuid, nationality


def _is_agency(share: Any) -> bool:
    return share.recipient_agency_id is not None


def _mark_of(batches: Iterable[Batch], procedure: str) -> str:
    digest = hashlib.sha256(procedure.encode())
    for batch in batches:
        digest.update(f"\n{batch.receiving.code} {batch.share_id}\n".encode())
        for uuid in batch.suspect_ids:
            digest.update(uuid.bytes)
    return digest.hexdigest()[:32]
