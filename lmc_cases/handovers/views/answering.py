"""Steps of the country that answers a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.forms import ArrestedForm, QuestionForm, ReasonForm
from lmc_cases.handovers.grounds_forms import RefuseForm
from lmc_cases.handovers.services import deciding, proceeding, sending
from lmc_cases.handovers.services.grounds import grounds_for
from lmc_cases.handovers.views.acts import CANNOT_BE_UNDONE, OTHER_SIDE_SEES, ActPage


class Acknowledge(ActPage):
    """Confirm receipt."""

    act = "acknowledge"
    title = _("Acknowledge the request")
    question = _("Should the requesting country learn that the request was received?")
    confirm_label = _("Acknowledge")

    def take(self, form: forms.Form) -> None:
        """Acknowledge."""
        proceeding.acknowledge(actor=self.actor, handover_id=self.handover.uuid)


class RecordArrest(ActPage):
    """Record the provisional arrest."""

    act = "record_arrest"
    form_class = ArrestedForm
    title = _("Record the arrest")
    question = _("When were the persons provisionally arrested?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Record the arrest")

    def take(self, form: forms.Form) -> None:
        """Record."""
        sending.record_arrest(actor=self.actor, handover_id=self.handover.uuid, at=form.cleaned_data["at"])


class AskInformation(ActPage):
    """Ask for what is missing."""

    act = "ask_information"
    form_class = QuestionForm
    title = _("Ask for more information")
    question = _("What do you need before this request can be decided?")
    consequences = (_("The request waits until the answer arrives."), OTHER_SIDE_SEES)
    confirm_label = _("Send the question")

    def take(self, form: forms.Form) -> None:
        """Ask."""
        proceeding.ask_information(
            actor=self.actor, handover_id=self.handover.uuid, question=form.cleaned_data["question"]
        )


class Review(ActPage):
    """Put a complete request to review."""

    act = "review"
    title = _("Put to legal review or court")
    question = _("Is this request complete, and should it go to legal review or to court?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Put to review")

    def take(self, form: forms.Form) -> None:
        """Put to review."""
        proceeding.review(actor=self.actor, handover_id=self.handover.uuid)


class Refuse(ActPage):
    """Refuse for every person."""

    act = "refuse"
    form_class = RefuseForm
    title = _("Refuse the request")
    question = _("Should this request be refused?")
    consequences = (_("The requesting country sees the reason."), CANNOT_BE_UNDONE)
    confirm_label = _("Refuse")
    tone = "danger"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The grounds of the law that the request follows."""
        return {**super().get_form_kwargs(), "law": grounds_for(self.handover)}

    def take(self, form: forms.Form) -> None:
        """Refuse."""
        assert isinstance(form, RefuseForm)  # noqa: S101 - the form of this view
        deciding.refuse(
            actor=self.actor,
            handover_id=self.handover.uuid,
            reason=form.cleaned_data["reason"],
            ground_id=form.ground,
        )


class Resume(ActPage):
    """Take a postponed request up again."""

    act = "resume"
    form_class = ReasonForm
    title = _("Resume the request")
    question = _("Why can this request be decided now?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Resume")

    def take(self, form: forms.Form) -> None:
        """Resume."""
        deciding.resume(actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"])
