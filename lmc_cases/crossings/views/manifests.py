"""The manifest of a crossing as a PDF: asked for, watched, downloaded. For who marks the persons, as the sheet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts import step_up
from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.border import crossing_at_border
from lmc_cases.crossings.models import Crossing, ManifestDocument
from lmc_cases.crossings.services import manifests
from lmc_cases.dossiers.forms import LanguagesForm
from lmc_cases.dossiers.services.printing import has_failed
from lmc_cases.dossiers.views.ledgers import trouble_of
from lmc_cases.dossiers.views.reading import SHOWN_STATES


def progress_of(document: ManifestDocument) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a manifest. It comes with its crossing."""
    state = SHOWN_STATES.get(JobState(document.job_state), "failed")
    page = reverse("crossings:manifests", args=[document.crossing.uuid])
    return {
        "poll_url": reverse("crossings:manifest_progress", args=[document.uuid]),
        "state": state,
        "label": _("Manifest"),
        "done": int(state == "finished"),
        "total": 1,
        "text": "",
        "error": trouble_of(document) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Show the document"),
        "page_url": page,
    }


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
        working = next((row for row in rows if not row.is_finished), None)
        return super().get_context_data(
            crossing=self.crossing,
            may_print=self.crossing.status not in Crossing.ENDED,
            documents=[(row, trouble_of(row) if has_failed(row) else "") for row in rows],
            progress=progress_of(working) if working is not None else None,
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


class Progress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = ManifestDocument.objects.visible_to(officer_of(request)).select_related("crossing")
        document = rows.defer("facts", "engine").filter(uuid=kwargs["uuid"]).first()
        if document is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(document))


class _Download(View):
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = officer_of(request)
        try:
            stored = manifests.open_manifest(actor=actor, document_id=kwargs["uuid"])
        except ManifestDocument.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            rows = ManifestDocument.objects.visible_to(actor).select_related("crossing")
            crossing = rows.get(uuid=kwargs["uuid"]).crossing
            context = {"error": str(error), "back_url": reverse("crossings:manifests", args=[crossing.uuid])}
            return render(request, "dossiers/no_file.html", context, status=409)
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class Download(step_up.StepUpToRead, _Download):
    """The signed file: names and codes of all on board, past the second factor; always recorded."""


class Retry(View):
    """Try a failed manifest again; one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            document = manifests.retry_manifest(actor=officer_of(request), document_id=kwargs["uuid"])
        except ManifestDocument.DoesNotExist:
            raise Http404 from None
        return redirect("crossings:manifests", uuid=document.crossing.uuid)
