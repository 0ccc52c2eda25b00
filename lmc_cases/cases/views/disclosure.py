"""The disclosure ledger of a case, and the question why another country's case is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.disclosure import LedgerFilterForm, ReadingReasonForm
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.exporting import export_ledger
from lmc_cases.cases.services.reading_reasons import give_reason, is_own
from lmc_cases.cases.sheets import LEDGER_COLUMNS
from lmc_cases.cases.tables import LedgerTable
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.models import Jurisdiction


class CaseLedger(ExportedList, TemplateView):
    """Who received what of a case; the originator's officers see every entry, a recipient its own."""

    template_name = "cases/ledger.html"
    list_title = gettext_lazy("Disclosures")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice, newest first; reading it is recorded."""
        user = officer_of(self.request)
        frame = case_frame(user, self.kwargs["uuid"], "ledger")
        form = self._form()
        before = Cursor.decode(self.request.GET.get("before"))
        page = ledger.page_of_ledger(
            actor=user, case=frame["case"], filters=form.for_listing(), before=before
        )
        return super().get_context_data(
            **frame,
            table=LedgerTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=bool(form.chosen) or bool(form.errors),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every entry the officer may read, under the filter."""
        user = officer_of(self.request)
        case = case_frame(user, self.kwargs["uuid"], "ledger")["case"]
        rows = export_ledger(actor=user, case=case, filters=self._form().for_listing())
        return Sheet.of(f"{case.reference.lower()}-disclosures", LEDGER_COLUMNS, rows)

    def _form(self) -> LedgerFilterForm:
        asked = self.request.GET.copy()
        if "record_uuid" in self.kwargs:
            asked["record"] = str(self.kwargs["record_uuid"])
        countries = Jurisdiction.objects.visible_to(officer_of(self.request)).order_by("code")
        return LedgerFilterForm(asked, countries=list(countries))


class ReadingReasonAsk(ServiceFormView):
    """Asked before the pages of another country's case, once per case and day."""

    form_class = ReadingReasonForm
    template_name = "cases/reading_reason.html"
    case: Case
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule before any question; the own country's needs none."""
        self.actor = officer_of(request)
        case = Case.objects.visible_to(self.actor).select_related("owner").filter(uuid=kwargs["uuid"]).first()
        if case is None:
            raise Http404
        self.case = case
        if is_own(self.actor, case):
            return redirect("cases:detail", uuid=case.uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Keep where the officer wanted to go."""
        return {"next": self.request.GET.get("next", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whose case it is and what becomes of the answer."""
        return super().get_context_data(
            case=self.case,
            page_title=_("Why do you read this case?"),
            submit_label=_("Continue to the case"),
            cancel_url=reverse("cases:list"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record the answer and go on."""
        give_reason(
            actor=self.actor,
            case_id=self.case.uuid,
            code=form.cleaned_data["reason_code"],
            text=form.cleaned_data["reason"],
        )
        wanted: str = form.cleaned_data["next"]
        # Only addresses of our own: the form is no way out to another site.
        if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            return wanted
        return reverse("cases:detail", args=[self.case.uuid])
