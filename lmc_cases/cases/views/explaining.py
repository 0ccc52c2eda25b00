"""Pages that say why somebody can see a record, and the desk for access in an emergency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.casework import ReasonForm
from lmc_cases.cases.forms.explaining import EmergencyForm, WhyForm
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, EmergencyAccess, Level, Operation
from lmc_cases.cases.services import emergency, explaining
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


class WhyPage(TemplateView):
    """Why somebody can see a case, or a person or exhibit of it: every rule that was asked, in order."""

    template_name = "cases/why.html"
    tab = "sharing"
    at_least = Level.EXISTENCE

    @property
    def case_key(self) -> Any:
        """Public id of the case in the address."""
        return self.kwargs.get("case_uuid") or self.kwargs["uuid"]

    def item(self) -> Any:
        """The person or exhibit asked about, read through the rule; ``None`` for the case itself."""
        return None

    def back_url(self, case: Case) -> str:
        """Where the way back leads."""
        return reverse("cases:sharing", args=[case.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain; the question is recorded."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.case_key, self.tab, at_least=self.at_least)
        case, item = frame["case"], self.item()
        form = WhyForm(self.request.GET or None, actor=actor, case=case)
        asked = form.asked if form.is_bound else explaining.Asked()
        try:
            found = explaining.ask_why(actor=actor, case=case, asked=asked, item=item)
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            found = explaining.ask_why(actor=actor, case=case, asked=explaining.Asked(), item=item)
        return super().get_context_data(
            **frame,
            form=form,
            found=found,
            item_reference=item.audit_reference if item is not None else "",
            is_oneself=found.subject.officer == actor,
            back_url=self.back_url(case),
            **kwargs,
        )


class OperationWhy(TemplateView):
    """Why the officer can see an operation: its country owns it or was invited."""

    template_name = "cases/why_party.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it through the rule."""
        actor = officer_of(self.request)
        operation = (
            Operation.objects.visible_to(actor)
            .select_related("owner")
            .filter(uuid=self.kwargs["uuid"])
            .first()
        )
        if operation is None:
            raise Http404
        return super().get_context_data(
            reference=operation.reference,
            reasons=explaining.ask_why_operation(actor=actor, operation=operation),
            back_url=reverse("cases:operation", args=[operation.uuid]),
            **kwargs,
        )


class EmergencyDesk(ServiceFormView):
    """Ask for access to a restricted case in an emergency; and what was asked and decided in the own country."""

    form_class = EmergencyForm
    template_name = "cases/emergency.html"
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """For officers of an agency."""
        self.actor = officer_of(request)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The requests the officer made or may decide."""
        mine = EmergencyAccess.objects.visible_to(self.actor).to_decide(self.actor)
        to_decide = set(mine.values_list("pk", flat=True))
        return super().get_context_data(
            requests=[(row, row.pk in to_decide) for row in emergency.requests_of(self.actor)],
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record the request; the answer is the same whatever was typed."""
        emergency.ask_for_emergency(actor=self.actor, **form.cleaned_data)
        messages.success(
            self.request, _("The request is recorded. A supervisor of your country decides on it.")
        )
        return reverse("cases:emergency")


class EmergencyDecide(ServiceFormView):
    """The second person decides."""

    form_class = ReasonForm
    template_name = "cases/emergency_decide.html"
    asked: EmergencyAccess
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule: never the own one."""
        self.actor = officer_of(request)
        asked = (
            EmergencyAccess.objects.visible_to(self.actor)
            .to_decide(self.actor)
            .select_related("asked_by")
            .filter(uuid=kwargs["uuid"])
            .first()
        )
        if asked is None:
            raise Http404
        self.asked = asked
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show who asks for what, and why."""
        return super().get_context_data(asked=self.asked, cancel_url=reverse("cases:emergency"), **kwargs)

    def call(self, form: forms.Form) -> str:
        """Open or refuse, as the pressed button says."""
        decided = emergency.decide_emergency(
            actor=self.actor,
            request_id=self.asked.uuid,
            approve=self.request.POST.get("decision") == "approve",
            reason=form.cleaned_data["reason"],
        )
        if decided.state == EmergencyAccess.State.NOTHING:
            messages.warning(
                self.request,
                _("There is no restricted case with this reference that could be opened for this officer."),
            )
        else:
            messages.success(self.request, _("The decision is recorded."))
        return reverse("cases:emergency")
