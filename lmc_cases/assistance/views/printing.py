"""A request for assistance as a PDF: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts.models import User
from lmc_cases.assistance.models import AssistanceDocument, AssistanceRequest
from lmc_cases.assistance.services import printing
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.views.ledgers import trouble_of
from lmc_cases.dossiers.views.printing import PrintInLanguages
from lmc_cases.dossiers.views.reading import SHOWN_STATES


def progress_of(document: AssistanceDocument) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a document. It comes with its request."""
    state = SHOWN_STATES.get(JobState(document.job_state), "failed")
    page = reverse("assistance:detail", args=[document.assistance.uuid])
    return {
        "poll_url": reverse("assistance:progress", args=[document.uuid]),
        "state": state,
        "label": _("Request"),
        "done": int(state == "finished"),
        "total": 1,
        "text": "",
        "error": trouble_of(document) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Show the document"),
        "page_url": page,
    }


class Print(PrintInLanguages):
    """Print the request."""

    def page(self, actor: User) -> str:
        """The page of the request."""
        if not AssistanceRequest.objects.visible_to(actor).filter(uuid=self.kwargs["uuid"]).exists():
            raise Http404
        return reverse("assistance:detail", args=[self.kwargs["uuid"]])

    def owe(self, actor: User, language: str, beside: str) -> None:
        """Owe it, or find it."""
        printing.request_document(
            actor=actor, assistance_id=self.kwargs["uuid"], language=language, beside=beside
        )


class Progress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = AssistanceDocument.objects.visible_to(officer_of(request)).select_related("assistance")
        document = rows.defer("facts", "engine").filter(uuid=kwargs["uuid"]).first()
        if document is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(document))


class Download(View):
    """The signed file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        actor = officer_of(request)
        try:
            stored = printing.open_document(actor=actor, document_id=kwargs["uuid"])
        except AssistanceDocument.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            rows = AssistanceDocument.objects.visible_to(actor).select_related("assistance")
            page = reverse("assistance:detail", args=[rows.get(uuid=kwargs["uuid"]).assistance.uuid])
            return render(
                request, "dossiers/no_file.html", {"error": str(error), "back_url": page}, status=409
            )
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class Retry(View):
    """Try a failed document again; one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            document = printing.retry_document(actor=officer_of(request), document_id=kwargs["uuid"])
        except AssistanceDocument.DoesNotExist:
            raise Http404 from None
        return redirect("assistance:detail", uuid=document.assistance.uuid)
