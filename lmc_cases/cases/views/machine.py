"""Ask a machine for the draft of a translation, and watch it come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from lmc_cases.cases.models import CaseText, MachineDraft
from lmc_cases.cases.services import casework
from lmc_cases.cases.translator import Translator
from lmc_cases.cases.views.base import CaseFormView, officer_of
from lmc_cases.core.display import format_number, language_name
from lmc_cases.core.jobs import JobState

SHOWN_STATES = {JobState.QUEUED: "queued", JobState.RUNNING: "running", JobState.DONE: "finished"}


def trouble_with(code: str) -> str:
    """Say why there is no draft and what helps, in the active language."""
    known = {
        "translator-away": _("The machine translator cannot be reached. Try again later."),
        "translator-too-slow": _("The machine translator took too long. Try again later."),
        "translator-busy": _("The machine translator has too much to do. Try again later."),
        "translator-refused": _("The machine translator refused its key. Tell your administrator."),
        "translator-off": _("No machine translator is set up."),
        "translator-language": _(
            "The machine does not translate between these languages. Translate it yourself."
        ),
        "translator-too-long": _(
            "The text or its translation is too long for the machine. Translate it yourself."
        ),
        "kept-back": _("The texts of this case do not leave the house any more."),
        "written-meanwhile": _("Somebody wrote this translation meanwhile. Nothing was replaced."),
        "denied": _("The officer who asked for it lost the right to do so."),
        "too-many-attempts": _("The work was begun several times and never finished."),
    }
    return known.get(
        code, _("The machine translator did not answer with a translation. Tell your administrator.")
    )


def progress_of(draft: MachineDraft) -> dict[str, Any]:
    """Return what ``components/progress.html`` shows of a draft."""
    state = SHOWN_STATES.get(JobState(draft.job_state), "failed")
    page = reverse("cases:machine_draft", args=[draft.uuid])
    return {
        "poll_url": reverse("cases:machine_draft_progress", args=[draft.uuid]),
        "state": state,
        "label": _("Drafting the translation"),
        "done": 0,
        "total": 0,
        "text": "",
        "error": trouble_with(draft.error_code) if state == "failed" else "",
        "result_url": reverse("cases:text", args=[draft.case.uuid, draft.kind, draft.language]),
        "result_label": _("Compare and edit"),
        "page_url": page,
    }


class MachineDraftAsk(CaseFormView):
    """Say what would go where, and ask; without machine or right there is no such page."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"
    page_title = gettext_lazy("Ask for a machine draft")
    original: CaseText
    machine: Translator

    def prepare(self) -> None:
        """Read the original and ask for machine and right."""
        machine = casework.machine_for(self.actor, self.case)
        known = self.kwargs["kind"] in CaseText.Kind.values and self.kwargs["language"] in dict(
            settings.LANGUAGES
        )
        rows = CaseText.objects.visible_to(self.actor).filter(case=self.case, is_original=True)
        original = rows.filter(kind=self.kwargs["kind"]).first() if known else None
        if machine is None or original is None or original.language == self.kwargs["language"]:
            raise Http404
        self.machine, self.original = machine, original

    def back_url(self) -> str:
        """The text that is to be written."""
        return reverse("cases:text", args=[self.case.uuid, self.original.kind, self.kwargs["language"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask."""
        return super().get_context_data(
            title=self.page_title,
            question=_("%(kind)s of case %(reference)s is sent to the machine translator at %(host)s.")
            % {
                "kind": self.original.get_kind_display(),
                "reference": self.case.reference,
                "host": self.machine.host,
            },
            consequences=[
                _("From %(source)s into %(target)s, %(count)s characters.")
                % {
                    "source": language_name(self.original.language),
                    "target": language_name(self.kwargs["language"]),
                    "count": format_number(len(self.original.text)),
                },
                _(
                    "What comes back is a draft, marked as a machine's. It is not final before an officer checked it."
                ),
                _("That it was sent, where and by whom is recorded."),
            ],
            confirm_label=_("Send and ask for a draft"),
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Ask for it and watch."""
        draft = casework.ask_machine_draft(
            actor=self.actor,
            case_id=self.case.uuid,
            kind=self.original.kind,
            language=self.kwargs["language"],
        )
        return reverse("cases:machine_draft", args=[draft.uuid])


def _draft_of(request: HttpRequest, uuid: Any) -> MachineDraft:
    rows = MachineDraft.objects.visible_to(officer_of(request)).select_related("case")
    draft = rows.filter(uuid=uuid).first()
    if draft is None:
        raise Http404
    return draft


class MachineDraftPage(TemplateView):
    """One draft: how far it is, or why there is none."""

    template_name = "cases/machine_draft.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load it through the rule."""
        draft = _draft_of(self.request, self.kwargs["uuid"])
        may_ask = casework.machine_for(officer_of(self.request), draft.case) is not None
        return super().get_context_data(
            draft=draft,
            case=draft.case,
            progress=progress_of(draft),
            trouble=trouble_with(draft.error_code) if draft.error_code else "",
            text_url=reverse("cases:text", args=[draft.case.uuid, draft.kind, draft.language]),
            again_url=reverse("cases:text_machine", args=[draft.case.uuid, draft.kind, draft.language])
            if may_ask
            else "",
            **kwargs,
        )


class MachineDraftProgress(View):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone."""
        shown = progress_of(_draft_of(request, kwargs["uuid"]))
        return render(request, "components/progress_state.html", shown)
