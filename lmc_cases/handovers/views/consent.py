"""Consent to an object in the dossier of one request: given by its originator, or asked of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.handling import AskForm, GiveForm
from lmc_cases.cases.services.consent import deadline_of
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import left_out


class DossierConsent(ServiceFormView):
    """Give or ask, as the officer may; what is not left out, or not seen, has no such page."""

    template_name = "components/confirm_page.html"
    actor: User
    handover: HandoverRequest
    row: left_out.LeftOut

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the object in the officer's own list."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting")
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        row = left_out.find(self.actor, handover, kwargs["kind"], kwargs["object_uuid"])
        if row is None or not (row.may_give or row.may_ask):
            raise Http404
        self.handover, self.row = handover, row
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """The originator gives, others ask."""
        return GiveForm if self.row.may_give else AskForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say whether the originator's days are known."""
        given = super().get_form_kwargs()
        if not self.row.may_give:
            given["deadline"] = deadline_of(self.row.originator)
        return given

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        names = {
            "reference": self.row.reference,
            "request": self.handover.reference,
            "country": self.row.originator.name,
        }
        if self.row.may_give:
            title, label = _("Consent to the dossier"), _("Consent")
            question = _("May %(reference)s stand in the dossier of request %(request)s?") % names
        else:
            title, label = _("Ask for consent"), _("Ask for consent")
            question = (
                _(
                    "%(country)s is asked whether %(reference)s may stand in the dossier of request %(request)s."
                )
                % names
            )
        return super().get_context_data(
            title=title,
            question=question,
            consequences=[
                _("It holds for this request and no other."),
                _("The dossier holds it from the next disclosure on: the approval, or a corrected version."),
            ],
            confirm_label=label,
            tone="primary",
            cancel_url=reverse("handovers:detail", args=[self.handover.uuid]),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Give or ask."""
        which: Any = {
            "actor": self.actor,
            "handover_id": self.handover.uuid,
            "kind": self.row.kind,
            "object_id": self.row.uuid,
        }
        if isinstance(form, AskForm):
            left_out.ask_consent(**which, **form.asked())
            messages.success(self.request, _("The request for consent is sent."))
        else:
            left_out.give_consent(**which, **form.cleaned_data)
            messages.success(self.request, _("The consent is recorded."))
        return reverse("handovers:detail", args=[self.handover.uuid])
