"""Take, approve, return, ask for a translation, print a copy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.core import once
from lmc_cases.core.errors import DomainError
from lmc_cases.core.sending import send_file
from lmc_cases.desk.forms import CopyForm, ReturnForm, TranslationForm
from lmc_cases.desk.services.copying import print_copy
from lmc_cases.desk.services.reviewing import approve_review, return_version, take_review
from lmc_cases.desk.services.second_reader import rule_of, second_reader
from lmc_cases.desk.services.translating import ask_translation
from lmc_cases.desk.views.base import DeskForm
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering.faults import RenderingFailed


class Take(DeskForm):
    """Begin to review, or go on with what a colleague began."""

    title = gettext_lazy("Take for review")
    submit_label = gettext_lazy("Take for review")
    http_method_names = ["post"]

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say on the page of the version why it cannot be taken."""
        for error in form.non_field_errors():
            messages.error(self.request, str(error))
        return redirect(self.page)

    def call(self, form: forms.Form) -> str:
        """Take it."""
        take_review(actor=self.actor, dossier_id=self.dossier.uuid)
        return self.page


class Approve(DeskForm):
    """Approve for the officer's side, as the first reader or the second."""

    template_name = "components/confirm_page.html"
    title = gettext_lazy("Approve the version")
    submit_label = gettext_lazy("Approve the version")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it means."""
        whole = Dossier.objects.visible_to(self.actor).select_related("handover").get(pk=self.dossier.pk)
        needed = second_reader(self.actor, whole, rule_of(self.side)).is_needed
        consequences = [_("What it says is not changed. It can then be signed for your country.")]
        if needed:
            consequences.append(_("It takes two different officers: a second reader has to approve it too."))
        return super().get_context_data(
            title=self.title,
            question=_("Did you read version %(version)s and is it right and complete?")
            % {"version": self.dossier.number},
            consequences=consequences,
            confirm_label=self.submit_label,
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Approve."""
        approve_review(actor=self.actor, dossier_id=self.dossier.uuid)
        return self.page


class Return(DeskForm):
    """Return to the country that composes."""

    form_class = ReturnForm
    title = gettext_lazy("Return with reasons")
    submit_label = gettext_lazy("Return with reasons")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who reads the reasons."""
        lead = _("%(country)s reads the reasons and makes the next version. Your comments stay with you.") % {
            "country": self.dossier.handover.requested.name
        }
        return {**super().get_context_data(**kwargs), "lead": lead}

    def call(self, form: forms.Form) -> str:
        """Return it."""
        return_version(
            actor=self.actor,
            dossier_id=self.dossier.uuid,
            reasons=form.cleaned_data["reasons"],
            language=form.cleaned_data["language"],
        )
        return self.page


class AskTranslation(DeskForm):
    """Ask for a text in another language."""

    form_class = TranslationForm
    title = gettext_lazy("Ask for a translation")
    submit_label = gettext_lazy("Ask for a translation")

    def get_initial(self) -> dict[str, Any]:
        """The form's token: sent twice, it asks once."""
        return {**super().get_initial(), "once": once.new_token(self.actor.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whose work it becomes."""
        lead = _("It becomes work of %(country)s: the translation is added, checked and disclosed anew.") % {
            "country": self.dossier.handover.requested.name
        }
        return {**super().get_context_data(**kwargs), "lead": lead}

    def call(self, form: forms.Form) -> str:
        """Ask."""
        ask_translation(
            actor=self.actor,
            dossier_id=self.dossier.uuid,
            kind=form.cleaned_data["kind"],
            language=form.cleaned_data["language"],
            why=form.cleaned_data["why"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return self.page


class PrintCopy(DeskForm):
    """Print a numbered copy: the answer is the file."""

    form_class = CopyForm
    title = gettext_lazy("Print a numbered copy")
    lead = gettext_lazy(
        "The copy carries its number and whose it is on each page. It is recorded; the signed original is the file."
    )
    submit_label = gettext_lazy("Print a numbered copy")
    reviews = False

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Send the copy, or the form with what is wrong."""
        try:
            with transaction.atomic():
                printed = print_copy(
                    actor=self.actor, dossier_id=self.dossier.uuid, for_whom=form.cleaned_data["for_whom"]
                )
        except DomainError as error:
            form.add_error(getattr(error, "field", None) or None, str(error))
            return self.form_invalid(form)
        except RenderingFailed:
            form.add_error("for_whom", _("The dossier holds a character that its fonts cannot print."))
            return self.form_invalid(form)
        return send_file(printed.pdf, name=printed.name, media_type="application/pdf")
