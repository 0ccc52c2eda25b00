"""Write a request for assistance, send it, answer it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.assistance.forms import AnswerForm, AssistanceForm
from lmc_cases.assistance.models import AssistanceRequest
from lmc_cases.assistance.services import answering, asking
from lmc_cases.assistance.services.rows import may_answer_for, may_ask_for
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.reading_reasons import require_reason
from lmc_cases.core.once import id_in, new_token
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


class Create(ServiceFormView):
    """Begin a request in a case."""

    form_class = AssistanceForm
    template_name = "assistance/form.html"
    actor: User
    case: Case

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule; without a country that sees it in full there is nobody to ask."""
        self.actor = officer_of(request)
        try:
            self.case = asking.case_to_ask_in(self.actor, kwargs["case_uuid"])
        except Case.DoesNotExist:
            raise Http404 from None
        if request.method == "GET" and self.case.owner_id != self.actor.country.pk:
            require_reason(actor=self.actor, case=self.case)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer whom the case is shared with, and the instruments with any of them."""
        asked = asking.addressees(self.actor, self.case)
        offers = {
            offer.instrument.pk: offer
            for each in asked
            for offer in asking.instruments_for(self.actor.country, each.country)
        }
        return {**super().get_form_kwargs(), "asked": asked, "instruments": offers.values()}

    def get_initial(self) -> dict[str, Any]:
        """Start in the language of the officer's papers."""
        return {"draft_id": new_token(self.actor.pk), "language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of a new request."""
        return super().get_context_data(
            page_title=_("New request for mutual legal assistance"),
            subtitle=self.case.reference,
            submit_label=_("Save the draft"),
            cancel_url=reverse("handovers:of_case", args=[self.case.uuid]),
            draft=f"assistance-new-{self.case.uuid}",
            legal_notice=True,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save the draft and show it."""
        assert isinstance(form, AssistanceForm)  # noqa: S101 - the form of this view
        made = asking.draft_assistance(
            actor=self.actor,
            case_id=self.case.uuid,
            to=form.cleaned_data["to"],
            words=form.words,
            draft_id=id_in(form.cleaned_data["draft_id"], self.request),
        )
        return reverse("assistance:detail", args=[made.uuid])


class _OfRequest(ServiceFormView):
    actor: User
    row: AssistanceRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = officer_of(request)
        rows = AssistanceRequest.objects.visible_to(self.actor)
        row = rows.select_related("requesting", "requested", "instrument").filter(uuid=kwargs["uuid"]).first()
        if row is None or not self.is_open(row):
            raise Http404
        self.row = row
        return super().dispatch(request, *args, **kwargs)

    def is_open(self, row: AssistanceRequest) -> bool:
        return may_ask_for(self.actor, row)

    @property
    def page(self) -> str:
        return reverse("assistance:detail", args=[self.row.uuid])


class Change(_OfRequest):
    """Change a draft."""

    form_class = AssistanceForm
    template_name = "assistance/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whom it asks stands."""
        offers = asking.instruments_for(self.row.requesting, self.row.requested)
        return {**super().get_form_kwargs(), "asked": None, "instruments": offers}

    def get_initial(self) -> dict[str, Any]:
        """What stands."""
        held = {name: getattr(self.row, name, "") for name in AssistanceForm.base_fields}
        instrument = str(self.row.instrument.uuid) if self.row.instrument else ""
        return {**held, "draft_id": "", "instrument_id": instrument}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of the page."""
        return super().get_context_data(
            page_title=_("Edit the draft"),
            subtitle=self.row.reference,
            submit_label=_("Save the draft"),
            cancel_url=self.page,
            draft=f"assistance-{self.row.uuid}",
            legal_notice=True,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save it."""
        assert isinstance(form, AssistanceForm)  # noqa: S101 - the form of this view
        asking.edit_assistance(
            actor=self.actor,
            assistance_id=self.row.uuid,
            version=form.cleaned_data["version"] or 0,
            words=form.words,
        )
        return self.page


class Send(_OfRequest):
    """Send a draft."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it does."""
        return super().get_context_data(
            title=_("Send the request"),
            question=_("%(reference)s goes to %(country)s.")
            % {"reference": self.row.reference, "country": self.row.requested.name},
            consequences=[
                _("The other country reads it from now on, also when the share of the case ends."),
                _("What it says cannot be changed any more."),
            ],
            confirm_label=_("Send the request"),
            tone="primary",
            cancel_url=self.page,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Send it."""
        asking.send_assistance(actor=self.actor, assistance_id=self.row.uuid)
        return self.page


class Answer(_OfRequest):
    """Answer a request."""

    form_class = AnswerForm
    template_name = "handovers/small_form.html"

    def is_open(self, row: AssistanceRequest) -> bool:
        """Of the country that is asked, who decides."""
        return may_answer_for(self.actor, row)

    def get_initial(self) -> dict[str, Any]:
        """Start in the language of the officer's papers."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of the page."""
        return super().get_context_data(
            page_title=_("Answer the request"),
            subtitle=self.row.reference,
            lead=_("You answer for your country, once. The other country reads it at once."),
            submit_label=_("Give this answer"),
            cancel_url=self.page,
            draft=f"assistance-answer-{self.row.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Answer."""
        answering.answer_assistance(
            actor=self.actor,
            assistance_id=self.row.uuid,
            outcome=form.cleaned_data["outcome"],
            answer=form.cleaned_data["answer"],
            language=form.cleaned_data["language"],
        )
        return self.page
