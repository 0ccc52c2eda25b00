"""Pages for many persons at once: requests of a whole list, and one check for those who were seen together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseText
from lmc_cases.cases.services.reading_reasons import require_reason
from lmc_cases.cases.services.texts import texts_for
from lmc_cases.core.errors import DomainError, InvalidInput
from lmc_cases.core.once import id_in, new_token
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.checks import Check, Kind, check_of
from lmc_cases.handovers.many_forms import CheckManyForm, WholeListForm, WholeOfferForm
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import checking_many, drafting, reading, whole_lists
from lmc_cases.handovers.services.checking import Findings, side_of
from lmc_cases.handovers.services.instruments import OfferedInstrument, offered_instruments
from lmc_cases.handovers.services.whole_lists import SIZE_PROPOSED, LeftOut
from lmc_cases.handovers.states import CHECKABLE

LEFT_OUT: dict[str, Promise] = {
    LeftOut.PROTECTED: gettext_lazy("Victims, witnesses and others whom the procedure may not name"),
    LeftOut.LIMITED: gettext_lazy("Records whose use is limited"),
    LeftOut.ASKED: gettext_lazy("In another request already"),
    LeftOut.NO_COUNTRY: gettext_lazy("The case is not shared in full with the country of their nationality"),
}


class WholeList(ServiceFormView):
    """Make requests of a whole list: the form, then the requests as they would be, then done."""

    template_name = "handovers/whole_list.html"
    actor: User
    case: Case
    offers: bool

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule."""
        self.actor = officer_of(request)
        try:
            self.case, self.offers = whole_lists.case_of(self.actor, kwargs["case_uuid"])
        except Case.DoesNotExist:
            raise Http404 from None
        if request.method == "GET":
            require_reason(actor=self.actor, case=self.case)
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """Persons of the own country's case are offered, others are asked for."""
        return WholeOfferForm if self.offers else WholeListForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer what the persons have in common, and the instruments."""
        return {**super().get_form_kwargs(), **self.offered()}

    def offered(self) -> dict[str, Any]:
        """What can be chosen."""
        return {
            "imports": whole_lists.imports_of(self.actor, self.case),
            "nationalities": whole_lists.nationalities_of(self.actor, self.case),
            "instruments": self.instruments(),
        }

    def instruments(self) -> list[OfferedInstrument]:
        """Those of the countries that can be asked or offered to, each once."""
        if not self.offers:
            return offered_instruments(self.actor.country, self.case.owner)
        found = {
            offer.instrument.pk: offer
            for share in drafting.shares_to_offer(self.actor, self.case)
            for offer in offered_instruments(share.recipient, self.case.owner)
        }
        return list(found.values())

    def get_initial(self) -> dict[str, Any]:
        """The latest import, the officer's own country, and the case's own facts."""
        language = self.actor.document_language
        facts = texts_for(self.actor, [self.case.pk], CaseText.Kind.FACTS, language).get(self.case.pk)
        imports = whole_lists.imports_of(self.actor, self.case)
        return {
            "draft_id": new_token(self.actor.pk),
            "size": SIZE_PROPOSED,
            "import_run": str(imports[0].run) if imports else "",
            "nationality": "" if self.offers else self.actor.country.code,
            "facts": facts.text if facts else "",
            "facts_language": facts.language if facts else language,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        return super().get_context_data(
            case=self.case,
            offers=self.offers,
            cancel_url=reverse("handovers:of_case", args=[self.case.uuid]),
            legal_notice=True,
            **kwargs,
        )

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Show the requests as they would be; nothing is written before they were looked at."""
        assert isinstance(form, WholeListForm)  # noqa: S101 - the form of this view
        said = form.said
        try:
            seen = whole_lists.looked_at(
                actor=self.actor,
                case_id=self.case.uuid,
                whom=form.whom,
                procedure=said["procedure"],
                size=said["size"],
            )
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        if form.cleaned_data["mark"] == seen.mark and seen.batches:
            return super().form_valid(form)
        data = self.request.POST.copy()
        data["mark"] = seen.mark
        shown = self.get_form_class()(data, **self.offered())
        return self.render_to_response(
            self.get_context_data(
                form=shown,
                seen=seen,
                changed=bool(form.cleaned_data["mark"]),
                left_out=[(LEFT_OUT[code], number) for code, number in sorted(seen.left_out.items())],
            )
        )

    def call(self, form: forms.Form) -> str:
        """Make the drafts and show them."""
        assert isinstance(form, WholeListForm)  # noqa: S101 - the form of this view
        made = whole_lists.draft_whole_list(
            actor=self.actor,
            case_id=self.case.uuid,
            whom=form.whom,
            mark=form.cleaned_data["mark"],
            list_id=id_in(form.cleaned_data["draft_id"], self.request),
            **form.said,
        )
        if len(made) == 1:
            return reverse("handovers:detail", args=[made[0].uuid])
        return reverse("handovers:of_case", args=[self.case.uuid])


