"""Steps from the plan to the end."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.handovers.forms import HandedOverForm, LeaveForm, PlanForm, ReasonForm, RemarkForm, ids_of
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.handovers.services import surrendering
from lmc_cases.handovers.views.acts import CANNOT_BE_UNDONE, OTHER_SIDE_SEES, ActPage


class Plan(ActPage):
    """Say where and when."""

    act = "plan"
    form_class = PlanForm
    title = _("Plan the surrender")
    question = _("Where and when will the persons be handed over?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Plan")

    def take(self, form: forms.Form) -> None:
        """Plan."""
        given = form.cleaned_data
        surrendering.plan(
            actor=self.actor,
            handover_id=self.handover.uuid,
            at=given["at"],
            place=given["place"],
            note=given["note"],
        )


class HandOver(ActPage):
    """Record who was handed over and who was not."""

    act = "hand_over"
    form_class = HandedOverForm
    title = _("Record the handover")
    question = _("Where and when were which persons handed over?")
    confirm_label = _("Record")
    outcomes = HandoverSubject.POSITIVE

    def take(self, form: forms.Form) -> None:
        """Record."""
        assert isinstance(form, HandedOverForm)  # noqa: S101 - the form of this view
        data = form.cleaned_data
        surrendering.record_handed_over(
            actor=self.actor,
            handover_id=self.handover.uuid,
            at=data["at"],
            place=data["place"],
            subject_ids=ids_of(data["subject_ids"]),
            not_moved=form.not_moved,
            note=data["note"],
        )


class Watch(ActPage):
    """Confirm that the persons arrived, and keep to what was granted."""

    act = "watch"
    title = _("Begin the speciality watch")
    question = _("Were the persons received?")
    consequences = (
        _(
            "Your country tries them for what was granted and for nothing else, unless the other country consents."
        ),
        OTHER_SIDE_SEES,
    )
    confirm_label = _("Confirm the arrival")

    def take(self, form: forms.Form) -> None:
        """Confirm."""
        surrendering.watch(actor=self.actor, handover_id=self.handover.uuid)


class Close(ActPage):
    """Confirm that the request is at its end."""

    act = "close"
    form_class = RemarkForm
    title = _("Close the request")
    question = _("Were the persons received, and is this request at its end?")
    confirm_label = _("Close")

    def take(self, form: forms.Form) -> None:
        """Close."""
        surrendering.close(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )


class Leave(ActPage):
    """Record that one person leaves the request."""

    act = "leave"
    form_class = LeaveForm
    title = _("Record what became of a person")
    question = _("Which person leaves this request, and why?")
    consequences = (OTHER_SIDE_SEES, CANNOT_BE_UNDONE)
    confirm_label = _("Record")
    outcomes = ("PENDING", "POSTPONED", "REFUSED", *HandoverSubject.NOT_MOVED, *HandoverSubject.POSITIVE)

    def take(self, form: forms.Form) -> None:
        """Record."""
        given = form.cleaned_data
        surrendering.leave(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=uuid.UUID(given["subject_id"]),
            outcome=given["outcome"],
            reason=given["reason"],
        )


class Release(StepUpRequired, ActPage):
    """Record a decision to release."""

    act = "release"
    form_class = ReasonForm
    title = _("Record the release")
    question = _("Who decided that the persons are released, and why?")
    consequences = (_("Everybody who was not handed over is recorded as released."), CANNOT_BE_UNDONE)
    confirm_label = _("Record the release")
    tone = "danger"

    def take(self, form: forms.Form) -> None:
        """Record."""
        surrendering.release(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )
