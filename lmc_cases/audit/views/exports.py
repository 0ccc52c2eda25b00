"""Exports with proof: asked for, made by a worker, downloaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from lmc_cases.audit.filters import EventFilter
from lmc_cases.audit.models import AuditExport
from lmc_cases.audit.services import exporting
from lmc_cases.core.jobs import JobState
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action, may

SHOWN_STATES = {
    JobState.NEW: "queued",
    JobState.QUEUED: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "finished",
}
EARLIER = 10


def progress_of(export: AuditExport) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of an export."""
    page = reverse("audit:export_detail", args=[export.uuid])
    state = SHOWN_STATES.get(JobState(export.job_state), "failed")
    return {
        "poll_url": reverse("audit:export_progress", args=[export.uuid]),
        "state": state,
        "label": _("Collecting events and proofs"),
        "done": export.rows_done,
        "total": export.rows_total,
        "text": _("%(done)s of %(total)s events") % {"done": export.rows_done, "total": export.rows_total}
        if state == "running" and export.rows_total
        else "",
        "error": trouble_of(export) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Open the export"),
        "page_url": page,
    }


def trouble_of(export: AuditExport) -> str:
    """Say why an export was not made, and what to do."""
    known = {
        "too-many": exporting.too_many(),
        "denied": _("You lost the right to read this audit record."),
        "nothing-sealed": _("These events are not sealed yet. Try again in a minute."),
    }
    return known.get(export.error_code, _("Try again. If it fails again, tell your administrator."))


class ExportAsk(ServiceFormView):
    """What would be exported; one button makes it."""

    template_name = "audit/export.html"
    form_class = forms.Form

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """For whoever may not read an audit record the page does not exist."""
        if not may(officer_of(request), Action.READ_AUDIT):
            raise Http404
        self.filters = EventFilter(request.GET, user=officer_of(request))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the filters are, and which exports there are."""
        asked = self.request.GET.copy()
        asked.pop("before", None)
        user = officer_of(self.request)
        return super().get_context_data(
            facts=self.filters.as_facts(),
            back_url=f"{reverse('audit:list')}?{asked.urlencode()}",
            most=settings.AUDIT_EXPORT_MAX_EVENTS,
            reads_reasons=may(user, Action.READ_REASONS),
            earlier=AuditExport.objects.visible_to(user).order_by("-requested_at", "-pk")[:EARLIER],
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Queue it and show its progress."""
        export = exporting.request_export(actor=officer_of(self.request), filters=self.filters.for_listing())
        return reverse("audit:export_detail", args=[export.uuid])


class ExportPage(TemplateView):
    """One export: progress, then the file and its checksum."""

    template_name = "audit/export_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load it through the rule."""
        export = _export(self.request, self.kwargs["uuid"])
        progress = progress_of(export)
        return super().get_context_data(
            export=export,
            is_done=export.job_state == JobState.DONE,
            progress=progress,
            trouble=progress["error"],
            days=settings.AUDIT_EXPORT_DAYS,
            **kwargs,
        )


class ExportProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone."""
        return render(
            request, "components/progress_state.html", progress_of(_export(request, kwargs["uuid"]))
        )


class ExportDownload(View):
    """The file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        try:
            export = exporting.fetch_export(actor=officer_of(request), export_id=kwargs["uuid"])
            opened = export.file.open("rb")
        except (AuditExport.DoesNotExist, FileNotFoundError):
            raise Http404 from None
        name = f"audit-export-{export.requested_at:%Y%m%d-%H%M}.zip"
        return send_file(opened, name=name, media_type="application/zip")


def _export(request: HttpRequest, uuid: Any) -> AuditExport:
    export = AuditExport.objects.visible_to(officer_of(request)).filter(uuid=uuid).first()
    if export is None:
        raise Http404
    return export
