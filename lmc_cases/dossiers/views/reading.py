"""Lists of dossiers, one dossier with its progress, its facts and its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Level
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers import wording
from lmc_cases.dossiers.facts import DossierFacts, Text
from lmc_cases.dossiers.forms import DossierFilter, LanguagesForm
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import owing, reading
from lmc_cases.dossiers.services.exporting import export_dossiers
from lmc_cases.dossiers.services.signing import is_of_a_side, standing_of
from lmc_cases.dossiers.services.working import STEPS
from lmc_cases.dossiers.sheets import DOSSIER_COLUMNS
from lmc_cases.dossiers.tables import DossierTable
from lmc_cases.dossiers.views.trouble import trouble_with
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.left_out import left_out_of
from lmc_cases.handovers.states import DISCLOSED

SHOWN_STATES = {
    JobState.QUEUED: "queued",
    JobState.NEW: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "finished",
}


def progress_of(dossier: Dossier) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a dossier."""
    state = SHOWN_STATES.get(JobState(dossier.job_state), "failed")
    texts = [_("Reading the facts"), _("Drawing the pages"), _("Storing the file")]
    detail = reverse("dossiers:detail", args=[dossier.uuid])
    return {
        "poll_url": reverse("dossiers:progress", args=[dossier.uuid]),
        "state": state,
        "label": _("Creating the dossier"),
        "done": dossier.steps_done,
        "total": STEPS,
        "text": texts[min(dossier.steps_done, STEPS - 1)] if state == "running" else "",
        "error": trouble_with(dossier.error_code)[0] if state == "failed" else "",
        "result_url": detail,
        "result_label": _("Open the dossier"),
        "page_url": detail,
    }


def text_shown(texts: Iterable[Text], dossier: Dossier) -> dict[str, str] | None:
    """Return what ``components/text_block.html`` shows: the reader's language, the dossier's, the original."""
    known = {text.language: text for text in texts}
    original = next((text for text in known.values() if text.is_original), None)
    text = known.get(get_language() or "en") or known.get(dossier.language) or original
    if text is None:
        return None
    kind = "original" if text.is_original else "translation"
    return {
        "text": text.text,
        "language": text.language,
        "kind": kind,
        "by": text.translator,
        "engine": text.engine,
    }


def _unfinished(facts: DossierFacts, dossier: Dossier) -> list[wording.Unfinished]:
    """Return what keeps the dossier from being final, in the reader's words; twice the same is said once."""
    languages = filter(None, [dossier.language, dossier.beside])
    return list(dict.fromkeys(each for code in languages for each in wording.unfinished(facts, code)))


class DossierList(ExportedList, TemplateView):
    """Every dossier the officer may see."""

    template_name = "dossiers/list.html"
    list_title = gettext_lazy("Dossiers")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice, the last requested first."""
        before = Cursor.decode(self.request.GET.get("before"))
        form = DossierFilter(self.request.GET)
        page = reading.page_of_dossiers(officer_of(self.request), before=before, filters=form.chosen)
        return super().get_context_data(
            table=DossierTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=form.chosen != reading.DossierFilters(),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every dossier under the filter."""
        filters = DossierFilter(self.request.GET).chosen
        rows = export_dossiers(actor=officer_of(self.request), filters=filters)
        return Sheet.of("dossiers", DOSSIER_COLUMNS, rows)


class DossiersOfCase(ExportedList, TemplateView):
    """The tab of a case."""

    template_name = "dossiers/of_case.html"
    list_title = gettext_lazy("Dossiers of a case")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The dossiers about this case that the officer may see."""
        user = officer_of(self.request)
        frame = case_frame(user, self.kwargs["case_uuid"], "dossiers", at_least=Level.FULL)
        before = Cursor.decode(self.request.GET.get("before"))
        form = DossierFilter(self.request.GET)
        page = reading.page_of_dossiers(user, before=before, case=frame["case"], filters=form.chosen)
        return super().get_context_data(
            table=DossierTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=form.chosen != reading.DossierFilters(),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **frame,
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All of the case under the filter; 404 and the reason for reading as for the page."""
        user = officer_of(self.request)
        case = case_frame(user, self.kwargs["case_uuid"], "dossiers", at_least=Level.FULL)["case"]
        rows = export_dossiers(actor=user, case=case, filters=DossierFilter(self.request.GET).chosen)
        return Sheet.of(f"{case.reference.lower()}-dossiers", DOSSIER_COLUMNS, rows)


