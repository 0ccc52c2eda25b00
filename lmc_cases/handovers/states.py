"""The life of a handover, as one table: who may take which step, in which procedure, from where to where, past what.

Read it from top to bottom. ``docs/handovers.md`` draws it, from this table; ``tests/handovers/test_every_step.py``
tries every step in every state, of every procedure, by every side.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.core.errors import Conflict
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.procedures import ALL, ASKED, COURT, OFFERED, WITH_DOSSIER, Procedure
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class WrongState(Conflict):
    """The request does not stand where this step begins."""

    code = "wrong-state"


class Side(enum.StrEnum):
    """Whose officers take the step. Each side is two of these: it opened or answers, it sends or receives."""

    OPENING = "opening"
    ANSWERING = "answering"
    SENDING = "sending"
    RECEIVING = "receiving"


class Gate(enum.StrEnum):
    """What must hold before a step; each has a function of its name in ``gates``."""

    BASIS = "basis"
    FACTS = "facts"
    CASE_OPEN = "case_open"
    NOBODY_PROTECTED = "nobody_protected"
    SECOND_OFFICER = "second_officer"
    SOMEBODY_GRANTED = "somebody_granted"
    ALL_CONSENT = "all_consent"
    PERSONS_CLEARED = "persons_cleared"
    DISCLOSED = "disclosed"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Step:
    """One allowed step. ``act`` is also the name of its address; ``action`` is held for the side's country.

    Attributes:
        of: the procedures that know the step.
        ends: where the request may stand afterwards; several where what was decided for each person says it.
        gates: what must hold before.
    """

    act: str
    of: frozenset[Procedure]
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    side: Side
    action: Action
    gates: tuple[Gate, ...] = ()

    @property
    def carries_on_from(self) -> tuple[str, ...]:
        """Where the request waits for this step: a plan can be changed later, and nobody waits for that."""
        if self.act not in FORWARD:
            return ()
        return tuple(status for status in self.begins if self.act != "plan" or status not in REPLANNED)

    @property
    def changes_status(self) -> bool:
        """Whether the request stands elsewhere afterwards."""
        return self.ends != self.begins

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be taken again where it ended: a plan is made anew, a second person leaves."""
        return set(self.ends) <= set(self.begins)


# Groups of statuses, in the words of ``Status``.
GRANTED = "APPROVED PART_GRANTED TEMPORARY"
DECIDED = f"{GRANTED} POSTPONED REFUSED"
ARREST = "ARREST_ASKED ARRESTED"
# What was asked is before the other side, and nobody has moved yet.
SENT = "SUBMITTED ACKNOWLEDGED INFO_ASKED REVIEW POSTPONED"
AGREED = f"{GRANTED} ASSURED"
PREPARED = "PLANNED CLEARED"
NOT_MOVED = "NOT_COLLECTED NOT_ACCEPTED"
# Carried out by crossings, it stays until its last granted person was on one.
CROSSED = f"{PREPARED} HANDED_OVER {NOT_MOVED}"
TO_MOVE = f"{AGREED} {PREPARED} {NOT_MOVED}"
# A plan can be made anew here, and nobody waits for it.
REPLANNED = frozenset(f"{PREPARED} HANDED_OVER".split())
OPEN = f"{SENT} {TO_MOVE}"
# Somebody can leave it, also while others were handed over.
LEFT = f"{OPEN} HANDED_OVER"
# From the first of these on there is a disclosure, and dossiers print it.
DISCLOSED = frozenset(f"{TO_MOVE} HANDED_OVER WATCH CLOSED".split())
# A person may be screened and checked while the request is open.
CHECKABLE = frozenset(f"{ARREST} {OPEN}".split())
# In whose hands a person is, is recorded until the request ends: after the surrender by the side that received them.
HANDS_IN = CHECKABLE | {"HANDED_OVER", "WATCH"}
# Where something is owed to the other side: from the decision on, and long after the end.
FOLLOWED = DISCLOSED
# Until a request is decided its papers can be completed.
PAPERS_IN = frozenset(f"DRAFT INTERNAL {ARREST} SUBMITTED ACKNOWLEDGED INFO_ASKED REVIEW".split())
# Counts are added until the decision, and not behind the back of the second officer who is about to send.
COUNTS_IN = PAPERS_IN - {"INTERNAL"}
# What each side holds of a count is recorded while the other side sees the request and nobody has decided.
COUNTS_WEIGHED = frozenset(f"{ARREST} {SENT}".split())
# A count raised from the decision on needs the consent of the country that decided.
AFTER_DECISION = frozenset(f"{TO_MOVE} HANDED_OVER WATCH CLOSED".split())

