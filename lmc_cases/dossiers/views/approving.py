"""The two steps of a request that owe dossiers."""

from __future__ import annotations

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.dossiers.services import approving
from lmc_cases.handovers.forms import ReasonForm, RemarkForm
from lmc_cases.handovers.views.acts import ActPage


class Approve(StepUpRequired, ActPage):
    """Grant the request."""

    act = "approve"
    form_class = RemarkForm
    title = _("Approve the request")
    question = _("Should the persons asked for be handed over?")
    consequences = (
        _("The requesting country receives the facts, the evidence list and the data of these persons."),
        _("It keeps them, also when the case is no longer shared."),
        _("The dossiers are created in the languages of both countries."),
        _("This cannot be undone."),
    )
    confirm_label = _("Approve")

    def take(self, form: forms.Form) -> None:
        """Approve and owe."""
        approving.approve_and_owe(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )


class Correct(StepUpRequired, ActPage):
    """Disclose again."""

    act = "correct"
    form_class = ReasonForm
    title = _("Disclose a corrected version")
    question = _("Should the case be disclosed again as it stands now?")
    consequences = (
        _("New versions of the dossiers are created. The versions before are kept."),
        _("The requesting country sees the reason."),
    )
    confirm_label = _("Disclose")

    def take(self, form: forms.Form) -> None:
        """Correct and owe."""
        approving.correct_and_owe(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )

    def call(self, form: forms.Form) -> str:
        """Show the dossiers."""
        self.take(form)
        return reverse("dossiers:request", args=[self.handover.uuid])
