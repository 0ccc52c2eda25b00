"""The disclosure ledger: ``disclose`` writes it in the transaction of the act, for every path out of a country.

What grows it is bounded: a look (page, list, API answer, photograph) is noted once per officer, record, state shown
and day in the officer's zone; acts (shares, files, dossiers, exports, requests) are noted each time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseItem,
    CaseShare,
    CaseShareItem,
    CaseText,
    Disclosure,
    Handled,
    Level,
    ReadingReason,
    TimelineEntry,
)
from lmc_cases.cases.services.reading_reasons import day_of
from lmc_cases.core.keyset import EPOCH, Cursor, Page
from lmc_cases.core.request_id import current_origin
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User
    from lmc_cases.cases.services.listing import CaseRow
    from lmc_cases.cases.services.texts import ShownText
    from lmc_cases.jurisdictions.models import Agency, Jurisdiction

PAGE_SIZE = 50
Kind, Path, Rule = Disclosure.Kind, Disclosure.Path, Disclosure.Rule


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
        given = _foreign(actor, given)
    if not given:
        return 0
    if path in {Path.PAGE, Path.LIST} and current_origin().channel == "api":
        path = Path.API
    opened = {} if terms is not None else _openings(actor, given)
    reasons = _reasons_of(actor, given) if to is None else {}
    rows = [
        _row(
            actor,
            piece,
            path,
            to,
            terms or opened.get(piece.uuid) or Terms(Rule.CONTRIBUTED),
            reasons.get(piece.case_id),
        )
        for piece in given
    ]
    Disclosure.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


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


def _foreign(actor: User, pieces: list[Piece]) -> list[Piece]:
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


# --- what is shown, in pieces ------------------------------------------------------------------------
def note_case(*, actor: User, case: Case, level: Level) -> None:
    """Note that a case is shown at a level: its version, those of its texts, how many events of its timeline."""
    if _foreign(actor, [Piece.of_case(case, level, {})]):
        versions: dict[str, Any] = {"case": case.version}
        if level >= Level.SUMMARY:
            texts = CaseText.objects.visible_to(actor).filter(case=case)
            versions |= {
                f"{kind}/{language}": version
                for kind, language, version in texts.values_list("kind", "language", "version")
            }
        if level >= Level.FULL:
            versions["events"] = TimelineEntry.objects.visible_to(actor).filter(case=case).count()
        disclose(actor=actor, pieces=[Piece.of_case(case, level, versions)])


def note_cases(*, actor: User, rows: Iterable[CaseRow]) -> None:
    """Note the foreign cases of one page of a list: what a row shows is existence, and a title where it may be seen."""
    _note_headings(actor, [(row.case, row.title) for row in rows if not row.is_own], Path.LIST)


def note_heading(*, actor: User, case: Case, title: ShownText | None) -> None:
    """Note the head of a foreign case's pages: existence, and the title where it is seen."""
    _note_headings(actor, [(case, title)], Path.PAGE)


def _note_headings(actor: User, shown: list[tuple[Case, ShownText | None]], path: str) -> None:
    if not shown:
        return
    pieces = []
    for case, title in shown:
        versions = {"case": case.version}
        if title is not None:
            versions[f"TITLE/{title.language}"] = title.version
        level = Level.EXISTENCE if title is None else Level.SUMMARY
        pieces.append(Piece.of_case(case, level, versions))
    disclose(actor=actor, path=path, pieces=pieces)


def note_items(
    *, actor: User, case: Case, kind: str, items: Iterable[Any], path: str = Path.PAGE, sha256: str = ""
) -> None:
    """Note persons or exhibits of a case, each as an entry of its own, so that its ledger is found by the record.

    Args:
        kind: ``Disclosure.Kind.SUSPECT`` or ``EVIDENCE``.
        items: rows of that kind, with ``version`` and ``audit_reference``.
        sha256: of the file or photograph that goes out, where one does.
    """
    disclose(actor=actor, pieces=[Piece.of_item(case, kind, item, sha256) for item in items], path=path)


def note_item(*, actor: User, item: Any, kind: str, path: str = Path.PAGE, sha256: str = "") -> None:
    """Note one record as ``note_items`` does; reading what one contributed oneself discloses nothing."""
    own = actor.agency.jurisdiction_id if actor.agency is not None else None
    if item.is_contributed and item.originator_id == own:
        return
    note_items(actor=actor, case=item.case, kind=kind, items=[item], path=path, sha256=sha256)


