"""One page per step: what it means, a reason where one is due, one button."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers import states
from lmc_cases.handovers.forms import HandedOverForm, ReasonForm, RemarkForm, ids_of
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import deciding, drafting, reading

Words = str | Promise


class ActPage(ServiceFormView):
    """A step of the table. For whoever may not take it, the page does not exist; see ``handovers.states``.

    Attributes:
        act: the step's name.
        title, question, confirm_label: translated text; the label is a verb.
        consequences: whole sentences.
    """

    template_name = "components/confirm_page.html"
    form_class: type[forms.Form] = forms.Form
    act: ClassVar[str]
    title: ClassVar[Words]
    question: ClassVar[Words]
    confirm_label: ClassVar[Words]
    consequences: ClassVar[tuple[Words, ...]] = ()
    tone: ClassVar[str] = "primary"
    actor: User
    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule of the step; a step that is over leads back with the reason."""
        self.actor = officer_of(request)
        step = states.step_of(self.act)
        reads = HandoverRequest.objects
        side = reads.asked_with if step.side == states.Side.REQUESTING else reads.decided_with
        handover = side(self.actor, step.action).filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        self.handover = handover
        if request.method == "GET" and handover.status not in step.begins:
            try:
                states.check(handover, step)
            except states.WrongState as error:
                messages.warning(request, str(error))
            return redirect("handovers:detail", uuid=handover.uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page of the step says."""
        return super().get_context_data(
            title=self.title,
            question=self.question,
            consequences=self.consequences,
            confirm_label=self.confirm_label,
            tone=self.tone,
            cancel_url=reverse("handovers:detail", args=[self.handover.uuid]),
            **kwargs,
        )

    def take(self, form: forms.Form) -> None:
        """Call the service."""
        raise NotImplementedError

    def call(self, form: forms.Form) -> str:
        """Take the step and show the request."""
        self.take(form)
        return reverse("handovers:detail", args=[self.handover.uuid])


class Submit(ActPage):
    """Send a draft."""

    act = "submit"
    title = _("Submit the request")
    question = _("Should this request go to the requested country now?")
    consequences = (
        _("The requested country sees the request from now on."),
        _("It cannot be edited any more; it can be withdrawn."),
    )
    confirm_label = _("Submit")

    def take(self, form: forms.Form) -> None:
        """Submit."""
        drafting.submit(actor=self.actor, handover_id=self.handover.uuid)


class Acknowledge(ActPage):
    """Confirm receipt."""

    act = "acknowledge"
    title = _("Acknowledge the request")
    question = _("Should the requesting country learn that the request was received?")
    confirm_label = _("Acknowledge")

    def take(self, form: forms.Form) -> None:
        """Acknowledge."""
        deciding.acknowledge(actor=self.actor, handover_id=self.handover.uuid)


class Refuse(ActPage):
    """Refuse."""

    act = "refuse"
    form_class = ReasonForm
    title = _("Refuse the request")
    question = _("Should this request be refused?")
    consequences = (_("The requesting country sees the reason."), _("This cannot be undone."))
    confirm_label = _("Refuse")
    tone = "danger"

    def take(self, form: forms.Form) -> None:
        """Refuse."""
        deciding.refuse(actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"])


class Withdraw(ActPage):
    """Take the request back."""

    act = "withdraw"
    form_class = ReasonForm
    title = _("Withdraw the request")
    question = _("Should this request be withdrawn?")
    consequences = (
        _("What was disclosed with it stays on record in both countries."),
        _("This cannot be undone."),
    )
    confirm_label = _("Withdraw")
    tone = "danger"

    def take(self, form: forms.Form) -> None:
        """Withdraw."""
        deciding.withdraw(
            actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"]
        )


class Close(ActPage):
    """Confirm that the persons arrived."""

    act = "close"
    form_class = RemarkForm
    title = _("Close the request")
    question = _("Were the persons received, and is this request at its end?")
    confirm_label = _("Close")

    def take(self, form: forms.Form) -> None:
        """Close."""
        deciding.close(actor=self.actor, handover_id=self.handover.uuid, reason=form.cleaned_data["reason"])


class HandOver(ActPage):
    """Record that the persons were handed over."""

    act = "hand_over"
    form_class = HandedOverForm
    title = _("Record the handover")
    question = _("Where and when were which persons handed over?")
    confirm_label = _("Record")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the granted persons."""
        people = [
            person
            for person in reading.persons_of(self.actor, self.handover)
            if person.shown and person.subject.outcome == HandoverSubject.Outcome.GRANTED
        ]
        return {**super().get_form_kwargs(), "people": people}

    def take(self, form: forms.Form) -> None:
        """Record."""
        data = form.cleaned_data
        deciding.record_handed_over(
            actor=self.actor,
            handover_id=self.handover.uuid,
            at=data["at"],
            place=data["place"],
            subject_ids=ids_of(data["subject_ids"]),
            note=data["note"],
        )
