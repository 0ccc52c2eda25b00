"""Write a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseText, Level
from lmc_cases.cases.services.reading_reasons import require_reason
from lmc_cases.cases.services.texts import texts_for
from lmc_cases.core.once import id_in, new_token
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers import states
from lmc_cases.handovers.forms import OfferForm, RequestForm, ids_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting
from lmc_cases.handovers.services.instruments import OfferedInstrument, offered_instruments
from lmc_cases.handovers.services.reading import persons_to_choose
from lmc_cases.handovers.services.steps import step_for


class RequestFormView(ServiceFormView):
    """The form of a draft, new or held."""

    form_class: type[RequestForm] = RequestForm
    template_name = "handovers/form.html"
    actor: User
    case: Case
    # Of a draft; a new one is given one by its form.
    procedure = ""
    has_more = False

    def chosen_before(self) -> list[UUID]:
        """Public ids of the people whose boxes are ticked at first."""
        return ids_of(self.request.GET.getlist("person"))

    def instruments(self) -> list[OfferedInstrument]:
        """Those of the two countries."""
        return offered_instruments(self.actor.country, self.case.owner)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the people and instruments."""
        chosen = self.chosen_before() + ids_of(self.request.POST.getlist("suspect_ids"))
        people, self.has_more = persons_to_choose(
            self.actor, self.case, text=self.request.GET.get("q", ""), chosen=chosen
        )
        return {
            **super().get_form_kwargs(),
            "procedure": self.procedure,
            "people": people,
            "instruments": self.instruments(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        # Building the form says whether there are more people.
        kwargs.setdefault("form", self.get_form())
        return super().get_context_data(
            **{
                "case": self.case,
                "person_text": self.request.GET.get("q", ""),
                "has_more": self.has_more,
                "legal_notice": True,
                **kwargs,
            }
        )


class RequestCreate(RequestFormView):
    """Begin a request from a case."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule."""
        self.actor = officer_of(request)
        try:
            self.case = drafting.case_to_ask_from(self.actor, kwargs["case_uuid"])
        except Case.DoesNotExist:
            raise Http404 from None
        if request.method == "GET":
            require_reason(actor=self.actor, case=self.case)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Start with the case's own facts in the language of the officer's papers."""
        language = self.actor.document_language
        facts = texts_for(self.actor, [self.case.pk], CaseText.Kind.FACTS, language).get(self.case.pk)
        return {
            "draft_id": new_token(self.actor.pk),
            "suspect_ids": [str(each) for each in self.chosen_before()],
            "facts": facts.text if facts else "",
            "facts_language": facts.language if facts else language,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of a new request."""
        return super().get_context_data(
            page_title=_("New handover request"),
            submit_label=_("Save the draft"),
            cancel_url=reverse("handovers:of_case", args=[self.case.uuid]),
            draft=f"handover-new-{self.case.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save the draft and show it."""
        assert isinstance(form, RequestForm)  # noqa: S101 - the form of this view
        made = drafting.draft_request(
            actor=self.actor,
            case_id=self.case.uuid,
            draft_id=id_in(form.cleaned_data["draft_id"], self.request),
            **form.chosen,
        )
        return reverse("handovers:detail", args=[made.uuid])


class OfferCreate(RequestFormView):
    """Begin a procedure in which the own country offers persons of the own case."""

    form_class = OfferForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule; without a country that sees it in full there is nobody to offer to."""
        self.actor = officer_of(request)
        try:
            self.case = drafting.case_to_offer_from(self.actor, kwargs["case_uuid"])
        except Case.DoesNotExist:
            raise Http404 from None
        self.shares = drafting.shares_to_offer(self.actor, self.case)
        if not self.shares:
            messages.warning(request, _("Share the case in full with the receiving country first."))
            return redirect("handovers:of_case", case_uuid=self.case.uuid)
        return super().dispatch(request, *args, **kwargs)

    def instruments(self) -> list[OfferedInstrument]:
        """Those with any of the countries that can be chosen, each once."""
        found = {
            offer.instrument.pk: offer
            for share in self.shares
            for offer in offered_instruments(share.recipient, self.case.owner)
        }
        return list(found.values())

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the countries."""
        return {**super().get_form_kwargs(), "shares": self.shares}

    def get_initial(self) -> dict[str, Any]:
        """The country, where there is one only."""
        only = str(self.shares[0].uuid) if len(self.shares) == 1 else ""
        return {
            "draft_id": new_token(self.actor.pk),
            "suspect_ids": [str(each) for each in self.chosen_before()],
            "share_id": only,
            "facts_language": self.actor.document_language,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of a new offer."""
        return super().get_context_data(
            page_title=_("Offer persons to another country"),
            submit_label=_("Save the draft"),
            cancel_url=reverse("handovers:of_case", args=[self.case.uuid]),
            draft=f"handover-offer-{self.case.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save the draft and show it."""
        assert isinstance(form, OfferForm)  # noqa: S101 - the form of this view
        made = drafting.draft_offer(
            actor=self.actor,
            case_id=self.case.uuid,
            draft_id=id_in(form.cleaned_data["draft_id"], self.request),
            **form.chosen,
        )
        return reverse("handovers:detail", args=[made.uuid])


class RequestEdit(RequestFormView):
    """Change a draft."""

    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the draft through the rule; once it is sent there is nothing to edit."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor)
        handover = (
            rows.select_related("instrument", "requesting", "requested").filter(uuid=kwargs["uuid"]).first()
        )
        if handover is None:
            raise Http404
        try:
            step = step_for(self.actor, handover, "edit")
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.handover = handover
        self.procedure = handover.procedure
        back = redirect("handovers:detail", uuid=handover.uuid)
        try:
            states.check(handover, step)
        except states.WrongState as error:
            messages.warning(request, str(error))
            return back
        case = Case.objects.visible_to(self.actor, at_least=Level.FULL).select_related("owner")
        found = case.filter(pk=handover.case_id).first()
        if found is None:
            messages.warning(request, _("The case is no longer shared with you in full."))
            return back
        self.case = found
        return super().dispatch(request, *args, **kwargs)

    def instruments(self) -> list[OfferedInstrument]:
        """Those of the two countries of the draft."""
        return offered_instruments(self.handover.requesting, self.handover.requested)

    def chosen_before(self) -> list[UUID]:
        """Those of the draft."""
        return list(self.handover.subjects.order_by("position").values_list("suspect_uuid", flat=True))

    def get_initial(self) -> dict[str, Any]:
        """The draft as it stands."""
        return {
            "version": self.handover.version,
            "suspect_ids": [str(each) for each in self.chosen_before()],
            "instrument_id": self._instrument_now(),
            "legal_basis": self.handover.legal_basis,
            "facts": self.handover.facts,
            "facts_language": self.handover.facts_language,
        }

    def _instrument_now(self) -> str:
        """The chosen instrument, in the version that can be chosen today."""
        chosen = self.handover.instrument
        lines = {offer.instrument.line: offer.instrument for offer in self.instruments()} if chosen else {}
        found = lines.get(chosen.line) if chosen else None
        return str(found.uuid) if found else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts of an edit, also on the conflict page."""
        return super().get_context_data(
            **{
                "page_title": _("Edit the handover request"),
                "submit_label": _("Save the draft"),
                "cancel_url": reverse("handovers:detail", args=[self.handover.uuid]),
                "draft": f"handover-{self.handover.uuid}",
                **kwargs,
            }
        )

    def call(self, form: forms.Form) -> str:
        """Save and show."""
        assert isinstance(form, RequestForm)  # noqa: S101 - the form of this view
        drafting.edit_draft(
            actor=self.actor,
            handover_id=self.handover.uuid,
            version=form.cleaned_data["version"] or 0,
            **form.chosen,
        )
        return reverse("handovers:detail", args=[self.handover.uuid])