# Taken by a crossing for the persons on it, and by no page of the request.
OF_CROSSINGS = frozenset({"cross"})
# Taken where it is decided which of two requests for one person goes first.
OF_COMPETING = frozenset({"set_aside"})

# The steps that carry a request on: whoever may take one is waited for.
FORWARD = (
    "submit",
    "propose",
    "send",
    "record_arrest",
    "acknowledge",
    "supply",
    "review",
    "approve",
    "resume",
    "plan",
    "clear",
    "hand_over",
    "watch",
    "close",
)

_OPENS, _ANSWERS, _SENDS, _RECEIVES = Side.OPENING, Side.ANSWERING, Side.SENDING, Side.RECEIVING
_ASK, _DECIDE, _EDIT = Action.REQUEST_HANDOVER, Action.APPROVE_HANDOVER, Action.EDIT
_OTHERS = ALL - COURT
_EXTRADITION = frozenset({Procedure.EXTRADITION})
_SENDABLE = "basis facts case_open nobody_protected"
_BY_SECOND = f"{_SENDABLE} second_officer"
# An arrest is asked in a hurry; what the law asks for has to be there when the request itself goes.
_WHOLE = f"{_BY_SECOND} complete"
_MOVABLE = "somebody_granted disclosed persons_cleared"
_SAFE = "nobody_protected"
_CONSENT = f"{_SAFE} all_consent"
_SOMEBODY = "somebody_granted"
# Each crossing asks for the checks of those on it.
_KNOWN = "somebody_granted disclosed"


def _row(
    act: str, of: frozenset[Procedure], begins: str, ends: str, side: Side, action: Action, gates: str = ""
) -> Step:
    """Read one row of the table: statuses and gates are words."""
    stands = [tuple(Status(word).value for word in words.split()) for words in (begins, ends)]
    return Step(act, of, stands[0], stands[1], side, action, tuple(Gate(word) for word in gates.split()))


# fmt: off
STEPS = (
    #    act                of                begins at              ends at           side       right    gates
    _row("edit",            ALL,              "DRAFT",               "DRAFT",          _OPENS,    _ASK),
    _row("propose",         COURT,            "DRAFT",               "INTERNAL",       _OPENS,    _ASK,    _SENDABLE),
    _row("return_draft",    COURT,            "INTERNAL",            "DRAFT",          _OPENS,    _DECIDE),
    _row("submit",          _OTHERS,          "DRAFT",               "SUBMITTED",      _OPENS,    _ASK,    _SENDABLE),
    _row("ask_arrest",      _EXTRADITION,     "INTERNAL",            "ARREST_ASKED",   _OPENS,    _DECIDE, _BY_SECOND),
    _row("record_arrest",   _EXTRADITION,     "ARREST_ASKED",        "ARRESTED",       _ANSWERS,  _EDIT),
    _row("send",            COURT,            f"INTERNAL {ARREST}",  "SUBMITTED",      _OPENS,    _DECIDE, _WHOLE),
    _row("acknowledge",     ALL,              "SUBMITTED",           "ACKNOWLEDGED",   _ANSWERS,  _EDIT),
    _row("ask_information", ALL,              "ACKNOWLEDGED REVIEW", "INFO_ASKED",     _ANSWERS,  _EDIT),
    _row("supply",          ALL,              "INFO_ASKED",          "ACKNOWLEDGED",   _OPENS,    _ASK),
    _row("review",          COURT,            "ACKNOWLEDGED",        "REVIEW",         _ANSWERS,  _EDIT),
    _row("approve",         COURT,            "REVIEW",              DECIDED,          _ANSWERS,  _DECIDE, _SAFE),
    _row("approve",         ASKED - COURT,    "ACKNOWLEDGED",        DECIDED,          _ANSWERS,  _DECIDE, _SAFE),
    _row("approve",         OFFERED,          "ACKNOWLEDGED",        DECIDED,          _ANSWERS,  _DECIDE),
    _row("simplify",        _EXTRADITION,     "ACKNOWLEDGED REVIEW", "APPROVED",       _ANSWERS,  _DECIDE, _CONSENT),
    _row("refuse",          COURT,            "REVIEW",              "REFUSED",        _ANSWERS,  _DECIDE),
    _row("refuse",          _OTHERS,          "ACKNOWLEDGED",        "REFUSED",        _ANSWERS,  _DECIDE),
    _row("set_aside",       ASKED,             SENT,                  SENT,            _ANSWERS,  _DECIDE),
    _row("resume",          COURT,            "POSTPONED",           "REVIEW",         _ANSWERS,  _DECIDE),
    _row("resume",          _OTHERS,          "POSTPONED",           "ACKNOWLEDGED",   _ANSWERS,  _DECIDE),
    _row("assure",          _EXTRADITION,     GRANTED,               "ASSURED",        _OPENS,    _DECIDE),
    _row("correct",         WITH_DOSSIER,     TO_MOVE,               TO_MOVE,          _SENDS,    _DECIDE),
    _row("plan",            ALL,     f"{TO_MOVE} HANDED_OVER",       "PLANNED",        _SENDS,    _EDIT,   _SOMEBODY),
    _row("clear",           ALL,              "PLANNED",             "CLEARED",        _SENDS,    _DECIDE, _MOVABLE),
    _row("hand_over",       ALL,              "CLEARED",   f"HANDED_OVER {NOT_MOVED}", _SENDS,   _EDIT,   _MOVABLE),
    _row("cross",           ALL,              PREPARED,              CROSSED,          _SENDS,    _EDIT,   _KNOWN),
    _row("watch",           _EXTRADITION,     "HANDED_OVER",         "WATCH",          _RECEIVES, _ASK),
    _row("close",           _EXTRADITION,     "WATCH",               "CLOSED",         _RECEIVES, _ASK),
    _row("close",           ALL - _EXTRADITION, "HANDED_OVER",       "CLOSED",         _RECEIVES, _ASK),
    _row("leave",           ALL,              LEFT,                  LEFT,             _SENDS,    _EDIT),
    _row("release",         COURT,            f"{ARREST} {OPEN}",    "RELEASED",       _SENDS,    _DECIDE),
    _row("withdraw",        ALL,    f"DRAFT INTERNAL {ARREST} {OPEN}", "WITHDRAWN",    _OPENS,    _ASK),
)
# fmt: on
ACTS = tuple(dict.fromkeys(step.act for step in STEPS))


