"""Grounds of refusal of one person: what the law knows, and what the officer's own side thinks of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.grounds_forms import GroundForm
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services import grounds, reading
from lmc_cases.handovers.views.checks import OnePerson


class PersonGrounds(OnePerson, TemplateView):
    """Each ground of the law that the request follows; without a mark it is unknown."""

    template_name = "handovers/grounds.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Load through the rule; the consultation is recorded as one of the request."""
        try:
            reading.consult_request(actor=officer_of(request), handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        if self.handover.procedure not in COURT:
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One row per ground."""
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            states=grounds.own_view(self.actor, self.handover, self.subject.pk),
            may_mark=grounds.may_mark(self.actor, self.handover),
            legal_notice=True,
            **kwargs,
        )


class MarkGround(OnePerson, ServiceFormView):
    """Say whether one ground applies."""

    form_class = GroundForm
    template_name = "handovers/small_form.html"
    state: grounds.GroundState

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; a ground the request does not follow does not exist."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        states = grounds.own_view(self.actor, self.handover, self.subject.pk)
        found = next((state for state in states if state.row.uuid == kwargs["ground_uuid"]), None)
        if found is None or not grounds.may_mark(self.actor, self.handover):
            raise Http404
        self.state = found
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What was said last."""
        return {"standing": self.state.standing, "note": self.state.mark.note if self.state.mark else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which ground, of whom."""
        shown = self.person.shown
        return super().get_context_data(
            page_title=self.state.row.get_ground_display(),
            subtitle=f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}",
            lead=_("Your country's own view. The other country reads only what a decision names."),
            submit_label=_("Save"),
            cancel_url=self.url("grounds"),
            draft=f"ground-{self.subject.uuid}-{self.state.row.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        grounds.mark_ground(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            ground_id=self.state.row.uuid,
            **form.cleaned_data,
        )
        return self.url("grounds")