def note_share(
    *, actor: User, share: CaseShare, named: Iterable[Piece] = (), terms: Terms | None = None
) -> None:
    """Note that a share took effect: its recipient may read from now on, in this version and under these terms.

    Args:
        named: what it opens by name now: each an entry of its own, in its version and with its codes. The case's
            owner gives it, also where another country contributed it and consented.
        terms: of what is named later in a share that stands, where they are not the share's own.
    """
    under = terms or Terms.of_share(share)
    to = Recipient(share.recipient, share.recipient_agency)
    case = share.case
    items = share.items.order_by("pk").values_list("object_uuid", flat=True)
    versions: dict[str, Any] = {"case": case.version}
    if items:
        versions["items"] = [str(item) for item in items]
    disclose(
        actor=actor,
        path=Path.SHARE,
        to=to,
        terms=under,
        pieces=[Piece.of_case(case, share.level, versions)],
    )
    disclose(
        actor=actor,
        path=Path.SHARE,
        to=to,
        terms=replace(under, rule=Rule.ITEM),
        pieces=[replace(piece, owner_id=case.owner_id) for piece in named],
    )


# --- reading it --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LedgerFilters:
    """What the ledger is narrowed to; empty values narrow nothing.

    Attributes:
        object_uuid: public id of one record.
        path: a ``Disclosure.Path``; ``"COPIES"`` for every path that leaves a copy.
        recipient_id: primary key of the receiving country.
        since: first moment; ``until`` the first moment that no longer counts.
    """

    object_uuid: UUID | None = None
    path: str = ""
    recipient_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def entries_of(user: User, case: Case, filters: LedgerFilters | None = None) -> models.QuerySet[Disclosure]:
    """Return the entries of a case that the officer may read, newest first."""
    asked = filters or LedgerFilters()
    rows = Disclosure.objects.visible_to(user).filter(case=case)
    if asked.object_uuid is not None:
        rows = rows.filter(object_uuid=asked.object_uuid)
    if asked.path:
        rows = rows.filter(path__in=Disclosure.COPIES if asked.path == "COPIES" else [asked.path])
    if asked.recipient_id is not None:
        rows = rows.filter(recipient=asked.recipient_id)
    if asked.since is not None:
        rows = rows.filter(happened_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(happened_at__lt=asked.until)
    return rows.select_related(
        "recipient", "recipient_agency", "recipient_officer", "owner", "share", "reading_reason", "case"
    ).order_by("-pk")


def page_of_ledger(
    *,
    actor: User,
    case: Case,
    filters: LedgerFilters | None = None,
    before: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page[Disclosure]:
    """Return one page of a case's ledger, newest first, and record that it was read."""
    rows = entries_of(actor, case, filters)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows[: size + 1])
    shown = found[:size]
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.ledger_viewed",
        target=case,
        codes={"shown": len(shown)},
    )
    older = Cursor(at=EPOCH, pk=shown[-1].pk) if len(found) > size else None
    return Page(rows=shown, older=older)


@dataclass(frozen=True)
class Holder:
    """Who holds a copy of something of a case, by the last time it was taken.

    Attributes:
        officer: who took it; ``None`` for what was handed out to a whole country.
        times: how often this record went out to this holder in this state.
    """

    recipient: Jurisdiction
    agency: Agency | None
    officer: User | None
    kind: str
    object_uuid: UUID
    reference: str
    path: str
    sha256: str
    last_at: dt.datetime
    times: int


def holders_of(case: Case) -> list[Holder]:
    """Say who still holds a download of a case or of anything in it, newest first.

    ``case`` was read by an officer of the owning country through the rule; files, dossiers, exports, answers of the
    API and what a handover request handed out count, pages and lists do not.
    """
    rows = (
        Disclosure.objects.filter(case=case, path__in=Disclosure.COPIES)
        .select_related("recipient", "recipient_agency", "recipient_officer")
        .order_by("-pk")
    )
    found: dict[tuple[Any, ...], Holder] = {}
    for row in rows.iterator():
        key = (
            row.recipient_id,
            row.recipient_agency_id,
            row.recipient_officer_id,
            row.object_uuid,
            row.path,
            row.state,
        )
        held = found.get(key)
        found[key] = Holder(
            recipient=row.recipient,
            agency=row.recipient_agency,
            officer=row.recipient_officer,
            kind=row.kind,
            object_uuid=row.object_uuid,
            reference=row.reference,
            path=row.path,
            sha256=row.sha256,
            last_at=held.last_at if held else row.happened_at,
            times=held.times + 1 if held else 1,
        )
    return list(found.values())
