"""Tell the other side that a request went on, and show officers what they were told: codes and ids, never words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import Notice
from lmc_cases.accounts.services.desks import tell_desk_of, tell_officer_by_id
from lmc_cases.handovers.models import ClockWarning, Duty, HandoverMessage, HandoverRequest, Status
from lmc_cases.handovers.services.clocks import Stage, clocks_of_many
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

STEP = "handover.step"
# Of the thread, by the request's id: a second message before the first is put away tells nothing new.
WRITTEN, ASKED, ANSWERED, MENTIONED = "thread.written", "thread.asked", "thread.answered", "thread.mentioned"
# By the question's own id: told once.
DUE = "thread.due"
# Of duties: by the request's id, and by the duty's own id when its day has come.
DUTY_OWED, DUTY_REPORTED, DUTY_DUE = "duty.owed", "duty.reported", "duty.due"
# Of the desk, by the request's id: a version came back, or a text is wanted in another language.
DOSSIER_RETURNED, TRANSLATION_ASKED = "dossier.returned", "dossier.translation_asked"
CLOCK_CODES = {Stage.HALF: "clock.half", Stage.URGENT: "clock.urgent", Stage.OVER: "clock.over"}
NOTICE_TEXTS = {
    STEP: _("A handover request went on."),
    WRITTEN: _("The other country wrote a message."),
    ASKED: _("The other country asks a question."),
    ANSWERED: _("The other country answered a question."),
    MENTIONED: _("You are mentioned in a message."),
    DUE: _("The day of a question has come: it is not answered."),
    DUTY_OWED: _("A duty after a handover was recorded."),
    DUTY_REPORTED: _("The other country reports on a duty."),
    DUTY_DUE: _("The day of a duty has come: no final report was made."),
    DOSSIER_RETURNED: _("A version of a dossier was returned with reasons."),
    TRANSLATION_ASKED: _("A translation is asked for in a dossier."),
    CLOCK_CODES[Stage.HALF]: _("Half of a time limit has passed."),
    CLOCK_CODES[Stage.URGENT]: _("A time limit ends soon."),
    CLOCK_CODES[Stage.OVER]: _("A time limit is over: a decision is asked."),
}
# Notices read at once; those about what the officer may not see are passed over.
LOOKED_AT = 50


def tell_of_step(handover: HandoverRequest, other: Jurisdiction) -> None:
    """Tell the side that did not act.

    Before the request is sent nobody outside is told: then it is the own desk that learns of a draft to be approved.
    """
    if handover.submitted_at is not None:
        tell_side(handover.pk, other, code=STEP, object_uuid=handover.uuid, again=True)
    elif handover.status == Status.INTERNAL:
        own = handover.requested if handover.is_offer else handover.requesting
        tell_desk_of(own, None, code=STEP, object_uuid=handover.uuid, again=True)


def other_side(handover: HandoverRequest, country_pk: int) -> Jurisdiction:
    """Return the country on the other side of a request."""
    return handover.requesting if country_pk == handover.requested_id else handover.requested


def tell_side(
    handover_pk: int, country: Jurisdiction, *, code: str, object_uuid: UUID, again: bool = False
) -> None:
    """Tell the officer of a side who acted last, and the desk of that officer's agency, else of the country."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT officer_id, agency_id FROM last_officer_of_side(%s, %s)", [handover_pk, country.pk]
        )
        row = cursor.fetchone()
    agency = None
    if row is not None:
        tell_officer_by_id(row[0], code=code, object_uuid=object_uuid, again=again)
        agency = Agency.objects.get(pk=row[1])
    tell_desk_of(country, agency, code=code, object_uuid=object_uuid, again=again)


@dataclass(frozen=True)
class HandoverNotice:
    """A notice with the request it is about, as this officer may see it.

    Attributes:
        country: the other side's.
        warning: what limit it warns of; ``None`` for a step.
        question: whose day has come; ``None`` for everything else.
        duty: likewise.
    """

    notice: Notice
    handover: HandoverRequest
    country: Jurisdiction
    warning: ClockWarning | None
    question: HandoverMessage | None = None
    duty: Duty | None = None

    @property
    def text(self) -> str:
        """What it says, by its code alone."""
        return str(NOTICE_TEXTS[self.notice.code])

    @property
    def icon(self) -> str:
        """The name of its picture."""
        return "clock" if self.warning or self.question or self.duty else "handover"

    @property
    def is_of_thread(self) -> bool:
        """Whether it leads to what the sides wrote."""
        return self.notice.code.startswith("thread.")

    @property
    def is_of_duty(self) -> bool:
        """Whether it leads to what follows after the decision."""
        return self.notice.code.startswith("duty.")


def _clock_of(warning: ClockWarning) -> tuple[int, int, dt.datetime, dt.datetime]:
    """What it warned of: where the limit was extended since, it ends on another day."""
    return warning.handover_id, warning.limit_id, warning.begun_at, warning.ends_at


def notices_of_handovers(*, actor: User, size: int) -> list[HandoverNotice]:
    """Return what the officer was told of requests and has not put away, the newest first.

    Each is read through the request's own rule: a notice about what is closed to the officer is not shown. Nor is a
    warning of a limit that does not run any more, a question that was answered, or a duty that was done.
    """
    given = Notice.objects.visible_to(actor).unread().filter(code__in=NOTICE_TEXTS)
    rows = list(given.order_by("-made_at", "-pk")[:LOOKED_AT])
    uuids = [row.object_uuid for row in rows]
    if not uuids:
        return []
    warnings = {
        warning.uuid: warning
        for warning in ClockWarning.objects.visible_to(actor).filter(uuid__in=uuids).select_related("limit")
    }
    questions = {
        question.uuid: question
        for question in HandoverMessage.objects.visible_to(actor).open_questions().filter(uuid__in=uuids)
    }
    duties = {duty.uuid: duty for duty in Duty.objects.visible_to(actor).unfinished().filter(uuid__in=uuids)}
    keys = [warning.handover_id for warning in warnings.values()]
    keys += [question.handover_id for question in questions.values()]
    keys += [duty.handover_id for duty in duties.values()]
    seen = (
        HandoverRequest.objects.visible_to(actor)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
    )
    by_uuid = {handover.uuid: handover for handover in seen.filter(uuid__in=uuids)}
    by_key = seen.in_bulk(keys)
    running = {
        (pk, clock.limit.pk, clock.begun, clock.ends)
        for pk, clocks in clocks_of_many(by_key.values()).items()
        for clock in clocks
    }
    shown = []
    for row in rows:
        warning = warnings.get(row.object_uuid)
        question = questions.get(row.object_uuid)
        duty = duties.get(row.object_uuid)
        about = warning or question or duty
        key = about.handover_id if about else None
        handover = by_key.get(key) if key is not None else by_uuid.get(row.object_uuid)
        if warning and _clock_of(warning) not in running:
            continue
        if handover is not None:
            asks = handover.requesting_id == actor.country.pk
            country = handover.requested if asks else handover.requesting
            shown.append(HandoverNotice(row, handover, country, warning, question, duty))
    return shown[:size]
