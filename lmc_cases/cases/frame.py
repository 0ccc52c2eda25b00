"""The frame around every page of a case: header, level, tabs. Used by the pages of this app and those above it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models.functions import Now
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case, CaseItem, CaseOfficer, CaseText, Level
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.items import shows_items
from lmc_cases.cases.services.reading_reasons import require_reason
from lmc_cases.cases.services.texts import texts_for
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# What the buttons of the case pages depend on.
CASE_ACTIONS = (Action.READ, Action.EDIT, Action.SHARE, Action.KEEP_EVIDENCE, Action.SUPERVISE)


def case_frame(
    user: User,
    case_uuid: UUID,
    current: str,
    *,
    at_least: Level = Level.EXISTENCE,
    items: bool = False,
    notes_all: bool = False,
) -> dict[str, Any]:
    """Return the context of ``cases/frame.html``.

    Args:
        current: the tab shown: overview, suspects, evidence, sharing, ledger, handovers, dossiers, history, accesses.
        at_least: the level the page needs; below it the page does not exist for the officer.
        items: a page of people or exhibits, which also exists where single ones are open, or may be added.
        notes_all: the page itself notes all of the case in the disclosure ledger, its heading with it.

    Returns:
        ``case`` (with ``level``), ``title`` (``ShownText`` or None), ``is_own``, ``rights`` (set of
        ``Action`` the officer holds on it), ``tabs``, ``emergencies`` (officers named for a time after a lock-out).

    Raises:
        Http404: foreign, missing and too low a level alike; before any question.
        ReasonRequired: another country's case, and the officer has not said today why it is read.
    """
    case = (
        Case.objects.visible_to(user, at_least=at_least)
        .with_level_for(user)
        .select_related("owner", "agency", "typology")
        .filter(uuid=case_uuid)
        .first()
    )
    if case is None:
        raise Http404
    level = Level(case.level)  # type: ignore[attr-defined]
    has_items = shows_items(user, case, level)
    if items and not has_items:
        raise Http404
    rights = {action for action in CASE_ACTIONS if _holds(user, action, case)}
    is_own = Action.READ in rights
    if not is_own:
        require_reason(actor=user, case=case)
    title = texts_for(user, [case.pk], CaseText.Kind.TITLE).get(case.pk)
    if not (is_own or notes_all):
        ledger.note_heading(actor=user, case=case, title=title)
    return {
        "case": case,
        "level": level,
        "title": title,
        "is_own": is_own,
        "rights": {str(action.name): True for action in rights},
        "tabs": _tabs(case, level, current, is_own=is_own, items=has_items),
        "emergencies": list(
            CaseOfficer.objects.visible_to(user)
            .filter(case=case, until__gt=Now())
            .select_related("user")
            .order_by("until", "pk")
        )
        if is_own and case.is_restricted
        else [],
    }


def item_frame(user: User, case_uuid: UUID, current: str, item: CaseItem, *actions: Action) -> dict[str, Any]:
    """Return the context of a page of one person or exhibit, as read through the rule.

    What the own country contributed keeps its page when the case is closed to it: the frame is then a plain one,
    and ``case`` holds only the public id and the reference.

    Args:
        actions: any of them lets the originator's officers change the item.

    Returns:
        As ``case_frame``, with ``may_edit``, ``is_originator`` and ``frame_template``.

    Raises:
        Http404: the case is closed to the officer, and the item is not the own country's.
    """
    changing = [jurisdictions_granting(user, action).filter(pk=item.originator_id) for action in actions]
    rights = {
        "may_edit": any(granted.exists() for granted in changing),
        "is_originator": jurisdictions_granting(user, Action.READ).filter(pk=item.originator_id).exists(),
    }
    try:
        return {**case_frame(user, case_uuid, current, items=True), **rights}
    except Http404:
        if not (item.is_contributed and rights["is_originator"] and item.contributed_case == case_uuid):
            raise
    return {
        "case": SimpleNamespace(uuid=case_uuid, reference=item.contributed_to),
        "frame_template": "cases/closed_frame.html",
        "rights": {},
        "is_own": False,
        **rights,
    }


def _holds(user: User, action: Action, case: Case) -> bool:
    return jurisdictions_granting(user, action).filter(pk=case.owner_id).exists()


def _tabs(case: Case, level: Level, current: str, *, is_own: bool, items: bool) -> list[dict[str, Any]]:
    full = level >= Level.FULL
    entries = [
        ("overview", _("Overview"), "cases:detail", "uuid", True),
        ("suspects", _("Suspects"), "suspects:list", "case_uuid", items),
        ("evidence", _("Evidence"), "evidence:list", "case_uuid", items),
        ("sharing", _("Sharing"), "cases:sharing", "uuid", True),
        ("ledger", _("Disclosures"), "cases:ledger", "uuid", True),
        ("handovers", _("Handovers"), "handovers:of_case", "case_uuid", full),
        ("dossiers", _("Dossiers"), "dossiers:of_case", "case_uuid", full),
        ("history", _("History"), "cases:history", "uuid", full and is_own),
        ("accesses", _("Accesses"), "cases:accesses", "uuid", full and is_own),
    ]
    return [
        {"url": reverse(name, kwargs={key: case.uuid}), "label": label, "current": tab == current}
        for tab, label, name, key, shown in entries
        if shown
    ]
