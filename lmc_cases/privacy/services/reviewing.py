"""Review dates: what is due, and a record kept with a reason and a new date."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action
from lmc_cases.privacy.models import Erasure, Review
from lmc_cases.privacy.services.records import Kind, Record, fields_of, lock_record, record_of, rule_for
from lmc_cases.suspects.models import Informant, Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import RetentionRule

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of the keeping of one record.

    Attributes:
        review: ``None`` until an officer sets something.
        rule: the country's rule; ``None`` or without months where it is not known.
        default_on: the date the rule gives; ``None`` where it is not known.
        asked: an erasure that waits for a second person.
    """

    record: Record
    review: Review | None
    rule: RetentionRule | None
    default_on: dt.date | None
    asked: Erasure | None


def standing_of(*, actor: User, kind: Kind, public_id: UUID) -> Standing:
    """Return what is said of the keeping of a record of the own country.

    Raises:
        As ``record_of``.
    """
    held = record_of(actor, kind, public_id)
    rule = rule_for(held)
    review = Review.objects.visible_to(actor).filter(**fields_of(held)).first()
    asked = Erasure.objects.visible_to(actor).filter(**fields_of(held), state=Erasure.State.ASKED).first()
    return Standing(held, review, rule, default_date(held, rule), asked)


def default_date(held: Record, rule: RetentionRule | None) -> dt.date | None:
    """Return when the country's rule asks for a review; ``None`` where no rule is known: none is invented."""
    if rule is None or rule.review_after_months is None:
        return None
    day = held.recorded_at.date()
    month = day.month - 1 + rule.review_after_months
    year, month = day.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@transaction.atomic
def keep_record(
    *, actor: User, kind: Kind, public_id: UUID, review_on: dt.date, reason: str, is_held: bool = False
) -> Review:
    """Keep a record until it is reviewed again.

    Args:
        is_held: proceedings need it; nobody erases it until that is taken back.

    Raises:
        InvalidInput: no reason, or a date that is not in the future.
        As ``record_of``.
    """
    held = lock_record(actor, kind, public_id)
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give the reason."))
    if review_on <= timezone.localdate():
        raise InvalidInput("review_on", _("Choose a date in the future."))
    rule = rule_for(held)
    review = Review.objects.filter(**fields_of(held)).first() or Review(
        case=held.case, version=0, **fields_of(held)
    )
    review.review_on = review_on
    review.basis = Review.Basis.RULE if review_on == default_date(held, rule) else Review.Basis.OFFICER
    review.is_held = is_held
    review.version += 1
    review.updated_at = timezone.now()
    save_as(review, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="record.kept",
        target=held,
        reason=cleaned,
        codes={"review_on": review_on.isoformat(), "held": is_held, "basis": review.basis},
    )
    return review


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: reviews that are due, oldest first; erasures that wait; how many people have no date."""

    due: list[Review]
    erasures: list[Erasure]
    tombstones: list[Erasure]
    without_date: int


@transaction.atomic
def review_queue(*, actor: User) -> Queue:
    """Return what of the own country's records waits for an officer, and record the consultation."""
    reviews = (
        Review.objects.visible_to(actor)
        .filter(review_on__lte=timezone.localdate())
        .filter(models.Q(suspect__erased_at__isnull=True) & models.Q(informant__erased_at__isnull=True))
        .select_related("suspect__case", "informant__case", "case")
        .order_by("review_on", "pk")
    )
    erasures = (
        Erasure.objects.visible_to(actor)
        .select_related("suspect__case", "informant__case", "case", "asked_by", "decided_by")
        .order_by("-asked_at", "-pk")
    )
    people = Suspect.objects.owned_with(actor, Action.EDIT).filter(erased_at__isnull=True)
    undated = people.exclude(pk__in=Review.objects.filter(suspect__isnull=False).values("suspect"))
    informants = Informant.objects.visible_to(actor).filter(erased_at__isnull=True)
    undated_informants = informants.exclude(
        pk__in=Review.objects.filter(informant__isnull=False).values("informant")
    )
    found = Queue(
        due=list(reviews[:SHOWN]),
        erasures=list(erasures.filter(state=Erasure.State.ASKED)[:SHOWN]),
        tombstones=list(erasures.exclude(state=Erasure.State.ASKED)[:SHOWN]),
        without_date=len(undated.values_list("pk", flat=True)[: SHOWN + 1])
        + len(undated_informants.values_list("pk", flat=True)[: SHOWN + 1]),
    )
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="records.review_listed",
        owner_id=actor.audit_owner_id,
        codes={"due": len(found.due), "erasures": len(found.erasures)},
    )
    return found
