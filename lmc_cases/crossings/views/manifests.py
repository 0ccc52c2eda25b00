"""The manifest of a crossing as a PDF: asked for, watched, downloaded. For who marks the persons, as the sheet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files import File
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts import step_up
from lmc_cases.accounts.models import User
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.border import crossing_at_border
from lmc_cases.crossings.models import Crossing, ManifestDocument
from lmc_cases.crossings.services import manifests
from lmc_cases.dossiers.forms import LanguagesForm
from lmc_cases.dossiers.views import printing as printing_views

SHELF = printing_views.Shelf(
    model=ManifestDocument,
    related=("crossing",),
    page=lambda document: reverse("crossings:manifests", args=[document.crossing.uuid]),
    poll="crossings:manifest_progress",
    label=lambda _document: _("Manifest"),
)


class Manifests(ServiceFormView):
    """The printed manifests of a crossing, and a new one."""

    form_class = LanguagesForm
    template_name = "crossings/manifests.html"
    crossing: Crossing
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the crossing through the rule, for who marks its persons."""
        self.actor = officer_of(request)
        try:
            self.crossing, _side = crossing_at_border(self.actor, kwargs["uuid"])
        except Crossing.DoesNotExist:
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Offer the language of the officer's papers."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The documents there are, one in work with its progress."""
        rows = manifests.manifests_of(self.actor, self.crossing)
        return super().get_context_data(
            crossing=self.crossing,
            may_print=self.crossing.status not in Crossing.ENDED,
            **SHELF.shown(rows),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Owe the document and show its progress."""
        manifests.request_manifest(
            actor=self.actor,
            crossing_id=self.crossing.uuid,
            language=form.cleaned_data["language"],
            beside=form.cleaned_data["beside"],
        )
        return self.request.path


class Progress(printing_views.Progress):
    """How far a document is."""

    shelf = SHELF


class Download(step_up.StepUpToRead, printing_views.Download):
    """The signed file: names and codes of all on board, past the second factor."""

    shelf = SHELF

    def take(self, actor: User, document_id: Any) -> File[bytes]:
        """Record who takes it."""
        return manifests.open_manifest(actor=actor, document_id=document_id)


class Retry(printing_views.Retry):
    """Try a failed document again."""

    shelf = SHELF

    def again(self, actor: User, document_id: Any) -> Any:
        """Owe it again."""
        return manifests.retry_manifest(actor=actor, document_id=document_id)
