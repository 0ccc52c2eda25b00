"""The receipt of a crossing: read, drawn up, signed by an officer of each side, downloaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.models import Crossing, Receipt, ReceiptDocument
from lmc_cases.crossings.receipt_forms import AnswerForm
from lmc_cases.crossings.services import printing, receipts
from lmc_cases.dossiers.forms import LanguagesForm
from lmc_cases.dossiers.sheets import languages_of
from lmc_cases.dossiers.views.printing import PrintInLanguages
from lmc_cases.dossiers.views.reading import SHOWN_STATES


def progress_of(document: ReceiptDocument) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a printed receipt. It comes with its receipt and crossing."""
    state = SHOWN_STATES.get(JobState(document.job_state), "failed")
    page = reverse("receipts:of_crossing", args=[document.receipt.crossing.uuid])
    return {
        "poll_url": reverse("receipts:progress", args=[document.uuid]),
        "state": state,
        "label": languages_of(document),
        "done": int(state == "finished"),
        "total": 1,
        "result_url": reverse("receipts:download", args=[document.uuid]),
        "result_label": _("Download"),
        "page_url": page,
    }


class ReceiptPage(TemplateView):
    """The newest receipt of a crossing, the answers to it, and what is printed."""

    template_name = "crossings/receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read through the rule; the consultation is recorded."""
        actor = officer_of(self.request)
        try:
            crossing, receipt = receipts.consult_receipt(actor=actor, crossing_id=kwargs["uuid"])
        except Crossing.DoesNotExist:
            raise Http404 from None
        side = receipts.may_answer(actor, crossing)
        answers = (
            list(receipt.signatures.select_related("country", "officer").order_by("pk")) if receipt else []
        )
        is_counted = crossing.status == Crossing.Status.COUNTED
        is_current = receipt is not None and receipts.is_current(actor, receipt)
        answered = {row.country_id for row in answers}
        documents = list(receipt.documents.order_by("language", "beside")) if receipt else []
        return super().get_context_data(
            crossing=crossing,
            receipt=receipt,
            facts=receipts.facts_of(receipt) if receipt else None,
            answers=answers,
            is_current=is_current,
            may_draw=side is not None and is_counted and not is_current,
            may_answer=side is not None and is_counted and is_current and side.pk not in answered,
            documents=[(row, progress_of(row)) for row in documents],
            form=LanguagesForm(initial={"language": actor.document_language}) if documents else None,
            older=list(crossing.receipts.order_by("-version")[1:]) if receipt else [],
            **kwargs,
        )


class DrawUp(ServiceFormView):
    """Draw up the receipt as things stand."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"
    actor: User
    crossing: Crossing

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; officers of the two sides who change records."""
        self.actor = officer_of(request)
        rows = Crossing.objects.visible_to(self.actor).select_related("sending", "receiving")
        crossing = rows.filter(uuid=kwargs["uuid"]).first()
        if crossing is None or receipts.may_answer(self.actor, crossing) is None:
            raise Http404
        self.crossing = crossing
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it does."""
        return super().get_context_data(
            title=_("Draw up the receipt"),
            question=_("The receipt names persons, marks, counts, property and dossiers as they stand now."),
            consequences=[_("What changes afterwards makes it void: a new version is then drawn up.")],
            confirm_label=_("Draw up the receipt"),
            tone="primary",
            cancel_url=self.page,
            **kwargs,
        )

    @property
    def page(self) -> str:
        """The page of the receipt."""
        return reverse("receipts:of_crossing", args=[self.crossing.uuid])

    def call(self, form: forms.Form) -> str:
        """Draw it up."""
        receipts.draw_up(actor=self.actor, crossing_id=self.crossing.uuid)
        return self.page


class Sign(StepUpRequired, ServiceFormView):
    """Sign a receipt for one side, or refuse to."""

    form_class = AnswerForm
    template_name = "handovers/small_form.html"
    actor: User
    receipt: Receipt

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; officers of the two sides who change records."""
        self.actor = officer_of(request)
        rows = Receipt.objects.visible_to(self.actor).select_related(
            "crossing__sending", "crossing__receiving"
        )
        receipt = rows.filter(uuid=kwargs["uuid"]).first()
        if receipt is None or receipts.may_answer(self.actor, receipt.crossing) is None:
            raise Http404
        self.receipt = receipt
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """The checksum that stands on the page."""
        return {"sha256": self.receipt.sha256}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is signed."""
        return super().get_context_data(
            page_title=_("Sign the receipt"),
            subtitle=self.receipt.number,
            lead=_("You answer for your country. Your answer is never changed. Checksum: %(sha256)s")
            % {"sha256": self.receipt.sha256},
            submit_label=_("Give this answer"),
            cancel_url=self.page,
            draft=f"receipt-{self.receipt.uuid}",
            **kwargs,
        )

    @property
    def page(self) -> str:
        """The page of the receipt."""
        return reverse("receipts:of_crossing", args=[self.receipt.crossing.uuid])

    def call(self, form: forms.Form) -> str:
        """Answer."""
        receipts.answer(
            actor=self.actor,
            receipt_id=self.receipt.uuid,
            outcome=form.cleaned_data["outcome"],
            remarks=form.cleaned_data["remarks"],
            sha256=form.cleaned_data["sha256"],
        )
        return self.page


class Print(PrintInLanguages):
    """Print an answered receipt in other languages than those of the two countries."""

    def page(self, actor: User) -> str:
        """The page of the receipt."""
        rows = Receipt.objects.visible_to(actor).select_related("crossing")
        receipt = rows.filter(uuid=self.kwargs["uuid"]).first()
        if receipt is None:
            raise Http404
        return reverse("receipts:of_crossing", args=[receipt.crossing.uuid])

    def owe(self, actor: User, language: str, beside: str) -> None:
        """Owe it, or find it."""
        printing.request_receipt(
            actor=actor, receipt_id=self.kwargs["uuid"], language=language, beside=beside
        )


class Progress(View):
    """The part of the page that is asked for each second while a receipt is printed."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = ReceiptDocument.objects.visible_to(officer_of(request)).select_related("receipt__crossing")
        document = rows.filter(uuid=kwargs["uuid"]).first()
        if document is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(document))


class Download(View):
    """The printed receipt."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send the file."""
        try:
            stored = printing.open_document(actor=officer_of(request), document_id=kwargs["uuid"])
        except ReceiptDocument.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class Retry(View):
    """Print again what failed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Owe it again."""
        try:
            document = printing.retry_document(actor=officer_of(request), document_id=kwargs["uuid"])
        except ReceiptDocument.DoesNotExist:
            raise Http404 from None
        return redirect("receipts:of_crossing", document.receipt.crossing.uuid)
