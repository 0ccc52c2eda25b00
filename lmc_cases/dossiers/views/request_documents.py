"""The printed documents of a request: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files import File
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import RequestDocumentForm
from lmc_cases.dossiers.models import RequestDocument
from lmc_cases.dossiers.services import request_documents
from lmc_cases.dossiers.views import printing as printing_views
from lmc_cases.handovers.models import HandoverRequest

SHELF = printing_views.Shelf(
    model=RequestDocument,
    related=("handover",),
    page=lambda document: reverse("dossiers:documents", args=[document.handover.uuid]),
    poll="dossiers:document_progress",
    label=lambda document: document.get_kind_display(),
)


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
        return super().get_context_data(
            handover=self.handover,
            may_print=bool(request_documents.kinds_of(self.handover)),
            is_draft=self.handover.submitted_at is None,
            **SHELF.shown(rows),
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


class Progress(printing_views.Progress):
    """How far a document is."""

    shelf = SHELF


class Download(printing_views.Download):
    """The signed file."""

    shelf = SHELF

    def take(self, actor: User, document_id: Any) -> File[bytes]:
        """Record who takes it."""
        return request_documents.open_document(actor=actor, document_id=document_id)


class Retry(printing_views.Retry):
    """Try a failed document again."""

    shelf = SHELF

    def again(self, actor: User, document_id: Any) -> Any:
        """Owe it again."""
        return request_documents.retry_document(actor=actor, document_id=document_id)
