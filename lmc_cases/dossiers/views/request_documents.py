"""The printed documents of a request: asked for, watched, downloaded."""

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
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import RequestDocumentForm
from lmc_cases.dossiers.models import RequestDocument
from lmc_cases.dossiers.services import request_documents
from lmc_cases.dossiers.services.printing import has_failed
from lmc_cases.dossiers.views.ledgers import trouble_of
from lmc_cases.dossiers.views.reading import SHOWN_STATES
from lmc_cases.handovers.models import HandoverRequest


def progress_of(document: RequestDocument) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a document."""
    state = SHOWN_STATES.get(JobState(document.job_state), "failed")
    page = reverse("dossiers:documents", args=[document.handover.uuid])
    return {
        "poll_url": reverse("dossiers:document_progress", args=[document.uuid]),
        "state": state,
        "label": document.get_kind_display(),
        "done": int(state == "finished"),
        "total": 1,
        "text": "",
        "error": trouble_of(document) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Show the document"),
        "page_url": page,
    }


class Documents(ServiceFormView):
    """The documents of a request, and a new one."""

    form_class = RequestDocumentForm
    template_name = "dossiers/documents.html"
    handover: HandoverRequest
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule."""
        self.actor = officer_of(request)
        found = HandoverRequest.objects.visible_to(self.actor).filter(uuid=kwargs["uuid"]).first()
        if found is None:
            raise Http404
        self.handover = found
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the kinds the request has."""
        return {**super().get_form_kwargs(), "kinds": request_documents.kinds_of(self.handover)}

    def get_initial(self) -> dict[str, Any]:
        """Offer the first kind, in the language of the officer's papers."""
        kinds = request_documents.kinds_of(self.handover)
        return {"language": self.actor.document_language, "kind": kinds[0].value if kinds else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The documents there are, one in work with its progress."""
        rows = request_documents.documents_of(self.actor, self.handover)
        working = next((row for row in rows if not row.is_finished), None)
        return super().get_context_data(
            handover=self.handover,
            may_print=bool(request_documents.kinds_of(self.handover)),
            is_draft=self.handover.submitted_at is None,
            documents=[(row, trouble_of(row) if has_failed(row) else "") for row in rows],
            progress=progress_of(working) if working is not None else None,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Owe the document and show its progress."""
        request_documents.request_document(
            actor=self.actor,
            handover_id=self.handover.uuid,
            kind=form.cleaned_data["kind"],
            language=form.cleaned_data["language"],
            beside=form.cleaned_data["beside"],
        )
        return self.request.path


class Progress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = RequestDocument.objects.visible_to(officer_of(request)).select_related("handover")
        document = rows.defer("facts", "engine", "handover__disclosed").filter(uuid=kwargs["uuid"]).first()
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
            stored = request_documents.open_document(actor=actor, document_id=kwargs["uuid"])
        except RequestDocument.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            rows = RequestDocument.objects.visible_to(actor).select_related("handover")
            handover = rows.get(uuid=kwargs["uuid"]).handover
            context = {"error": str(error), "back_url": reverse("dossiers:documents", args=[handover.uuid])}
            return render(request, "dossiers/no_file.html", context, status=409)
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class Retry(View):
    """Try a failed document again; one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            document = request_documents.retry_document(actor=officer_of(request), document_id=kwargs["uuid"])
        except RequestDocument.DoesNotExist:
            raise Http404 from None
        return redirect("dossiers:documents", uuid=document.handover.uuid)
