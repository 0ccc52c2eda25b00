"""The gates of the table of steps: one function per gate, each with the words of what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.procedures import WITH_DOSSIER
from lmc_cases.handovers.services import disclosure
from lmc_cases.handovers.services.completeness import completeness_of
from lmc_cases.handovers.services.standing import missing_of
from lmc_cases.handovers.states import Gate, Step
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

POSITIVE, NOT_MOVED = HandoverSubject.POSITIVE, HandoverSubject.NOT_MOVED


class CaseNotOpen(Conflict):
    """The case is not shared in full any more."""


class GateClosed(Conflict):
    """Something that must hold before the step does not."""

    code = "gate-closed"


def check_gates(actor: User, handover: HandoverRequest, step: Step) -> None:
    """Ask every gate of a step.

    Raises:
        GateClosed, CaseNotOpen, ProtectedPerson, InvalidInput: the first gate that is closed, in words.
    """
    for gate in step.gates:
        GATES[gate](actor, handover)


def check_cleared(handover: HandoverRequest, subjects: Collection[HandoverSubject]) -> None:
    """Ask of some persons of a request what ``Gate.PERSONS_CLEARED`` asks of all.

    Raises:
        GateClosed: names who is held back by which check.
    """
    missing = missing_of(handover, among={subject.pk for subject in subjects})
    if missing:
        raise GateClosed(_("These checks are not passed: %(what)s") % {"what": "; ".join(missing)})


def _basis(_actor: User, handover: HandoverRequest) -> None:
    if handover.instrument is None and not handover.legal_basis:
        raise InvalidInput("legal_basis", _("Choose a legal instrument or describe the legal basis."))


def _facts(_actor: User, handover: HandoverRequest) -> None:
    if not handover.facts:
        raise InvalidInput("facts", _("Enter the statement of facts."))


def _case_open(actor: User, handover: HandoverRequest) -> None:
    if not Case.objects.visible_to(actor, at_least=Level.FULL).filter(pk=handover.case_id).exists():
        raise CaseNotOpen(
            _("The case is no longer shared with you in full. Ask its owner, or withdraw the request.")
        )
    # A share that was narrowed to one agency since the draft was begun opens nothing to the whole country.
    shares = CaseShare.objects.visible_to(actor).in_force().filter(case=handover.case_id, level=Level.FULL)
    shares = shares.filter(recipient=handover.requesting_id)
    if handover.requesting_audience_id == handover.requesting.audience_id:
        shares = shares.filter(recipient_agency=None)
    if not shares.exists():
        raise CaseNotOpen(_("The case is not shared in full between the two countries any more."))


def _nobody_protected(actor: User, handover: HandoverRequest) -> None:
    # Never joined: a person who was withheld since would take the row of the request along, and be left out unseen.
    wanted = handover.subjects.filter(outcome=HandoverSubject.Outcome.PENDING).values_list(
        "suspect_id", flat=True
    )
    people = Suspect.objects.visible_to(actor).in_bulk(list(wanted))
    disclosure.check_askable(people.values(), handover.procedure)


def _second_officer(actor: User, handover: HandoverRequest) -> None:
    proposed = (
        handover.history.filter(status=Status.INTERNAL).order_by("-history_date", "-history_id").first()
    )
    if proposed is None or proposed.history_user_id == actor.pk:
        raise GateClosed(_("Another officer than the one who proposed it has to take this step."))


def _somebody_granted(_actor: User, handover: HandoverRequest) -> None:
    if not handover.subjects.filter(outcome__in=(*POSITIVE, *NOT_MOVED)).exists():
        raise GateClosed(_("Nobody of this request is granted any more."))


def _all_consent(_actor: User, handover: HandoverRequest) -> None:
    missing = missing_of(handover, outcomes=(HandoverSubject.Outcome.PENDING,), kinds=(Kind.CONSENT,))
    if missing:
        raise GateClosed(
            _("Each person has to consent first. Missing: %(what)s") % {"what": "; ".join(missing)}
        )


def _persons_cleared(_actor: User, handover: HandoverRequest) -> None:
    missing = missing_of(handover, outcomes=POSITIVE)
    if missing:
        raise GateClosed(_("These checks are not passed: %(what)s") % {"what": "; ".join(missing)})


def _disclosed(_actor: User, handover: HandoverRequest) -> None:
    if handover.procedure in WITH_DOSSIER and not handover.disclosed:
        raise GateClosed(_("Disclose the case first: its dossier travels with the persons."))


def _complete(actor: User, handover: HandoverRequest) -> None:
    found = completeness_of(actor, handover)
    if found is not None and found.stopping:
        raise GateClosed(
            _("%(country)s asks for what the request lacks. Missing: %(what)s")
            % {
                "country": handover.requested.name,
                "what": "; ".join(each.missing for each in found.stopping),
            }
        )


GATES: dict[Gate, Callable[[User, HandoverRequest], None]] = {
    Gate.BASIS: _basis,
    Gate.FACTS: _facts,
    Gate.CASE_OPEN: _case_open,
    Gate.NOBODY_PROTECTED: _nobody_protected,
    Gate.SECOND_OFFICER: _second_officer,
    Gate.SOMEBODY_GRANTED: _somebody_granted,
    Gate.ALL_CONSENT: _all_consent,
    Gate.PERSONS_CLEARED: _persons_cleared,
    Gate.DISCLOSED: _disclosed,
    Gate.COMPLETE: _complete,
}
