"""Give one element that the other country's law or a treaty asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.completeness import ElementState, completeness_of
from lmc_cases.handovers.services.giving import check_may_give, give_paper
from lmc_cases.handovers.states import WrongState
from lmc_cases.handovers.writing_forms import PaperForm


class GivePaper(ServiceFormView):
    """One element; what was given before is the beginning of the form."""

    form_class = PaperForm
    template_name = "handovers/paper.html"
    actor: User
    handover: HandoverRequest
    state: ElementState

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule; an element nobody asks for does not exist."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related(
            "requesting", "requested", "instrument"
        )
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        try:
            check_may_give(self.actor, handover)
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("handovers:detail", uuid=handover.uuid)
        found = completeness_of(self.actor, handover)
        state = (
            next((each for each in found.elements if each.element == kwargs["element"]), None)
            if found
            else None
        )
        if state is None:
            raise Http404
        self.handover, self.state = handover, state
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What was given last, in its language."""
        paper = self.state.paper
        return {
            "given": paper.given if paper else "",
            "text": paper.text if paper else "",
            "language": paper.language if paper else self.handover.facts_language,
            "once": once.new_token(self.actor.pk),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            page_title=self.state.element.label,
            state=self.state,
            subtitle=self.handover.reference,
            submit_label=_("Save"),
            cancel_url=self._address(),
            draft=f"handover-paper-{self.handover.uuid}-{self.state.element.value}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Give it."""
        give_paper(
            actor=self.actor,
            handover_id=self.handover.uuid,
            element=self.state.element.value,
            given=form.cleaned_data["given"],
            text=form.cleaned_data["text"],
            language=form.cleaned_data["language"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return self._address()

    def _address(self) -> str:
        return f"{reverse('handovers:detail', args=[self.handover.uuid])}#elements"
