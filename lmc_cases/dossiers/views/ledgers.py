"""The printed ledgers of a case: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts.models import User
from lmc_cases.cases.frame import case_frame
from lmc_cases.core.days import end_of, start_of
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import LedgerForm
from lmc_cases.dossiers.models import LedgerDocument
from lmc_cases.dossiers.printed_models import PrintedDocument
from lmc_cases.dossiers.services import ledgers
from lmc_cases.dossiers.views.reading import SHOWN_STATES


def progress_of(document: LedgerDocument) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a printed ledger."""
    state = SHOWN_STATES.get(JobState(document.job_state), "failed")
    page = reverse("dossiers:ledgers", args=[document.case.uuid])
    return {
        "poll_url": reverse("dossiers:ledger_progress", args=[document.uuid]),
        "state": state,
        "label": _("Printing the disclosures"),
        "done": int(state == "finished"),
        "total": 1,
        "text": "",
        "error": trouble_of(document) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Show the document"),
        "page_url": page,
    }


def trouble_of(document: PrintedDocument) -> str:
    """Say why a document was not printed, and what to do."""
    known = {
        "no-signing-key": _("No key for signing documents is configured. Tell your administrator."),
        "missing-glyph": _(
            "An entry holds a character that the fonts cannot print. Tell your administrator."
        ),
        "photo-missing": _("A stored photograph is missing."),
        "photo-unusable": _("A photograph cannot be printed. Upload it again."),
        "key-missing": _("This cannot be read: its key is not available. Tell your administrator."),
        "denied": _(
            "The officer who asked for it lost the right to do so. Try again: it is then made for you."
        ),
    }
    again = _("The document could not be printed without faults. Try again.")
    return known.get(document.error_code, again)


class LedgersOfCase(ServiceFormView):
    """The printed ledgers of a case of the own country, and a new one."""

    form_class = LedgerForm
    template_name = "dossiers/ledgers.html"
    frame: dict[str, Any]
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule; a recipient prints none."""
        self.actor = officer_of(request)
        self.frame = case_frame(self.actor, kwargs["case_uuid"], "ledger")
        if not self.frame["is_own"]:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Offer the language of the officer's papers."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The documents there are, the newest with its progress."""
        rows = ledgers.ledgers_of(self.actor, self.frame["case"])
        working = next((row for row in rows if not row.is_finished), None)
        return super().get_context_data(
            **self.frame,
            documents=[(row, trouble_of(row) if _is_failed(row) else "") for row in rows],
            progress=progress_of(working) if working is not None else None,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Owe the document and show its progress."""
        ledgers.request_ledger(
            actor=self.actor,
            case_id=self.frame["case"].uuid,
            language=form.cleaned_data["language"],
            beside=form.cleaned_data["beside"],
            since=start_of(form.cleaned_data["since"]),
            until=end_of(form.cleaned_data["until"]),
        )
        return self.request.path


def _is_failed(document: LedgerDocument) -> bool:
    return document.job_state in {JobState.FAILED, JobState.DENIED, JobState.CANCELLED}


class LedgerProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = LedgerDocument.objects.visible_to(officer_of(request)).select_related("case")
        document = rows.defer("facts", "engine").filter(uuid=kwargs["uuid"]).first()
        if document is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(document))


class LedgerDownload(View):
    """The signed file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        actor = officer_of(request)
        try:
            stored = ledgers.open_ledger(actor=actor, document_id=kwargs["uuid"])
        except LedgerDocument.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            document = (
                LedgerDocument.objects.visible_to(actor).select_related("case").get(uuid=kwargs["uuid"])
            )
            context = {
                "error": str(error),
                "back_url": reverse("dossiers:ledgers", args=[document.case.uuid]),
            }
            return render(request, "dossiers/no_file.html", context, status=409)
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class LedgerRetry(View):
    """Try a failed document again; one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            document = ledgers.retry_ledger(actor=officer_of(request), document_id=kwargs["uuid"])
        except LedgerDocument.DoesNotExist:
            raise Http404 from None
        return redirect("dossiers:ledgers", case_uuid=document.case.uuid)
