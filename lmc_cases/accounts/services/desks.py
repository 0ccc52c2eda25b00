"""Duty desks, substitutes, and notices: who is told that something waits, and who stands in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import Absence, DeskDuty, DutyDesk, Notice, User
from lmc_cases.accounts.services.notices import tell
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from collections.abc import Iterable

# A holiday, an illness, a posting: whoever is away for longer hands the cases on.
MAX_ABSENCE = dt.timedelta(days=366)


class DeskExists(Conflict):
    """The country, or the agency, has its desk."""


@transaction.atomic
def open_desk(*, actor: User, agency_id: UUID | None = None) -> DutyDesk:
    """Open the duty desk of the actor's country, or of one agency of it.

    Raises:
        Jurisdiction.DoesNotExist: without the right to manage the country's users.
        InvalidInput: no agency of that country.
        DeskExists: there is one.
    """
    country = jurisdictions_granting(actor, Action.MANAGE_USERS).get(pk=actor.country.pk)
    agency = None
    if agency_id is not None:
        agency = Agency.objects.filter(jurisdiction=country, uuid=agency_id).first()
        if agency is None:
            raise InvalidInput("agency_id", _("Choose an agency of your country."))
    desk = DutyDesk(jurisdiction=country, agency=agency)
    try:
        with transaction.atomic():
            save_as(desk, actor=actor, reason="opened")
    except IntegrityError:
        raise DeskExists(_("There is a duty desk for this already.")) from None
    record(actor=actor, operation=Operation.GRANT, verb="desk.opened", target=desk)
    return desk


@transaction.atomic
def put_on_duty(
    *,
    actor: User,
    desk_id: UUID,
    officer_id: UUID,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> DeskDuty:
    """Put an officer of the country on duty at a desk.

    Raises:
        DutyDesk.DoesNotExist: foreign and missing alike; also without the right to manage users.
        InvalidInput: no officer of the country, or an end before the beginning.
    """
    desk = DutyDesk.objects.managed_by(actor).select_for_update(of=("self",)).get(uuid=desk_id)
    officer = (
        User.objects.get_queryset()
        .filter(agency__jurisdiction=desk.jurisdiction_id, is_active=True, uuid=officer_id)
        .first()
    )
    if officer is None:
        raise InvalidInput("officer_id", _("Choose an officer from the list."))
    begin = starts_at or timezone.now()
    if ends_at is not None and ends_at <= max(begin, timezone.now()):
        raise InvalidInput("ends_at", _("Choose an end in the future and after the beginning."))
    duty = DeskDuty(desk=desk, officer=officer, starts_at=begin, ends_at=ends_at)
    save_as(duty, actor=actor, reason="on duty")
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="desk.duty_set",
        target=desk,
        codes={"officer": str(officer.uuid), "until": ends_at.isoformat() if ends_at else ""},
    )
    return duty


@transaction.atomic
def take_off_duty(*, actor: User, duty_id: UUID) -> DeskDuty:
    """End a duty now.

    Raises:
        DeskDuty.DoesNotExist: foreign, missing and ended alike; also without the right to manage users.
    """
    duty = (
        DeskDuty.objects.filter(desk__in=DutyDesk.objects.managed_by(actor))
        .on_duty_or_later()
        .select_for_update(of=("self",))
        .select_related("desk", "officer")
        .get(uuid=duty_id)
    )
    duty.ends_at = timezone.now()
    save_as(duty, actor=actor, reason="off duty")
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="desk.duty_ended",
        target=duty.desk,
        codes={"officer": str(duty.officer.uuid)},
    )
    return duty


@transaction.atomic
def set_absence(*, actor: User, substitute_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime) -> Absence:
    """Say that the actor is away and which colleague stands in. It opens no record to the colleague.

    Raises:
        InvalidInput: no colleague, a time that is over or upside down, a second absence in the same time.
    """
    substitute = User.objects.colleagues_of(actor).exclude(pk=actor.pk).filter(uuid=substitute_id).first()
    if substitute is None:
        raise InvalidInput("substitute_id", _("Choose a colleague from the list."))
    if ends_at <= starts_at or ends_at <= timezone.now():
        raise InvalidInput("ends_at", _("Choose an end in the future and after the beginning."))
    if ends_at - starts_at > MAX_ABSENCE:
        raise InvalidInput("ends_at", _("An absence is a year at most."))
    User.objects.get_queryset().select_for_update(of=("self",)).get(pk=actor.pk)
    if Absence.objects.filter(officer=actor, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise InvalidInput("starts_at", _("You have entered an absence for this time already."))
    absence = Absence(officer=actor, substitute=substitute, starts_at=starts_at, ends_at=ends_at)
    save_as(absence, actor=actor, reason="away")
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="absence.set",
        target=actor,
        codes={
            "substitute": str(substitute.uuid),
            "from": starts_at.isoformat(),
            "until": ends_at.isoformat(),
        },
    )
    tell(
        substitute,
        subject=lambda: _("You stand in for a colleague"),
        text=lambda: _("A colleague is away and named you as substitute. Sign in to see for how long."),
        warns=False,
    )
    return absence


@transaction.atomic
def end_absence(*, actor: User, absence_id: UUID) -> Absence:
    """Come back earlier, or take an absence back; for the officer who entered it.

    Raises:
        Absence.DoesNotExist: foreign, missing and over alike.
    """
    absence = (
        Absence.objects.filter(officer=actor, ends_at__gt=timezone.now())
        .select_for_update(of=("self",))
        .get(uuid=absence_id)
    )
    absence.ends_at = max(timezone.now(), absence.starts_at)
    save_as(absence, actor=actor, reason="back")
    record(actor=actor, operation=Operation.GRANT, verb="absence.ended", target=actor)
    return absence


def stands_in_for(*, actor: User) -> list[User]:
    """Return the officers whom the actor stands in for now."""
    away = Absence.objects.visible_to(actor).now().filter(substitute=actor)
    return list(User.objects.get_queryset().filter(pk__in=away.values("officer")).order_by("full_name", "pk"))


def tell_officer(officer: User, *, code: str, object_uuid: UUID, again: bool = False) -> None:
    """Leave a notice for an officer, and mail that something waits; the substitute of an absent officer too.

    Args:
        again: a notice that was put away is given anew: the record changed once more.
    """
    made, is_new = Notice.objects.get_or_create(
        officer=officer, desk=None, code=code, object_uuid=object_uuid
    )
    if is_new or (again and _given_anew(made)):
        _mail([officer, *_substitutes([made.officer_id])])


def tell_officer_by_id(officer_id: int, *, code: str, object_uuid: UUID, again: bool = False) -> None:
    """Leave a notice for an officer known by primary key."""
    tell_officer(
        User.objects.get_queryset().select_related("agency__jurisdiction").get(pk=officer_id),
        code=code,
        object_uuid=object_uuid,
        again=again,
    )


def tell_desk_of(
    country: Jurisdiction, agency: Agency | None, *, code: str, object_uuid: UUID, again: bool = False
) -> None:
    """Leave a notice at the agency's duty desk, else at the country's; where there is none, nobody is told."""
    desks = {desk.agency_id: desk.pk for desk in DutyDesk.objects.filter(jurisdiction=country)}
    found = desks.get(agency.pk if agency else None) or desks.get(None)
    if found is not None:
        tell_desk(found, code=code, object_uuid=object_uuid, again=again)


def _given_anew(notice: Notice) -> bool:
    put_away = Notice.objects.filter(pk=notice.pk, read_at__isnull=False)
    return bool(put_away.update(read_at=None, read_by=None, made_at=timezone.now()))


def tell_desk(desk_id: int, *, code: str, object_uuid: UUID, again: bool = False) -> None:
    """Leave a notice at a desk, and mail whoever is on duty, or stands in, that something waits."""
    made, is_new = Notice.objects.get_or_create(
        desk_id=desk_id, officer=None, code=code, object_uuid=object_uuid
    )
    if not (is_new or (again and _given_anew(made))):
        return
    present = list(
        User.objects.get_queryset().filter(
            pk__in=DeskDuty.objects.on_duty().filter(desk=desk_id).values("officer")
        )
    )
    _mail([*present, *_substitutes([officer.pk for officer in present])])


@transaction.atomic
def put_away(*, actor: User, notice_id: UUID) -> None:
    """Mark a notice as read, for all to whom it was given.

    Raises:
        Notice.DoesNotExist: foreign, missing and put away alike.
    """
    notice = Notice.objects.visible_to(actor).unread().get(uuid=notice_id)
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=timezone.now(), read_by=actor)


def _substitutes(officer_ids: Iterable[int | None]) -> list[User]:
    away = Absence.objects.now().filter(officer__in=list(officer_ids))
    return list(User.objects.get_queryset().filter(pk__in=away.values("substitute"), is_active=True))


def _mail(officers: Iterable[User]) -> None:
    for officer in {officer.pk: officer for officer in officers}.values():
        if officer.is_active:
            tell(
                officer,
                subject=lambda: _("Something waits for you"),
                text=lambda: _("Something waits for you in LMC Cases. Sign in to see it."),
                warns=False,
            )