class CheckMany(ServiceFormView):
    """One check for persons of a request who were seen together."""

    template_name = "handovers/check_many.html"
    form_class = CheckManyForm
    actor: User
    handover: HandoverRequest
    check: Check

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule; who records nothing for a side finds no page."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        check = check_of(kwargs["kind"])
        if handover is None or check is None or check.one_by_one or handover.status not in CHECKABLE:
            raise Http404
        try:
            side_of(self.actor, handover)
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.handover, self.check = handover, check
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Persons are shown by name: the consultation is recorded as one of the request."""
        reading.consult_request(actor=self.actor, handover_id=self.handover.uuid)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was sent is what is offered: the service asks of each whether it may be."""
        return {
            **super().get_form_kwargs(),
            "check": self.check,
            "offered": self.request.POST.getlist("ids"),
        }

    def get_initial(self) -> dict[str, Any]:
        """Today. No outcome is proposed: somebody says it."""
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of those for whom the check is still to be recorded."""
        given = self.request.GET.get("after", "")
        after = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
        subjects, more, alone = checking_many.persons_together(
            self.actor, self.handover, self.check, after=after
        )
        people = reading.persons_of(self.actor, self.handover, subjects=subjects)
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{
                **kwargs,
                "form": form,
                "fields": [field for field in form if field.name != "ids"],
                "handover": self.handover,
                "check": self.check,
                "people": [person for person in people if person.shown],
                "chosen": set(self.request.POST.getlist("ids")),
                "is_first": self.request.method == "GET",
                "outcomes": checking_many.outcomes_together(self.check),
                "alone": alone,
                "is_screening": self.check.kind in {Kind.SCREENING, Kind.SECOND_SCREENING},
                "back_url": self.back,
                "first": "?" if after else "",
                "more": f"?after={more}" if more else "",
            }
        )

    @property
    def back(self) -> str:
        """The request."""
        return reverse("handovers:detail", args=[self.handover.uuid])

    def call(self, form: forms.Form) -> str:
        """Record it, and go on with those who are left."""
        assert isinstance(form, CheckManyForm)  # noqa: S101 - the form of this view
        data = dict(form.cleaned_data)
        on, _outcome, _ids = data.pop("on"), data.pop("outcome"), data.pop("ids")
        written = checking_many.record_check_of_many(
            actor=self.actor,
            handover_id=self.handover.uuid,
            kind=self.check.kind,
            outcomes=form.outcomes(),
            on=on,
            findings=Findings(**data),
        )
        messages.success(
            self.request,
            ngettext(
                "The check was recorded for %(number)s person.",
                "The check was recorded for %(number)s persons.",
                written,
            )
            % {"number": written},
        )
        left, _more, _alone = checking_many.persons_together(self.actor, self.handover, self.check)
        return self.request.path if left else self.back
