"""Steps of the country that opened the request."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.handovers.following_forms import AssuranceForm
from lmc_cases.handovers.forms import AnswerForm, ReasonForm
from lmc_cases.handovers.services import deciding, proceeding, sending, surrendering
from lmc_cases.handovers.views.acts import CANNOT_BE_UNDONE, OTHER_SIDE_SEES, ActPage

SEEN_FROM_NOW_ON = _("The requested country sees the request from now on.")
NOT_EDITED = _("It cannot be edited any more; it can be withdrawn.")


class Submit(ActPage):
    """Send a draft that needs no internal approval."""

    act = "submit"
    title = _("Submit the request")
    question = _("Should this request go to the requested country now?")
    consequences = (SEEN_FROM_NOW_ON, NOT_EDITED)
    confirm_label = _("Submit")

    def take(self, form: forms.Form) -> None:
        """Submit."""
        sending.submit(actor=self.actor, handover_id=self.handover.uuid)


class Propose(ActPage):
    """Put a draft before the second officer."""

    act = "propose"
    title = _("Propose the request")
    question = _("Should another officer of your country approve and send this request?")
    consequences = (_("The other country sees nothing of it before it is sent."),)
    confirm_label = _("Propose")

    def take(self, form: forms.Form) -> None:
        """Propose."""
        sending.propose(actor=self.actor, handover_id=self.handover.uuid)


class ReturnDraft(ActPage):
    """Give a proposed request back."""

    act = "return_draft"
    form_class = ReasonForm
    title = _("Return the draft")
    question = _("What has to change before this request can be sent?")
    confirm_label = _("Return")

    def take(self, form: forms.Form) -> None:
        """Return."""
        sending.return_draft(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )


class Send(StepUpRequired, ActPage):
    """Approve as the second officer and send."""

    act = "send"
    title = _("Approve and send the request")
    question = _("Do you approve this request, and should it go to the requested country now?")
    consequences = (SEEN_FROM_NOW_ON, NOT_EDITED)
    confirm_label = _("Send")

    def take(self, form: forms.Form) -> None:
        """Send."""
        sending.send(actor=self.actor, handover_id=self.handover.uuid)


class AskArrest(StepUpRequired, ActPage):
    """Ask for provisional arrest ahead of the full request."""

    act = "ask_arrest"
    form_class = ReasonForm
    title = _("Ask for provisional arrest")
    question = _("Why must the persons be arrested before the full request can be sent?")
    consequences = (
        SEEN_FROM_NOW_ON,
        _("The time within which the full request must arrive begins with the arrest."),
    )
    confirm_label = _("Ask for the arrest")

    def take(self, form: forms.Form) -> None:
        """Ask."""
        sending.ask_arrest(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )


class Supply(ActPage):
    """Answer what was asked."""

    act = "supply"
    form_class = AnswerForm
    title = _("Supply information")
    question = _("What is your answer?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Send the answer")

    def take(self, form: forms.Form) -> None:
        """Answer."""
        proceeding.supply(
            actor=self.actor, handover_id=self.handover.uuid, answer=form.cleaned_data["answer"]
        )


class Assure(StepUpRequired, ActPage):
    """Give assurances."""

    act = "assure"
    form_class = AssuranceForm
    title = _("Record the assurances")
    question = _("Which assurances were given for these persons?")
    consequences = (OTHER_SIDE_SEES, CANNOT_BE_UNDONE)
    confirm_label = _("Record the assurances")

    def take(self, form: forms.Form) -> None:
        """Record."""
        assert isinstance(form, AssuranceForm)  # noqa: S101 - declared above
        deciding.assure(actor=self.actor, handover_id=self.handover.uuid, promise=form.promise)


class Withdraw(ActPage):
    """Take the request back."""

    act = "withdraw"
    form_class = ReasonForm
    title = _("Withdraw the request")
    question = _("Should this request be withdrawn?")
    consequences = (_("What was disclosed with it stays on record in both countries."), CANNOT_BE_UNDONE)
    confirm_label = _("Withdraw")
    tone = "danger"

    def take(self, form: forms.Form) -> None:
        """Withdraw."""
        surrendering.withdraw(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )
