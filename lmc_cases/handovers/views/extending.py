"""Record that a limit was extended."""

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
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.following_forms import ExtensionForm
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import extending
from lmc_cases.handovers.services.clocks import Clock
from lmc_cases.handovers.services.extending import Extension, NotExtendable
from lmc_cases.handovers.views.following import request_of


class ExtendClock(ServiceFormView):
    """One limit that runs, extended by who may."""

    form_class = ExtensionForm
    template_name = "handovers/small_form.html"
    actor: User
    handover: HandoverRequest
    clock: Clock

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; for whoever may not, the page does not exist."""
        self.actor = officer_of(request)
        self.handover = request_of(self.actor, kwargs["uuid"])
        if not extending.may_extend(self.actor, self.handover):
            raise Http404
        try:
            self.clock = extending.extendable(self.handover, kwargs["limit_uuid"])
        except NotExtendable as error:
            messages.warning(request, str(error))
            return redirect("handovers:detail", uuid=self.handover.uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """All that the rule leaves."""
        return {"days": self.clock.can_be_extended_by}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is extended, and by which rule."""
        return super().get_context_data(
            page_title=_("Record an extension"),
            subtitle=self.handover.reference,
            lead=f"{self.clock.limit.get_event_display()} · {self.clock.limit}",
            submit_label=_("Save"),
            cancel_url=reverse("handovers:detail", args=[self.handover.uuid]),
            draft=f"extension-{self.handover.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        extending.extend_clock(
            actor=self.actor,
            handover_id=self.handover.uuid,
            limit_id=self.kwargs["limit_uuid"],
            given=Extension(**form.cleaned_data),
        )
        return reverse("handovers:detail", args=[self.handover.uuid]) + "#clocks"
