"""Who sees a case and why, what was answered, and who still holds a download."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseOfficer, CaseShare, Level, ShareFollowUp, ShareResponse
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models.follow_up import ShareFollowUpQuerySet
    from lmc_cases.cases.models.share import CaseShareQuerySet


@dataclass(frozen=True)
class Opening:
    """Why an audience sees a case.

    Attributes:
        rule: ``"OWNER"``, ``"NAMED"`` or ``"SHARE"``.
        who: name of the country, agency or officer.
        level: what they see.
        until: end of the share; ``None`` for no end.
        share: the row that opens it, for shares.
        answer: ``"ACCEPTED"``, ``"QUESTION"`` (one waits for an answer) or "" for none.
    """

    rule: str
    who: str
    level: Level
    until: dt.datetime | None
    share: CaseShare | None = None
    country_code: str = ""
    country: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Exchange:
    """A line of the exchange about a share, with the answer where it is a question."""

    response: ShareResponse
    answer: ShareResponse | None = None


@dataclass(frozen=True)
class Holder:
    """Who downloaded files of a case and may still hold them.

    Attributes:
        agency: name of the agency, "" where it is not known.
        last_at: of the last download.
        copies: what the recipient said it holds, for the last withdrawal it acknowledged; "" for nothing said.
    """

    country: str
    agency: str
    files: int
    downloads: int
    last_at: dt.datetime
    copies: str = ""


@dataclass(frozen=True)
class Thread:
    """A share with everything said about it."""

    share: CaseShare
    lines: list[Exchange] = field(default_factory=list)
    decided: str = ""


def openings_of(*, actor: User, case_id: UUID) -> list[Opening]:
    """Say who sees the case and which row opens it, as far as the officer may know.

    The owner's officers see every opening; a recipient sees the owner and the shares made to itself.
    """
    case = Case.objects.visible_to(actor).select_related("owner").get(uuid=case_id)
    owned = Case.objects.owned_with(actor, Action.READ).filter(pk=case.pk).exists()
    owner = case.owner
    found: list[Opening] = []
    if owned and case.is_restricted:
        named = CaseOfficer.objects.visible_to(actor).filter(case=case).select_related("user")
        found.extend(
            Opening("NAMED", row.user.full_name, Level.FULL, row.until, None, owner.code, owner.name)
            for row in named.order_by("user__full_name", "pk")
        )
    else:
        found.append(Opening("OWNER", owner.name, Level.FULL, None, None, owner.code, owner.name))
    shares = list(shares_of(actor=actor, case_id=case_id).in_force().order_by("recipient__code", "pk"))
    answers = answers_of(actor=actor, shares=shares)
    found.extend(
        Opening(
            "SHARE",
            share.recipient_agency.name if share.recipient_agency else share.recipient.name,
            Level(share.level),
            share.expires_at,
            share,
            share.recipient.code,
            share.recipient.name,
            answers.get(share.pk, ""),
        )
        for share in shares
    )
    return found


def shares_of(*, actor: User, case_id: UUID) -> CaseShareQuerySet:
    """Return the case's shares that the officer may know of, in force and ended, newest first."""
    return (
        CaseShare.objects.visible_to(actor)
        .filter(case__uuid=case_id)
        .select_related(
            "recipient", "recipient_agency__jurisdiction", "shared_by", "revoked_by", "case__owner"
        )
        .order_by("-shared_at", "-pk")
    )


def answers_of(*, actor: User, shares: list[CaseShare]) -> dict[int, str]:
    """Return, per share, where its exchange stands: ``Opening.answer``; ``"DECLINED"`` too."""
    rows = ShareResponse.objects.visible_to(actor).filter(share__in=shares).order_by("pk")
    state: dict[int, str] = {}
    asked: dict[int, set[int]] = {}
    for row in rows:
        if row.kind == ShareResponse.Kind.QUESTION:
            asked.setdefault(row.share_id, set()).add(row.pk)
        elif row.question_id is not None:
            asked.get(row.share_id, set()).discard(row.question_id)
        else:
            state[row.share_id] = row.kind
    for share_id, open_questions in asked.items():
        if open_questions and state.get(share_id) != ShareResponse.Kind.DECLINED:
            state[share_id] = ShareResponse.Kind.QUESTION
    return state


