"""Runs of many dossiers: say how many and start, watch, cancel, resume, try the failed again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from lmc_cases.core.display import format_left, format_number
from lmc_cases.core.errors import Conflict
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.once import id_in, new_token
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_pieces
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import RunForm, RunScope
from lmc_cases.dossiers.models import DossierRun, DossierRunItem, Priority, Scope
from lmc_cases.dossiers.services import runs
from lmc_cases.dossiers.services.packing import pack_run
from lmc_cases.dossiers.services.scopes import Asked, Found, requests_asked
from lmc_cases.dossiers.tables import RunTable
from lmc_cases.dossiers.views.trouble import trouble_with


def progress_of(request: HttpRequest, run: DossierRun) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a run."""
    page = reverse("dossiers:run", args=[run.uuid])
    state = "running" if run.done or run.failed else "queued"
    if run.is_over:
        state = "finished"
    elif run.state == run.State.CANCELLED:
        state = "failed"
    return {
        "poll_url": reverse("dossiers:run_progress", args=[run.uuid]),
        "state": state,
        "label": _("Creating the dossiers"),
        "done": run.done + run.failed,
        "total": run.total,
        "text": " · ".join(_words_of(request, run)),
        "error": _("Cancelled: what waits is not created until the run is resumed.")
        if state == "failed"
        else "",
        "result_url": page,
        "result_label": _("Show the result"),
        "page_url": page,
    }


def _words_of(request: HttpRequest, run: DossierRun) -> list[str]:
    """How many, how fast, how long: what is not known is left out."""
    words = [
        _("%(done)s of %(total)s") % {"done": format_number(run.done), "total": format_number(run.total)}
    ]
    if run.failed:
        words.append(
            ngettext("%(count)s failed", "%(count)s failed", run.failed)
            % {"count": format_number(run.failed)}
        )
    pace = runs.pace_of(officer_of(request), run)
    if pace.per_minute is not None and pace.seconds_left is not None:
        rate = max(1, round(pace.per_minute))
        words.append(
            ngettext("%(count)s a minute", "%(count)s a minute", rate) % {"count": format_number(rate)}
        )
        # Part of a minute counts as one.
        until = timezone.now() + dt.timedelta(seconds=pace.seconds_left + 59)
        words.append(_("about %(time)s left") % {"time": format_left(until)})
    return words


class RunList(TemplateView):
    """The officer's runs, the last started first."""

    template_name = "dossiers/runs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice."""
        before = Cursor.decode(self.request.GET.get("before"))
        page = runs.page_of_runs(officer_of(self.request), before=before)
        return super().get_context_data(
            table=RunTable(page.rows),
            rows=page.rows,
            newer="?" if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )


class RunStart(ServiceFormView):
    """Say how many dossiers it would be, and ask in which languages."""

    template_name = "dossiers/run_start.html"
    form_class = RunForm
    asked: Asked
    found: Found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the address, and count through the rule."""
        scope = RunScope(request.GET)
        if not scope.is_valid():
            raise Http404
        named = scope.cleaned_data
        kinds = {Scope.OPERATION: named["operation"], Scope.CROSSING: named["crossing"]}
        kind = next((kind for kind, uuid in kinds.items() if uuid), Scope.REQUESTS)
        self.asked = Asked(kind, kinds.get(kind), status=named["status"], procedure=named["procedure"])
        try:
            self.found = requests_asked(officer_of(request), self.asked)
        except ObjectDoesNotExist:
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Offer the language of the officer's papers."""
        actor = officer_of(self.request)
        is_crossing = self.asked.scope == Scope.CROSSING
        return {
            "languages": [actor.document_language],
            "priority": Priority.CROSSING if is_crossing else Priority.NORMAL,
            "expected": len(self.found.requests),
            "once": new_token(actor.pk),
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """Only a crossing's dossiers come first."""
        return {**super().get_form_kwargs(), "scope": self.asked.scope}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how many there are, and how many have none."""
        scope = self.asked
        back = {
            Scope.REQUESTS: reverse("handovers:list"),
            Scope.OPERATION: scope.uuid and reverse("cases:operation", args=[scope.uuid]),
            Scope.CROSSING: scope.uuid and reverse("crossings:detail", args=[scope.uuid]),
        }
        return super().get_context_data(
            found=self.found,
            count=len(self.found.requests),
            is_filtered=bool(scope.status or scope.procedure),
            cancel_url=back[Scope(scope.scope)],
            **kwargs,
        )

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the number that holds now: what is sent again is about that."""
        data = self.request.POST.copy()
        data["expected"] = str(len(self.found.requests))
        form.data = data
        return super().form_invalid(form)

    def call(self, form: forms.Form) -> str:
        """Start it and show it."""
        run = runs.start_run(
            actor=officer_of(self.request),
            asked=self.asked,
            languages=form.cleaned_data["languages"],
            beside=form.cleaned_data["beside"],
            priority=form.cleaned_data["priority"],
            expected=form.cleaned_data["expected"],
            new_id=id_in(form.cleaned_data["once"], self.request),
        )
        return reverse("dossiers:run", args=[run.uuid])


class RunPage(TemplateView):
    """One run: live progress, what failed and why, what was made."""

    template_name = "dossiers/run.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            run = runs.consult_run(actor=user, run_id=self.kwargs["uuid"])
        except DossierRun.DoesNotExist:
            raise Http404 from None
        failed, failed_more = runs.items_of(
            user, run, DossierRunItem.State.FAILED, after=_place(self.request, "failed")
        )
        made, made_more = runs.items_of(
            user, run, DossierRunItem.State.DONE, after=_place(self.request, "made")
        )
        return super().get_context_data(
            run=run,
            progress=progress_of(self.request, run),
            failed=[(item, *trouble_with(item.error_code)) for item in failed],
            failed_more=f"?failed={failed_more}#failed" if failed_more else "",
            made=made,
            made_more=f"?made={made_more}#made" if made_more else "",
            is_paged="failed" in self.request.GET or "made" in self.request.GET,
            is_cancelled=run.state == run.State.CANCELLED and not run.is_over,
            **kwargs,
        )


def _place(request: HttpRequest, name: str) -> int:
    """Read a position of an address; 0 for what is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class RunProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        run = DossierRun.objects.visible_to(officer_of(request)).filter(uuid=kwargs["uuid"]).first()
        if run is None:
            raise Http404
        return render(request, "components/progress_state.html", progress_of(request, run))


class RunDownload(View):
    """What is finished, as one file; each dossier in it is a disclosure of its own."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Send it while it is written; with nothing to send, say so on the run's page."""
        try:
            package = pack_run(actor=officer_of(request), run_id=kwargs["uuid"])
        except DossierRun.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            messages.warning(request, str(error))
            return redirect("dossiers:run", uuid=kwargs["uuid"])
        return send_pieces(package.pieces, name=package.name, media_type="application/zip")


class _RunStep(View):
    """One click that changes a run; what it cannot do any more is said on the run's page."""

    http_method_names = ["post"]
    step: Any

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take it."""
        try:
            type(self).step(actor=officer_of(request), run_id=kwargs["uuid"])
        except DossierRun.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            messages.warning(request, str(error))
        return redirect("dossiers:run", uuid=kwargs["uuid"])


class RunCancel(_RunStep):
    """Draw no more of it."""

    step = staticmethod(runs.cancel_run)


class RunResume(_RunStep):
    """Go on with it."""

    step = staticmethod(runs.resume_run)


class RunRetry(_RunStep):
    """Try what failed again."""

    step = staticmethod(runs.retry_failed)
