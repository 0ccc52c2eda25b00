"""The steps of a request that owe dossiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.dossiers.services import approving
from lmc_cases.handovers.forms import CorrectForm, SimplifyForm
from lmc_cases.handovers.grounds_forms import DecideForm
from lmc_cases.handovers.many_forms import MOST_DECIDED_ONE_BY_ONE, ApproveManyForm
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.count_lines import lines_of
from lmc_cases.handovers.services.counts_read import counts_of
from lmc_cases.handovers.services.disclosure import restrictions_to_confirm
from lmc_cases.handovers.services.grounds import grounds_for
from lmc_cases.handovers.services.left_out import left_out_of
from lmc_cases.handovers.views.acts import CANNOT_BE_UNDONE, OTHER_SIDE_SEES, ActPage


class DisclosingPage(ActPage):
    """A step that discloses: it shows what stays out, and asks to confirm the restrictions of what goes."""

    template_name = "dossiers/disclose.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Read the H3 texts of what would be disclosed."""
        restrictions = restrictions_to_confirm(self.actor, self.handover)
        return {**super().get_form_kwargs(), "restrictions": restrictions}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what stays out."""
        return super().get_context_data(left_out=left_out_of(self.actor, self.handover), **kwargs)


DISCLOSES = (
    _("The requesting country receives the facts, the evidence list and the data of the persons granted."),
    _("It keeps them, also when the case is no longer shared."),
    _("The dossiers are created in the languages of both countries."),
    CANNOT_BE_UNDONE,
)


class Approve(StepUpRequired, DisclosingPage):
    """Decide for each person."""

    act = "approve"
    form_class = DecideForm
    title = _("Decide on the request")
    question = _("What is decided for each person?")
    consequences = DISCLOSES
    confirm_label = _("Decide")
    outcomes = ("PENDING",)

    @property
    def is_long(self) -> bool:
        """Whether so many wait that a row for each is no help."""
        waiting = self.handover.subjects.filter(outcome__in=self.outcomes).count()
        return waiting > MOST_DECIDED_ONE_BY_ONE

    def get_form_class(self) -> type[forms.Form]:
        """A row for each person, up to a length that somebody reads."""
        return ApproveManyForm if self.is_long else DecideForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The grounds of the law that the request follows, and the counts of each person."""
        given = super().get_form_kwargs()
        if self.is_long:
            return given
        return {**given, "law": grounds_for(self.handover), "counts": counts_of(self.actor, self.handover)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is to be thought of with each person."""
        lines = lines_of(self.actor, self.handover, reading.persons_of(self.actor, self.handover))
        cautions = [each for line in lines for each in line.cautions]
        return super().get_context_data(cautions=cautions, **kwargs)

    def take(self, form: forms.Form) -> None:
        """Decide and owe."""
        assert isinstance(form, DecideForm | ApproveManyForm)  # noqa: S101 - the forms of this view
        approving.approve_and_owe(
            actor=self.actor,
            handover_id=self.handover.uuid,
            outcomes=form.outcomes,
            grounds=form.grounds,
            refusal_grounds=form.refusal_grounds if isinstance(form, DecideForm) else None,
            # Of a long list: every count that the own country did not deny.
            counts=form.counts if isinstance(form, DecideForm) else None,
            reason=form.cleaned_data["reason"],
            restrictions_confirmed=form.cleaned_data.get("restrictions_confirmed", False),
        )


class Simplify(StepUpRequired, DisclosingPage):
    """Grant by the consent of every person."""

    act = "simplify"
    form_class = SimplifyForm
    title = _("Grant by consent")
    question = _("Do all persons consent to the simplified procedure?")
    consequences = DISCLOSES
    confirm_label = _("Grant")

    def take(self, form: forms.Form) -> None:
        """Grant and owe."""
        approving.simplify_and_owe(
            actor=self.actor,
            handover_id=self.handover.uuid,
            reason=form.cleaned_data["reason"],
            restrictions_confirmed=form.cleaned_data.get("restrictions_confirmed", False),
        )


class Correct(StepUpRequired, DisclosingPage):
    """Disclose again."""

    act = "correct"
    form_class = CorrectForm
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
            actor=self.actor,
            handover_id=self.handover.uuid,
            reason=form.cleaned_data["reason"],
            restrictions_confirmed=form.cleaned_data.get("restrictions_confirmed", False),
        )

    def call(self, form: forms.Form) -> str:
        """Show the dossiers."""
        self.take(form)
        return reverse("dossiers:request", args=[self.handover.uuid])


class Clear(StepUpRequired, ActPage):
    """Say that every person may be moved."""

    act = "clear"
    title = _("Clear the persons")
    question = _("Is every check of every person passed?")
    consequences = (
        _("It is refused while a check is missing: no officer can pass over one alone."),
        _("New dossiers are created with every check and every exception."),
        OTHER_SIDE_SEES,
    )
    confirm_label = _("Clear the persons")

    def take(self, form: forms.Form) -> None:
        """Clear and owe."""
        approving.clear_and_owe(actor=self.actor, handover_id=self.handover.uuid)
