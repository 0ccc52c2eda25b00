"""Pages of imports: upload, look and confirm, progress, result, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, Level
from lmc_cases.core import once
from lmc_cases.core.display import format_size
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.spreadsheet_text import as_csv
from lmc_cases.core.uploads import LimitedUpload
from lmc_cases.core.viewer import officer_of
from lmc_cases.exchange import wording
from lmc_cases.exchange.forms import ConfirmForm, ImportFilter, UndoForm, UploadForm
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing, listing, undoing
from lmc_cases.exchange.services.contents import for_reading
from lmc_cases.exchange.services.error_table import export_errors
from lmc_cases.exchange.services.exporting import export_imports
from lmc_cases.exchange.sheets import IMPORT_COLUMNS
from lmc_cases.exchange.tables import ImportTable
from lmc_cases.jurisdictions.access import Action

# A page shows this many errors and persons; the CSV file holds what the report keeps.
SHOWN = 50
_PROGRESS = {JobState.QUEUED: "queued", JobState.RUNNING: "running", JobState.DONE: "finished"}


class ImportList(ExportedList, TemplateView):
    """The imports into the own country's cases, newest first."""

    template_name = "exchange/list.html"
    list_title = gettext_lazy("Imports")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of imports."""
        form = ImportFilter(self.request.GET)
        before = Cursor.decode(self.request.GET.get("before"))
        page = listing.imports_page(officer_of(self.request), before, **form.chosen)
        return super().get_context_data(
            **kwargs,
            table=ImportTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=any(form.chosen.values()),
            older=page_link(self.request.GET, "before", page.older),
        )

    def sheet(self) -> Sheet:
        """Every import under the filter."""
        chosen = ImportFilter(self.request.GET).chosen
        return Sheet.of("imports", IMPORT_COLUMNS, export_imports(actor=officer_of(self.request), **chosen))


class ImportUpload(LimitedUpload, ServiceFormView):
    """Choose a file for a case."""

    template_name = "exchange/upload.html"
    form_class = UploadForm
    max_bytes_setting = "IMPORT_MAX_BYTES"

    def get_initial(self) -> dict[str, Any]:
        """What the link that led here asks for, and a token: a browser sends an upload again on a bad line."""
        kind = self.request.GET.get("kind", "")
        return {
            "kind": kind if kind in ImportRun.Kind.values else ImportRun.Kind.SUSPECT_LIST,
            "once": once.new_token(self.request.user.pk),
        }

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Say what is taken."""
        form = super().get_form(form_class)
        form.fields["file"].help_text = _(
            "A list of persons as .xlsx or .csv, or a CASE bundle as JSON-LD, at most %(limit)s."
        ) % {"limit": format_size(self.max_bytes)}
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The case's frame; 404 for foreign, missing, and no right to edit alike."""
        frame = case_frame(
            officer_of(self.request), self.kwargs["case_uuid"], "suspects", at_least=Level.FULL
        )
        if "EDIT" not in frame["rights"]:
            raise Http404
        cancel_url = reverse("suspects:list", kwargs={"case_uuid": self.kwargs["case_uuid"]})
        return super().get_context_data(**frame, **kwargs, cancel_url=cancel_url)

    def call(self, form: forms.Form) -> str:
        """Keep the file and go to the look at it."""
        run = importing.start_import(
            actor=officer_of(self.request),
            case_id=self.kwargs["case_uuid"],
            kind=form.cleaned_data["kind"],
            upload=form.cleaned_data["file"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return reverse("exchange:detail", kwargs={"uuid": run.uuid})


class _OneImport:
    """What the pages of one import share."""

    request: HttpRequest
    kwargs: dict[str, Any]
    _run: ImportRun | None = None

    @property
    def run_id(self) -> UUID:
        """The import in the address."""
        found: UUID = self.kwargs["uuid"]
        return found

    def import_run(self, *, to_edit: bool = False) -> ImportRun:
        """Return the import through the rule; 404 for foreign, missing, and no right to edit alike."""
        if self._run is None:
            rule = ImportRun.objects.visible_to(officer_of(self.request))
            found = rule.select_related("case", "requested_by").filter(uuid=self.run_id).first()
            self._run = None if found is None else for_reading(found)
        if self._run is None or (to_edit and not self.may_edit(self._run)):
            raise Http404
        return self._run

    def may_edit(self, run: ImportRun) -> bool:
        """Whether the officer may change the case of the import."""
        owned = Case.objects.visible_to(officer_of(self.request)).owned_with(
            officer_of(self.request), Action.EDIT
        )
        return owned.filter(pk=run.case_id).exists()

    def progress(self, run: ImportRun) -> dict[str, Any]:
        """Return the variables of ``components/progress.html``."""
        return {
            "poll_url": reverse("exchange:progress", kwargs={"uuid": run.uuid}),
            "page_url": reverse("exchange:detail", kwargs={"uuid": run.uuid}),
            "state": _PROGRESS.get(JobState(run.job_state), "failed"),
            "label": _("Importing %(file)s") % {"file": run.file_name},
            "done": run.rows_done,
            "total": run.rows_total,
            "text": _rows_text(run),
            "error": wording.failure_text(run.error_code, run.report.get("error", "")),
            "result_url": reverse("exchange:detail", kwargs={"uuid": run.uuid}),
            "result_label": _("Show the result"),
        }


class ImportPage(_OneImport, ServiceFormView):
    """One import: the look and the officer's choices, then the progress, then the result."""

    form_class = ConfirmForm

    def get_template_names(self) -> list[str]:
        """A page per stage."""
        run = self.import_run()
        if run.job_state == JobState.NEW:
            return ["exchange/preview.html"]
        return ["exchange/result.html"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it and record that it was looked at."""
        try:
            self._run = listing.consult_import(actor=officer_of(request), run_id=self.run_id)
        except ImportRun.DoesNotExist:
            raise Http404 from None
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form is made of the file's columns."""
        return {**super().get_form_kwargs(), "run": self.import_run()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the stage shows."""
        run = self.import_run()
        context = super().get_context_data(**kwargs)
        report = run.report.get("result") or run.report.get("look") or {}
        headers = report.get("headers", [])
        context.update(
            run=run,
            case=run.case,
            may_edit=self.may_edit(run),
            is_list=run.kind == ImportRun.Kind.SUSPECT_LIST,
            report=report,
            errors=wording.error_rows(report.get("errors", [])[:SHOWN], headers),
            errors_shown=SHOWN,
            alike=[{**entry, "text": wording.alike_text(entry)} for entry in report.get("alike", [])[:SHOWN]],
            exhibits_alike=[wording.alike_text(e) for e in report.get("exhibits_alike", [])[:SHOWN]],
            problems=[
                {**p, "text": wording.PROBLEMS.get(p["code"], p["code"])}
                for p in report.get("problems", [])[:SHOWN]
            ],
            unread=[
                {**u, "text": wording.UNREAD.get(u["reason"], u["reason"])}
                for u in report.get("unread", [])[:SHOWN]
            ],
            not_taken=[
                (wording.NOT_TAKEN.get(name, name), count)
                for name, count in report.get("not_taken", {}).items()
            ],
            suspects_url=reverse("suspects:list", kwargs={"case_uuid": run.case.uuid}),
        )
        if run.job_state == JobState.NEW:
            context.update(columns=_columns(context["form"], report), sample=_sample(report, headers))
        elif not run.is_finished:
            context["progress"] = self.progress(run)
        else:
            context["failure"] = wording.failure_text(run.error_code, run.report.get("error", ""))
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look again with other columns, or import."""
        run = self.import_run(to_edit=True)
        if run.job_state != JobState.NEW:
            # Sent twice: the page of the running import says all there is to say.
            return redirect("exchange:detail", uuid=run.uuid)
        return super().post(request, *args, **kwargs)

    def call(self, form: forms.Form) -> str:
        """Make the officer's choice."""
        assert isinstance(form, ConfirmForm)  # noqa: S101 - narrows the type
        chosen = form.cleaned_data
        run = self.import_run()
        if "look" in self.request.POST:
            importing.look_again(
                actor=officer_of(self.request),
                run_id=run.uuid,
                mapping=form.chosen_mapping(),
                category=chosen["category"],
            )
        else:
            importing.confirm_import(
                actor=officer_of(self.request),
                run_id=run.uuid,
                mapping=form.chosen_mapping(),
                duplicates_confirmed=chosen.get("duplicates_confirmed", False),
                rows_confirmed=chosen.get("rows", []),
                category=chosen["category"],
            )
        return reverse("exchange:detail", kwargs={"uuid": run.uuid})


class ImportProgress(_OneImport, TemplateView):
    """How far the import is; asked each second, so it is no consultation of its own."""

    template_name = "components/progress_state.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The state now."""
        return super().get_context_data(**kwargs, **self.progress(self.import_run()))


class ImportErrors(_OneImport, View):
    """The row errors as a CSV file, always an attachment."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Send the file."""
        try:
            run = export_errors(actor=officer_of(request), run_id=self.run_id)
        except ImportRun.DoesNotExist:
            raise Http404 from None
        result = run.report["result"]
        errors = wording.error_rows(result.get("errors", []), result.get("headers", []))
        names = ("row", "column", "field", "value", "remedy")
        rows = [[error[name] for name in names] for error in errors]
        rows += [
            [entry["row"], "", "", "", wording.alike_text(entry)]
            for entry in result.get("alike", [])
            if not entry["taken"]
        ]
        head = [_("Row"), _("Column"), _("Field"), _("Value"), _("What to do")]
        return send_file(
            as_csv([head, *rows]).encode(),
            name=f"errors-{run.case.reference}.csv",
            media_type="text/csv; charset=utf-8",
        )


class ImportDiscard(_OneImport, View):
    """Throw a waiting import away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Throw it away and go back to the case."""
        run = self.import_run(to_edit=True)
        try:
            importing.discard_import(actor=officer_of(request), run_id=run.uuid)
        except ImportRun.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            messages.warning(request, str(error))
            return redirect("exchange:detail", uuid=run.uuid)
        messages.success(request, _("The file was thrown away. Nothing was imported."))
        return redirect("suspects:list", case_uuid=run.case.uuid)


class ImportUndo(_OneImport, ServiceFormView):
    """Ask before a whole import is taken back."""

    template_name = "components/confirm_page.html"
    form_class = UndoForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What will happen."""
        run = self.import_run(to_edit=True)
        if run.job_state != JobState.DONE:
            raise Http404
        return super().get_context_data(
            **kwargs,
            title=_("Undo the import"),
            question=_("Should everything that came in with %(file)s be removed?") % {"file": run.file_name},
            consequences=[
                _("Persons who were edited since, or who are named in a handover request, stay."),
                _("Exhibits are withdrawn: their custody record is kept."),
                _("The history keeps what was imported."),
            ],
            confirm_label=_("Undo the import"),
            cancel_url=reverse("exchange:detail", kwargs={"uuid": run.uuid}),
        )

    def call(self, form: forms.Form) -> str:
        """Take it back."""
        undoing.undo_import(
            actor=officer_of(self.request), run_id=self.run_id, reason=form.cleaned_data["reason"]
        )
        return reverse("exchange:detail", kwargs={"uuid": self.run_id})


def _rows_text(run: ImportRun) -> str:
    if run.job_state != JobState.RUNNING or not run.rows_done:
        return ""
    if run.rows_total:
        return _("%(done)s of %(total)s rows") % {"done": run.rows_done, "total": run.rows_total}
    return _("%(done)s rows") % {"done": run.rows_done}


def _columns(form: ConfirmForm, look: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each column with its select and the first values in it."""
    rows = [row["cells"] for row in look.get("sample", [])]
    return [
        {
            "field": field,
            "header": field.label,
            "examples": [cells[n] for cells in rows if n < len(cells) and cells[n]][:3],
        }
        for n, field in enumerate(form.columns())
    ]


def _sample(look: dict[str, Any], headers: list[str]) -> list[dict[str, Any]]:
    """Return the first rows, each cell with its column's header."""
    return [
        {
            "row": row["row"],
            "cells": [
                (header or str(n + 1), row["cells"][n] if n < len(row["cells"]) else "")
                for n, header in enumerate(headers)
            ],
        }
        for row in look.get("sample", [])
    ]
