"""Lists made by a worker: owed from the page of the list, watched, downloaded; and all of an officer's files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from lmc_cases.core.display import format_number
from lmc_cases.core.errors import ReasonRequired
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import too_many_text
from lmc_cases.core.sending import send_file
from lmc_cases.core.spreadsheet_text import media_type
from lmc_cases.core.viewer import officer_of
from lmc_cases.exports.models import ListExport
from lmc_cases.exports.services.asking import fetch_list, owe_list, page_of_files
from lmc_cases.exports.services.pages import is_open, title_of

SHOWN_STATES = {
    JobState.NEW: "queued",
    JobState.QUEUED: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "finished",
}


def owe(request: HttpRequest, kind: str) -> str:
    """Owe the list of the page that was asked, and return where its file will be."""
    match = request.resolver_match
    export = owe_list(
        actor=officer_of(request),
        path=request.path_info,
        query=first_page(request.GET).removeprefix("?"),
        kind=kind,
        view=match.view_name if match else "",
    )
    return reverse("exports:detail", args=[export.uuid])


def progress_of(export: ListExport) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a list that is being made."""
    page = reverse("exports:detail", args=[export.uuid])
    state = SHOWN_STATES.get(JobState(export.job_state), "failed")
    counted = state == "running" and export.rows_total
    return {
        "poll_url": reverse("exports:progress", args=[export.uuid]),
        "state": state,
        "label": _("Making the file"),
        "done": export.rows_done,
        "total": export.rows_total,
        "text": _("%(done)s of %(total)s")
        % {"done": format_number(export.rows_done), "total": format_number(export.rows_total or 0)}
        if counted
        else "",
        "error": trouble_of(export) if state == "failed" else "",
        "result_url": page,
        "result_label": _("Open the file"),
        "page_url": page,
    }


def trouble_of(export: ListExport) -> str:
    """Say why a list was not made, and what to do."""
    known = {
        "too-many": too_many_text(settings.LIST_EXPORT_MAX_ROWS_BY_WORKER),
        "too-long": _("It took too long. Narrow the list by its filters first."),
        "refused": _("The list cannot be given out as a whole. Narrow it by its filters first."),
        "denied": _("The list is not open to you any more."),
        "reason": _(
            "A new day has begun. Open the list, say again why you read the case, then ask for the file."
        ),
    }
    return known.get(export.error_code, _("Try again. If it fails again, tell your administrator."))


class FileList(TemplateView):
    """The officer's files, the last asked for first."""

    template_name = "exports/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice."""
        before = Cursor.decode(self.request.GET.get("before"))
        page = page_of_files(officer_of(self.request), before=before)
        return super().get_context_data(
            rows=[(export, title_of(export.path)) for export in page.rows],
            newer="?" if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )


class FilePage(TemplateView):
    """One list: progress, then the file and its checksum; or why there is none."""

    template_name = "exports/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load it through the rule."""
        export = _export(self.request, self.kwargs["uuid"])
        progress = progress_of(export)
        is_denied = export.error_code == "denied"
        return super().get_context_data(
            export=export,
            title=title_of(export.path),
            progress=progress,
            is_done=export.job_state == JobState.DONE,
            is_closed=bool(export.file) and not self._is_open(export),
            trouble=progress["error"],
            list_url="" if is_denied else f"{export.path}?{export.query}".removesuffix("?"),
            **kwargs,
        )

    def _is_open(self, export: ListExport) -> bool:
        try:
            return is_open(officer_of(self.request), export)
        except ReasonRequired:
            # Asked when the file is fetched; this page shows nothing of the list.
            return True


class FileProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone."""
        return render(
            request, "components/progress_state.html", progress_of(_export(request, kwargs["uuid"]))
        )


class FileDownload(View):
    """The file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        try:
            export = fetch_list(actor=officer_of(request), export_id=kwargs["uuid"])
            opened = export.file.open("rb")
        except (ListExport.DoesNotExist, FileNotFoundError):
            raise Http404 from None
        return send_file(opened, name=export.file_name, media_type=media_type(is_xlsx=export.is_xlsx))


def _export(request: HttpRequest, uuid: Any) -> ListExport:
    export = ListExport.objects.visible_to(officer_of(request)).filter(uuid=uuid).first()
    if export is None:
        raise Http404
    return export
