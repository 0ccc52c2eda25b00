"""What is shown, in pieces: cases, headings, persons, exhibits, and what a share opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lmc_cases.cases.models import (
    Case,
    CaseShare,
    CaseText,
    Disclosure,
    Level,
    TimelineEntry,
)
from lmc_cases.cases.services.ledger.writing import Piece, Recipient, Terms, disclose, from_abroad

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.services.listing import CaseRow
    from lmc_cases.cases.services.texts import ShownText

Path, Rule = Disclosure.Path, Disclosure.Rule


def note_case(*, actor: User, case: Case, level: Level) -> None:
    """Note that a case is shown at a level: its version, those of its texts, how many events of its timeline."""
    if from_abroad(actor, [Piece.of_case(case, level, {})]):
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


def note_cases(*, actor: User, rows: Iterable[CaseRow], path: str = Path.LIST) -> None:
    """Note the foreign cases of a list: what a row shows is existence, and a title where it may be seen."""
    _note_headings(actor, [(row.case, row.title) for row in rows if not row.is_own], path)


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
