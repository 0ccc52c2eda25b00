"""Open a case, change it, add to it, restrict it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.casework import (
    CaseEditForm,
    CaseOpenForm,
    NoteForm,
    ReasonForm,
    RestrictForm,
    TextForm,
    TimelineForm,
    TranslationCheckForm,
)
from lmc_cases.cases.models import Case, CaseOfficer, CaseText, TranslationRequest, is_stale
from lmc_cases.cases.services import casework
from lmc_cases.cases.views.base import CaseFormView, officer_of
from lmc_cases.core.once import id_in
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting


class CaseOpen(ServiceFormView):
    """A new case of the own country."""

    form_class = CaseOpenForm
    template_name = "cases/create.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only who may edit the own country's records opens a case."""
        actor = officer_of(request)
        if actor.agency is None or not jurisdictions_granting(actor, Action.EDIT).exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers what this officer may choose."""
        return {**super().get_form_kwargs(), "actor": officer_of(self.request)}

    def call(self, form: forms.Form) -> str:
        """Open it."""
        actor = officer_of(self.request)
        fields = dict(form.cleaned_data)
        case = casework.open_case(actor=actor, public_id=id_in(fields.pop("once"), self.request), **fields)
        return reverse("cases:detail", args=[case.uuid])


class CaseEdit(CaseFormView):
    """Change the key facts."""

    form_class = CaseEditForm
    page_title = gettext_lazy("Edit the case")
    submit_label = gettext_lazy("Save")
    draft = "case-edit"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers what this officer may choose."""
        return {**super().get_form_kwargs(), "actor": self.actor, "case": self.case}

    def get_initial(self) -> dict[str, Any]:
        """Start from what stands, and say which version that is."""
        case, detail = self.case, self.case.detail
        return {
            "status": case.status,
            "typology_code": case.typology.code if case.typology else "",
            "classification": case.classification,
            "lead_officer_id": str(detail.lead_officer.uuid) if detail.lead_officer else "",
            "place": detail.place,
            "border_point_id": str(detail.border_point.uuid) if detail.border_point else "",
            "occurred_from": detail.occurred_from,
            "occurred_to": detail.occurred_to,
            "loss_amount": detail.loss_amount,
            "loss_currency": detail.loss_currency,
            "fraud_victims": detail.fraud_victims,
            "version": case.version,
        }

    def call(self, form: forms.Form) -> str:
        """Save them."""
        casework.edit_case(actor=self.actor, case_id=self.case.uuid, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return self.back_url()


class CaseTextWrite(CaseFormView):
    """Write title, summary or facts in one language, beside the original."""

    form_class = TextForm
    template_name = "cases/text.html"
    submit_label = gettext_lazy("Save")
    kind: CaseText.Kind
    held: CaseText | None
    original: CaseText | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse a kind or language that does not exist before looking at the case."""
        known = kwargs["kind"] in CaseText.Kind.values and kwargs["language"] in dict(settings.LANGUAGES)
        if not known:
            raise Http404
        self.kind = CaseText.Kind(kwargs["kind"])
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """Read the text to write and the original beside it."""
        rows = CaseText.objects.visible_to(self.actor).filter(case=self.case, kind=self.kind)
        by_language = {row.language: row for row in rows.select_related("author")}
        self.held = by_language.get(self.kwargs["language"])
        self.original = next((row for row in by_language.values() if row.is_original), None)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows which text it is."""
        language = self.kwargs["language"]
        is_original = self.original is None or self.original.language == language
        return {
            **super().get_form_kwargs(),
            "kind": self.kind,
            "language": language,
            "is_original": is_original,
            "initial": {}
            if self.held is None
            else {
                "text": self.held.text,
                "translator": self.held.translator,
                "version": self.held.version,
            },
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the original, unless it is what is written."""
        language = self.kwargs["language"]
        beside = self.original
        return super().get_context_data(
            **{
                "page_title": self.kind.label,
                "text_language": language,
                "original": None if beside is None or beside.language == language else beside,
                "held": self.held,
                "asked": _asked(self.actor, self.case, self.kind, language),
                **self._machine(),
                "draft": f"case-text-{self.case.uuid}-{self.kind}-{language}",
                **kwargs,
            }
        )

    def _machine(self) -> dict[str, str]:
        """Offer the machine's draft where there is a machine, a right, and nothing that a person wrote."""
        language, held = self.kwargs["language"], self.held
        is_free = held is None or (bool(held.engine) and held.status == CaseText.Status.DRAFT)
        if self.original is None or self.original.language == language or not is_free:
            return {}
        if casework.machine_for(self.actor, self.case) is None:
            return {}
        why_not = casework.kept_back(self.case)
        address = reverse("cases:text_machine", args=[self.case.uuid, self.kind.value, language])
        return {"machine_url": "" if why_not else address, "machine_kept_back": why_not}

    def call(self, form: forms.Form) -> str:
        """Save it."""
        casework.write_text(
            actor=self.actor,
            case_id=self.case.uuid,
            kind=self.kind,
            language=self.kwargs["language"],
            **form.cleaned_data,
        )
        messages.success(self.request, _("Saved."))
        return f"{self.back_url()}?language={self.kwargs['language']}#texts"


class TranslationCheck(CaseFormView):
    """Say of a translation that it was checked; original and translation stand beside each other."""

    form_class = TranslationCheckForm
    template_name = "cases/translation_check.html"
    page_title = gettext_lazy("Check the translation")
    submit_label = gettext_lazy("Record the check")
    held: CaseText
    original: CaseText

    def prepare(self) -> None:
        """Read both texts; without a translation there is nothing here."""
        rows = CaseText.objects.visible_to(self.actor).filter(case=self.case, kind=self.kwargs["kind"])
        by_language = {row.language: row for row in rows.select_related("author", "checked_by")}
        held = by_language.get(self.kwargs["language"])
        original = next((row for row in by_language.values() if row.is_original), None)
        if held is None or original is None or held.is_original:
            raise Http404
        self.held, self.original = held, original

    def get_initial(self) -> dict[str, Any]:
        """Say which words were read."""
        return {"version": self.held.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add both texts and how they stand to each other."""
        return super().get_context_data(
            held=self.held,
            original=self.original,
            is_stale=is_stale(self.held, self.original),
            is_own=self.held.author_id == self.actor.pk,
            asked=_asked(self.actor, self.case, self.held.kind, self.held.language),
            edit_url=reverse("cases:text", args=[self.case.uuid, self.held.kind, self.held.language]),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        casework.check_translation(
            actor=self.actor,
            case_id=self.case.uuid,
            kind=self.held.kind,
            language=self.held.language,
            **form.cleaned_data,
        )
        messages.success(self.request, _("Saved."))
        return f"{self.back_url()}?language={self.held.language}#texts"


def _asked(actor: User, case: Case, kind: str, language: str) -> list[TranslationRequest]:
    """Return who waits for a translation."""
    rows = TranslationRequest.objects.visible_to(actor).open().filter(case=case, kind=kind, language=language)
    return list(rows.select_related("country").order_by("pk"))


class TimelineAdd(CaseFormView):
    """Add an event."""

    form_class = TimelineForm
    page_title = gettext_lazy("Add to the timeline")
    submit_label = gettext_lazy("Add")
    draft = "case-timeline"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form starts in the officer's language."""
        return {**super().get_form_kwargs(), "actor": self.actor}

    def call(self, form: forms.Form) -> str:
        """Add it."""
        fields = dict(form.cleaned_data)
        public_id = id_in(fields.pop("once"), self.request)
        casework.add_timeline_entry(actor=self.actor, case_id=self.case.uuid, public_id=public_id, **fields)
        return f"{self.back_url()}#timeline"


class NoteAdd(CaseFormView):
    """Add a note for the own country."""

    form_class = NoteForm
    page_title = gettext_lazy("Add a note")
    submit_label = gettext_lazy("Add")
    draft = "case-note"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form starts in the officer's language."""
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who reads it."""
        return super().get_context_data(
            hint=_("Notes are for your own country; they are never shared."), **kwargs
        )

    def call(self, form: forms.Form) -> str:
        """Add it."""
        fields = dict(form.cleaned_data)
        public_id = id_in(fields.pop("once"), self.request)
        casework.add_note(actor=self.actor, case_id=self.case.uuid, public_id=public_id, **fields)
        return f"{self.back_url()}#notes"


class CaseRestrict(CaseFormView):
    """Name the only officers of the own country who see the case."""

    form_class = RestrictForm
    template_name = "cases/restrict.html"
    page_title = gettext_lazy("Restrict to named officers")
    submit_label = gettext_lazy("Restrict the case")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the officer's colleagues."""
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """Start from who is named now; else from the lead officer."""
        named = [
            str(row.user.uuid)
            for row in CaseOfficer.objects.visible_to(self.actor)
            .filter(case=self.case)
            .select_related("user")
        ]
        lead = self.case.detail.lead_officer
        return {"officers": named or ([str(lead.uuid)] if lead is not None else [])}

    def back_url(self) -> str:
        """Restriction belongs to who can see the case."""
        return reverse("cases:sharing", args=[self.case.uuid])

    def call(self, form: forms.Form) -> str:
        """Restrict it."""
        fields = form.cleaned_data
        casework.restrict_case(
            actor=self.actor,
            case_id=self.case.uuid,
            officer_ids=fields["officers"],
            reason=fields["reason"],
        )
        return self.back_url()


class RestrictionLift(CaseFormView):
    """Open a restricted case to the whole own country again."""

    form_class = ReasonForm
    template_name = "components/confirm_page.html"

    def back_url(self) -> str:
        """Restriction belongs to who can see the case."""
        return reverse("cases:sharing", args=[self.case.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask."""
        return super().get_context_data(
            title=_("Lift the restriction"),
            question=_("All officers of your country who read cases will see %(reference)s again.")
            % {"reference": self.case.reference},
            confirm_label=_("Lift the restriction"),
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Lift it."""
        casework.lift_restriction(
            actor=self.actor, case_id=self.case.uuid, reason=form.cleaned_data["reason"]
        )
        return self.back_url()
