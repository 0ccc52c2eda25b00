"""The disclosure ledger: ``disclose`` writes it in the transaction of the act, for every path out of a country.

What grows it is bounded: a look (page, list, API answer, photograph) is noted once per officer, record, state shown
and day in the officer's zone; acts (shares, files, dossiers, exports, requests) are noted each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from lmc_cases.cases.models import (
    Case,
    CaseItem,
    CaseShare,
    CaseShareItem,
    Disclosure,
    Handled,
    Level,
    ReadingReason,
)
from lmc_cases.cases.services.reading_reasons import day_of
from lmc_cases.core.request_id import current_origin
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Agency, Jurisdiction

Kind, Path, Rule = Disclosure.Kind, Disclosure.Path, Disclosure.Rule
# Entries written by one statement.
AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Piece:
    """One record of which something leaves its country.

    Attributes:
        case_id: primary key of the case; its row may be closed to the reader by now.
        owner_id: primary key of the country it comes from.
        uuid, reference: of the record; the case's own where it is the case.
        versions: version numbers (or checksums) by part, e.g. ``{"case": 3, "TITLE/th": 1}``; never content.
        level: how much of it.
        handled: whose handling codes stand on it, besides the share's.
        item_level: of a person or exhibit; what a share's level must reach.
    """

    case_id: int
    owner_id: int
    uuid: UUID
    reference: str
    kind: str = Kind.CASE
    versions: Mapping[str, Any] = field(default_factory=dict)
    level: int = Level.FULL
    handled: tuple[Handled, ...] = ()
    sha256: str = ""
    item_level: int | None = None

    @classmethod
    def of_case(cls, case: Case, level: int, versions: Mapping[str, Any]) -> Piece:
        """The case itself."""
        return cls(
            case.pk,
            case.owner_id,
            case.uuid,
            case.reference,
            versions=versions,
            level=min(level, Level.FULL),
            handled=(case,),
        )

    @classmethod
    def of_item(cls, case: Case, kind: str, item: Any, sha256: str = "") -> Piece:
        """A person, an exhibit or another entry of a case, from the country that provided it."""
        # Rows of one page share the case that was read with the page.
        item.case = case
        return cls(
            case.pk,
            item.originator_id,
            item.uuid,
            item.audit_reference,
            kind=kind,
            versions={"record": item.version},
            handled=(item, case) if isinstance(item, CaseItem) else (case,),
            sha256=sha256,
            item_level=item.level,
        )


@dataclass(frozen=True)
class Recipient:
    """Who receives, where it is not the acting officer."""

    country: Jurisdiction
    agency: Agency | None = None


@dataclass(frozen=True)
class Terms:
    """What opened it and what was said about its use."""

    rule: str
    share: CaseShare | None = None
    purpose: str = ""
    legal_basis: str = ""
    approval_number: str = ""

    @classmethod
    def of_share(cls, share: CaseShare, rule: str = Rule.SHARE) -> Terms:
        """The terms of a share."""
        return cls(rule, share, share.purpose, share.legal_basis, share.approval_number)


def disclose(
    *,
    actor: User,
    pieces: Iterable[Piece],
    path: str = Path.PAGE,
    to: Recipient | None = None,
    terms: Terms | None = None,
) -> int:
    """Note in the ledger that records were shown or given; call it in the transaction of the act.

    Args:
        actor: who reads; or who gives, with ``to``.
        path: a ``Disclosure.Path``; a page or list asked for over the API is noted as its answer.
        to: the recipient of a gift; without it the actor receives, and what is of the actor's own country is no
            disclosure.
        terms: where no share opens it.

    Returns:
        How many records were noted; a look that stands already counts too.
    """
    given = list(pieces)
    if to is None:
        given = from_abroad(actor, given)
    if not given:
        return 0
    if path in {Path.PAGE, Path.LIST} and current_origin().channel == "api":
        path = Path.API
    opened = {} if terms is not None else _openings(actor, given)
    reasons = _reasons_of(actor, given) if to is None else {}
    waiting = iter(given)
    # A list that leaves as a file may have a hundred thousand: neither rows nor statement are held for all of them.
    while some := list(islice(waiting, AT_ONCE)):
        Disclosure.objects.bulk_create(
            [
                _row(
                    actor,
                    piece,
                    path,
                    to,
                    terms or opened.get(piece.uuid) or Terms(Rule.CONTRIBUTED),
                    reasons.get(piece.case_id),
                )
                for piece in some
            ],
            ignore_conflicts=True,
        )
    return len(given)


def _row(
    actor: User, piece: Piece, path: str, to: Recipient | None, terms: Terms, reason: ReadingReason | None
) -> Disclosure:
    agency = to.agency if to is not None else actor.agency
    handled = [*piece.handled, *([terms.share] if terms.share is not None else [])]
    codes = sorted({code for each in handled for code in each.handling_codes} - {"H0"}) or ["H0"]
    shown = {"level": int(piece.level), "sha256": piece.sha256, "versions": piece.versions}
    canonical = json.dumps(shown, sort_keys=True, separators=(",", ":"), default=str)
    return Disclosure(
        case_id=piece.case_id,
        kind=piece.kind,
        object_uuid=piece.uuid,
        reference=piece.reference,
        versions=dict(piece.versions),
        state=hashlib.sha256(canonical.encode()).hexdigest()[:32],
        sha256=piece.sha256,
        level=piece.level,
        path=path,
        day=day_of(actor) if to is None and path in Disclosure.ONCE_A_DAY else None,
        rule=terms.rule,
        share=terms.share,
        owner_id=piece.owner_id,
        recipient=to.country if to is not None else actor.country,
        recipient_agency=agency,
        recipient_officer=actor if to is None else None,
        handling_codes=codes,
        handling_h3="\n".join(dict.fromkeys(each.handling_h3 for each in handled if each.handling_h3)),
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        approval_number=terms.approval_number,
        reading_reason=reason,
        request_id=current_origin().request_id,
    )


def from_abroad(actor: User, pieces: list[Piece]) -> list[Piece]:
    """Leave out what comes from a country whose records the actor reads as the own."""
    if actor.agency is None:
        return []
    home = actor.country.pk
    pieces = [piece for piece in pieces if piece.owner_id != home]
    if not pieces:
        return []
    read = set(jurisdictions_granting(actor, Action.READ).values_list("pk", flat=True))
    return [piece for piece in pieces if piece.owner_id not in read]


def _openings(actor: User, pieces: list[Piece]) -> dict[UUID, Terms]:
    """Find the share that opens each piece to the actor: the widest of the case, else one that names the item."""
    cases = {piece.case_id for piece in pieces}
    shares = CaseShare.objects.received_by(actor).in_force().filter(case__in=cases)
    widest: dict[int, CaseShare] = {}
    by_pk: dict[int, CaseShare] = {}
    for share in shares.order_by("level", "-expires_at", "pk"):
        widest[share.case_id] = by_pk[share.pk] = share
    named: dict[UUID, CaseShare] = {}
    items = [piece.uuid for piece in pieces if piece.item_level is not None]
    if items and by_pk:
        rows = CaseShareItem.objects.filter(share__in=by_pk, object_uuid__in=items)
        named = {row.object_uuid: by_pk[row.share_id] for row in rows}
    found = {}
    for piece in pieces:
        held = widest.get(piece.case_id)
        if piece.uuid in named and (held is None or held.level < (piece.item_level or 0)):
            found[piece.uuid] = Terms.of_share(named[piece.uuid], Rule.ITEM)
        elif held is not None:
            found[piece.uuid] = Terms.of_share(held)
    return found


def _reasons_of(actor: User, pieces: list[Piece]) -> dict[int, ReadingReason]:
    """The reasons the actor gave today, by primary key of the case."""
    rows = ReadingReason.objects.filter(
        officer=actor, day=day_of(actor), case__in={piece.case_id for piece in pieces}
    )
    return {row.case_id: row for row in rows}
