"""What waits for an officer of shares: to confirm, answer, review, acknowledge, translate; to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import Notice
from lmc_cases.accounts.services.desks import stands_in_for
from lmc_cases.cases.models import (
    Case,
    CaseShare,
    CaseShareItem,
    ShareFollowUp,
    ShareResponse,
    TranslationRequest,
)
from lmc_cases.cases.services.casework.asking import translations_to_make
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models.share import CaseShareQuerySet

NOTICE_TEXTS = {
    "share.received": _("A case was shared with you."),
    "share.item_added": _("An entry of a case was opened to you."),
    "share.confirmed": _("Your share was confirmed."),
    "share.refused": _("Your share was refused by the second officer."),
    "share.accepted": _("Your share was accepted."),
    "share.declined": _("Your share was declined."),
    "share.unanswered": _("Nobody has answered this share in time."),
    "share.unconfirmed": _("No second officer has confirmed this share in time."),
    "question.asked": _("A recipient asks about your share."),
    "question.answered": _("Your question was answered."),
    "question.unanswered": _("Nobody has answered this question in time."),
    "translation.checked": _("A translation you asked for is there, checked."),
    "follow_up.withdrawn": _("A case was withdrawn."),
    "follow_up.correction": _("Data of a case was corrected."),
    "follow_up.acknowledged": _("A recipient acknowledged what you told it."),
    "follow_up.unacknowledged": _("Nobody has acknowledged this in time."),
}
# What these tell of may stand in the list as work already; then they would say it twice.
_FIRST_WORD = {"share.received", "question.asked", "follow_up.withdrawn", "follow_up.correction"}
# Notices read at once; those about what the officer may not see are passed over.
NOTICES_LOOKED_AT = 50


@dataclass(frozen=True)
class NoticeShown:
    """A notice with what it is about, as this officer may see it: one of share, follow-up, translation."""

    notice: Notice
    share: CaseShare | None = None
    follow_up: ShareFollowUp | None = None
    translation: TranslationRequest | None = None

    @property
    def text(self) -> str:
        """What it says: by its code alone, never words about a case."""
        return str(NOTICE_TEXTS.get(self.notice.code, _("Something waits for you.")))


@dataclass(frozen=True)
class WaitingShares:
    """What waits, the oldest first, a few of each."""

    to_confirm: list[CaseShare] = field(default_factory=list)
    to_answer: list[CaseShare] = field(default_factory=list)
    questions: list[ShareResponse] = field(default_factory=list)
    to_review: list[CaseShare] = field(default_factory=list)
    to_acknowledge: list[ShareFollowUp] = field(default_factory=list)
    translations: list[TranslationRequest] = field(default_factory=list)
    notices: list[NoticeShown] = field(default_factory=list)
    standing_in_for: list[User] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(
            self.to_confirm
            or self.to_answer
            or self.questions
            or self.to_review
            or self.to_acknowledge
            or self.translations
            or self.notices
        )


def waiting_shares(*, actor: User, size: int) -> WaitingShares:
    """Return what waits for the officer, and for those the officer stands in for; each through its own rule."""
    away = stands_in_for(actor=actor)
    people = [actor, *away]
    own = Case.objects.owned_with(actor, Action.SHARE)
    # What an officer who left had shared is work of all who may share: nobody else would be asked.
    by_whom = Q(shared_by__in=people) | Q(shared_by__is_active=False)
    mine = CaseShare.objects.visible_to(actor).filter(by_whom, case__in=own)
    questions = (
        ShareResponse.objects.visible_to(actor)
        .filter(kind=ShareResponse.Kind.QUESTION, answers__isnull=True, share__in=mine.in_force())
        .select_related("share__case", "country")
    )
    to_review = mine.in_force().filter(review_on__lte=timezone.localdate())
    answering = list(_with_names(to_answer(actor=actor)).order_by("shared_at", "pk")[:size])
    asked = list(questions.order_by("pk")[:size])
    told = list(ShareFollowUp.objects.received_by(actor).open().select_related("owner").order_by("pk")[:size])
    return WaitingShares(
        to_confirm=list(_with_names(to_confirm(actor=actor)).order_by("shared_at", "pk")[:size]),
        to_answer=answering,
        questions=asked,
        to_review=list(_with_names(to_review).order_by("review_on", "pk")[:size]),
        to_acknowledge=told,
        translations=translations_to_make(actor, size),
        notices=_notices(
            actor,
            size,
            listed={
                *(share.uuid for share in answering),
                *(line.uuid for line in asked),
                *(row.uuid for row in told),
            },
        ),
        standing_in_for=away,
    )


def to_confirm(*, actor: User) -> CaseShareQuerySet:
    """Shares that wait for a second officer, whom the actor could be."""
    own = Case.objects.owned_with(actor, Action.SHARE)
    return (
        CaseShare.objects.visible_to(actor)
        .awaiting_second_officer()
        .filter(case__in=own)
        .exclude(shared_by=actor)
    )


def to_answer(*, actor: User) -> CaseShareQuerySet:
    """Shares received that nobody there has accepted or declined, where the actor may."""
    decided = ShareResponse.objects.get_queryset().filter(
        share=OuterRef("pk"), kind__in=[ShareResponse.Kind.ACCEPTED, ShareResponse.Kind.DECLINED]
    )
    sharing = jurisdictions_granting(actor, Action.SHARE).values("pk")
    reading = jurisdictions_granting(actor, Action.READ).values("pk")
    return (
        CaseShare.objects.visible_to(actor)
        .received_by(actor)
        .in_force()
        .filter(
            Q(recipient__is_lmc_member=True, recipient__in=sharing)
            | Q(recipient__is_lmc_member=False, recipient__in=reading)
        )
        .exclude(Exists(decided))
    )


def _with_names(shares: CaseShareQuerySet) -> CaseShareQuerySet:
    return shares.select_related("case__owner", "recipient", "recipient_agency")


def _notices(actor: User, size: int, *, listed: set[UUID]) -> list[NoticeShown]:
    """Read what each notice is about through that record's rule: what is closed to the officer is not shown."""
    given = Notice.objects.visible_to(actor).unread().filter(code__in=NOTICE_TEXTS)
    rows = list(given.order_by("-pk")[:NOTICES_LOOKED_AT])
    uuids = [row.object_uuid for row in rows]
    shares = {
        share.uuid: share for share in _with_names(CaseShare.objects.visible_to(actor)).filter(uuid__in=uuids)
    }
    spoken = ShareResponse.objects.visible_to(actor).filter(uuid__in=uuids)
    by_line: dict[UUID, CaseShare] = {
        line.uuid: line.share
        for line in spoken.select_related("share__case__owner", "share__recipient", "share__recipient_agency")
    }
    added = [row.object_uuid for row in rows if row.code == "share.item_added"]
    if added:
        items = CaseShareItem.objects.visible_to(actor).filter(object_uuid__in=added)
        by_line |= {
            item.object_uuid: item.share
            for item in items.select_related(
                "share__case__owner", "share__recipient", "share__recipient_agency"
            )
        }
    told = ShareFollowUp.objects.visible_to(actor).filter(uuid__in=uuids)
    follow_ups = {row.uuid: row for row in told.select_related("owner", "recipient", "recipient_agency")}
    asked = TranslationRequest.objects.visible_to(actor).filter(uuid__in=uuids)
    translations = {row.uuid: row for row in asked.select_related("case")}
    shown = [
        NoticeShown(
            row,
            shares.get(row.object_uuid) or by_line.get(row.object_uuid),
            follow_ups.get(row.object_uuid),
            translations.get(row.object_uuid),
        )
        for row in rows
        if not (row.code in _FIRST_WORD and row.object_uuid in listed)
    ]
    return [row for row in shown if row.share or row.follow_up or row.translation][:size]