@transaction.atomic
def consult_share(*, actor: User, share_id: UUID) -> Thread:
    """Return a share and what was said about it, and record that the officer looked.

    Raises:
        CaseShare.DoesNotExist: foreign and missing alike; to a recipient also one that has ended.
    """
    share = (
        CaseShare.objects.visible_to(actor)
        .select_related(
            "case__owner",
            "recipient",
            "recipient_agency",
            "shared_by",
            "confirmed_by",
            "revoked_by",
        )
        .get(uuid=share_id)
    )
    rows = list(
        ShareResponse.objects.visible_to(actor)
        .filter(share=share)
        .select_related("country", "made_by")
        .order_by("pk")
    )
    answers = {row.question_id: row for row in rows if row.question_id is not None}
    lines = [Exchange(row, answers.get(row.pk)) for row in rows if row.question_id is None]
    decided = next((row.kind for row in rows if row.kind in {"ACCEPTED", "DECLINED"}), "")
    record(actor=actor, operation=AuditOperation.CONSULTATION, verb="share.viewed", target=share)
    return Thread(share, lines, decided)


def follow_ups_of(*, actor: User, case_id: UUID) -> ShareFollowUpQuerySet:
    """Return what recipients of an own case were told, newest first."""
    return (
        ShareFollowUp.objects.visible_to(actor)
        .filter(case__in=Case.objects.owned_with(actor, Action.READ).filter(uuid=case_id))
        .select_related("recipient", "recipient_agency", "told_by")
        .order_by("-pk")
    )


@transaction.atomic
def consult_follow_up(*, actor: User, follow_up_id: UUID) -> ShareFollowUp:
    """Return what a recipient was told, and record that the officer looked.

    Raises:
        ShareFollowUp.DoesNotExist: foreign and missing alike.
    """
    row = (
        ShareFollowUp.objects.visible_to(actor)
        .select_related("owner", "recipient", "recipient_agency", "acknowledged_by")
        .get(uuid=follow_up_id)
    )
    record(actor=actor, operation=AuditOperation.CONSULTATION, verb="share.follow_up_viewed", target=row)
    return row


def holders_of(*, actor: User, case_id: UUID) -> list[Holder]:
    """Say which foreign agencies downloaded files of an own case, and what they said they hold.

    Read from the audit record of downloads by a function of the database that returns ids and counts alone.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
    """
    case = Case.objects.owned_with(actor, Action.READ).get(uuid=case_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT country_id, agency_id, files, downloads, last_at FROM downloads_of_case(%s)", [case.pk]
        )
        found = cursor.fetchall()
    if not found:
        return []
    countries = Jurisdiction.objects.in_bulk([row[0] for row in found])
    agencies = Agency.objects.in_bulk([row[1] for row in found if row[1] is not None])
    said = _copies_by_country(actor, case)
    return [
        Holder(
            country=countries[country].name,
            agency=agencies[agency].name if agency is not None else "",
            files=files,
            downloads=downloads,
            last_at=last_at,
            copies=said.get(country, ""),
        )
        for country, agency, files, downloads, last_at in found
    ]


def _copies_by_country(actor: User, case: Case) -> dict[int, str]:
    rows: models.QuerySet[ShareFollowUp] = ShareFollowUp.objects.visible_to(actor).filter(
        case=case, kind=ShareFollowUp.Kind.WITHDRAWN, acknowledged_at__isnull=False
    )
    return dict(rows.order_by("pk").values_list("recipient_id", "copies"))