class DossierPage(TemplateView):
    """One dossier: live progress, then file, hash and the facts to read."""

    template_name = "dossiers/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            dossier = reading.consult_dossier(actor=user, dossier_id=self.kwargs["uuid"])
        except Dossier.DoesNotExist:
            raise Http404 from None
        is_done = dossier.job_state == JobState.DONE
        progress = progress_of(dossier)
        trouble, remedy = trouble_with(dossier.error_code) if progress["state"] == "failed" else ("", "")
        facts = reading.facts_of(dossier)
        return super().get_context_data(
            dossier=dossier,
            is_done=is_done,
            progress=progress,
            trouble=trouble,
            remedy=remedy,
            facts=facts,
            texts={
                "title": text_shown(facts.case_title, dossier),
                "summary": text_shown(facts.case_summary, dossier),
                "statement": text_shown(facts.statement_of_facts, dossier),
                "assessment": text_shown(facts.assessment, dossier),
            }
            if facts
            else {},
            unfinished=_unfinished(facts, dossier) if facts else [],
            left_out=left_out_of(user, dossier.handover),
            newer_version=reading.newer_version_of(user, dossier),
            standing=standing_of(user, dossier) if is_done else None,
            may_review=is_of_a_side(user, dossier),
            legal_notice=True,
            **kwargs,
        )


class DossierOfPerson(View):
    """The address in the code of a person's sheet: it leads to the dossier that was printed."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Find it through the rule; the page it leads to records who reads."""
        user = officer_of(request)
        try:
            dossier = reading.dossier_on_paper(
                user, person_id=kwargs["uuid"], version=kwargs["version"], language=user.document_language
            )
        except Dossier.DoesNotExist:
            raise Http404 from None
        return redirect("dossiers:detail", uuid=dossier.uuid)


class DossierProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        rows = Dossier.objects.visible_to(officer_of(request)).defer("facts", "engine")
        dossier = rows.filter(uuid=kwargs["uuid"]).first()
        if dossier is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(dossier))


class DossierDownload(View):
    """The file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        try:
            stored = reading.open_download(actor=officer_of(request), dossier_id=kwargs["uuid"])
        except Dossier.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            context = {"error": str(error), "back_url": reverse("dossiers:detail", args=[kwargs["uuid"]])}
            return render(request, "dossiers/no_file.html", context, status=409)
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class DossierPhoto(View):
    """A photograph on the page of a dossier."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Answer with the JPEG if it stands in this dossier."""
        try:
            jpeg = reading.read_dossier_photo(
                actor=officer_of(request), dossier_id=kwargs["uuid"], sha256=kwargs["sha256"]
            )
        except Dossier.DoesNotExist:
            raise Http404 from None
        return send_file(jpeg, name="photo.jpg", media_type="image/jpeg")


class DossierRetry(View):
    """Try a failed dossier again; one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            owing.retry_dossier(actor=officer_of(request), dossier_id=kwargs["uuid"])
        except Dossier.DoesNotExist:
            raise Http404 from None
        except owing.NotFailed:
            pass
        return redirect("dossiers:detail", uuid=kwargs["uuid"])


class DossiersOfRequest(ExportedList, ServiceFormView):
    """The dossiers of a request, and one in another language."""

    template_name = "dossiers/of_request.html"
    list_title = gettext_lazy("Dossiers of a request")
    form_class = LanguagesForm
    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule."""
        rows = HandoverRequest.objects.visible_to(officer_of(request)).select_related(
            "requesting", "requested"
        )
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        self.handover = handover
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Offer the language of the officer's papers."""
        return {"language": officer_of(self.request).document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The dossiers there are, newest version first."""
        rows = reading.dossiers_of_request(officer_of(self.request), self.handover)
        return super().get_context_data(
            handover=self.handover,
            rows=rows,
            table=DossierTable(rows),
            left_out=left_out_of(officer_of(self.request), self.handover),
            may_ask=self.handover.status in DISCLOSED,
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All of the request: a few versions in a few languages, which need no filter."""
        rows = export_dossiers(actor=officer_of(self.request), handover=self.handover)
        return Sheet.of(f"{self.handover.reference.lower()}-dossiers", DOSSIER_COLUMNS, rows)

    def call(self, form: forms.Form) -> str:
        """Owe it, or find it, and show it."""
        dossier = owing.request_dossier(
            actor=officer_of(self.request),
            handover_id=self.handover.uuid,
            language=form.cleaned_data["language"],
            beside=form.cleaned_data["beside"],
        )
        return reverse("dossiers:detail", args=[dossier.uuid])
