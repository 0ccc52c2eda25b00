"""One page per step: what it means, what has to be given, one button."""

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
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.steps import step_for

Words = str | Promise


class ActPage(ServiceFormView):
    """A step of the table. For whoever may not take it, the page does not exist; see ``handovers.states``.

    Attributes:
        act: the step's name.
        title, question, confirm_label: translated text; the label is a verb.
        consequences: whole sentences.
        outcomes: of persons whom the form offers; empty where it offers none.
    """

    template_name = "components/confirm_page.html"
    form_class: type[forms.Form] = forms.Form
    act: ClassVar[str]
    title: ClassVar[Words]
    question: ClassVar[Words]
    confirm_label: ClassVar[Words]
    consequences: ClassVar[tuple[Words, ...]] = ()
    tone: ClassVar[str] = "primary"
    outcomes: ClassVar[tuple[str, ...]] = ()
    actor: User
    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule of the step; a step that is over leads back with the reason."""
        self.actor = officer_of(request)
        handover = HandoverRequest.objects.visible_to(self.actor).filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        try:
            step = step_for(self.actor, handover, self.act)
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.handover = handover
        if request.method == "GET" and handover.status not in step.begins:
            try:
                states.check(handover, step)
            except states.WrongState as error:
                messages.warning(request, str(error))
            return redirect("handovers:detail", uuid=handover.uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer persons, where the step is about some of them."""
        offered = {}
        if self.outcomes:
            people = reading.persons_of(self.actor, self.handover)
            offered["people"] = [
                person for person in people if person.shown and person.subject.outcome in self.outcomes
            ]
        return {**super().get_form_kwargs(), **offered}

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


CANNOT_BE_UNDONE = _("This cannot be undone.")
OTHER_SIDE_SEES = _("The other country sees it at once.")