def steps_of(procedure: str) -> list[Step]:
    """Return the steps of a procedure, in the order of the table."""
    return [step for step in STEPS if procedure in step.of]


def step_of(procedure: str, act: str) -> Step | None:
    """Return the step an act takes in a procedure; ``None`` where the procedure does not know it."""
    return next((step for step in steps_of(procedure) if step.act == act), None)


def country_of(handover: HandoverRequest, side: Side) -> int:
    """Return the primary key of the country that stands on a side."""
    receives = is_receiving(side, is_offer=handover.is_offer)
    return handover.requesting_id if receives else handover.requested_id


def is_receiving(side: Side, *, is_offer: bool) -> bool:
    """Whether a side is the country that receives the persons."""
    return (
        side == Side.RECEIVING
        or (side == Side.OPENING and not is_offer)
        or (side == Side.ANSWERING and is_offer)
    )


def check(handover: HandoverRequest, step: Step) -> None:
    """Raise ``WrongState``, naming what is needed, unless the request stands where ``step`` begins."""
    if handover.status not in step.begins:
        raise WrongState(
            _("This step needs the status “%(needed)s”; the request has the status “%(status)s”.")
            % {
                "needed": " / ".join(str(Status(status).label) for status in step.begins),
                "status": handover.get_status_display(),
            }
        )


def possible_steps(user: User, handover: HandoverRequest) -> list[Step]:
    """Return the steps the officer may take now, in the order of the table. The services ask again."""
    begun = [step for step in steps_of(handover.procedure) if handover.status in step.begins]
    if handover.status == Status.HANDED_OVER and not _has_left_behind(handover):
        begun = [step for step in begun if step.act not in {"plan", "leave"}]
    return allowed_steps(user, handover, begun)


def _has_left_behind(handover: HandoverRequest) -> bool:
    """Whether somebody was not collected or not accepted while others were handed over."""
    return handover.subjects.filter(outcome__in=HandoverSubject.NOT_MOVED).exists()


def allowed_steps(user: User, handover: HandoverRequest, steps: Iterable[Step]) -> list[Step]:
    """Return those of ``steps`` for which the officer holds the right on the side's country."""
    wanted = list(steps)
    granted = {
        action: set(jurisdictions_granting(user, action).values_list("pk", flat=True))
        for action in {step.action for step in wanted}
    }
    return [step for step in wanted if country_of(handover, step.side) in granted[step.action]]
