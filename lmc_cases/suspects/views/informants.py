"""Pages of informants. For whoever lacks the right to them, on a case of the own country, they do not exist."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, Level
from lmc_cases.core import once
from lmc_cases.core.once import OnceField
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Informant
from lmc_cases.suspects.services import informants
from lmc_cases.suspects.views.people import TAB, CasePage


class InformantForm(forms.Form):
    """An informant as recorded."""

    code_name = forms.CharField(
        label=gettext_lazy("Code name"),
        max_length=informants.MAX_CODE_NAME,
        help_text=gettext_lazy("Shown in lists. Choose one that tells nothing of the person."),
    )
    identity = forms.CharField(
        label=gettext_lazy("True identity"),
        max_length=informants.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy("Stored sealed. Each look at it is recorded."),
    )
    contact = forms.CharField(
        label=gettext_lazy("Contact"),
        max_length=informants.MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    once = OnceField()


class InformantPage(CasePage):
    """What the pages below share."""

    def informant_frame(self) -> dict[str, Any]:
        """Return the case's frame; 404 for foreign, missing and without the right alike."""
        user = officer_of(self.request)
        if not Case.objects.owned_with(user, Action.HANDLE_INFORMANTS).filter(uuid=self.case_uuid).exists():
            raise Http404
        return case_frame(user, self.case_uuid, TAB, at_least=Level.FULL)


class InformantList(InformantPage, TemplateView):
    """The informants of a case, by code name."""

    template_name = "suspects/informants.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of them: a case has few."""
        frame = self.informant_frame()
        rows = informants.list_informants(actor=officer_of(self.request), case_id=self.case_uuid)
        return super().get_context_data(
            **frame,
            **kwargs,
            informants=[(row, self.url("informant", uuid=row.uuid)) for row in rows],
            add_url=self.url("informant_add"),
            list_url=self.url("list"),
        )


class InformantAdd(InformantPage, ServiceFormView):
    """Record an informant."""

    template_name = "suspects/form.html"
    form_class = InformantForm

    def get_initial(self) -> dict[str, Any]:
        """A token, so that a second click adds nobody."""
        return {"once": once.new_token(self.request.user.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The case's frame. No draft: what is typed here must not stay in a browser."""
        return super().get_context_data(
            **self.informant_frame(),
            **kwargs,
            page_title=_("Add an informant"),
            submit_label=_("Save"),
            cancel_url=self.url("informants"),
        )

    def call(self, form: forms.Form) -> str:
        """Record the informant."""
        given = form.cleaned_data
        informant = informants.add_informant(
            actor=officer_of(self.request),
            case_id=self.case_uuid,
            code_name=given["code_name"],
            identity=given["identity"],
            contact=given["contact"],
            new_id=once.id_in(given["once"], self.request),
        )
        return self.url("informant", uuid=informant.uuid)


class InformantDetail(InformantPage, TemplateView):
    """Who an informant is; that it was looked at is recorded."""

    template_name = "suspects/informant.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The informant, opened."""
        frame = self.informant_frame()
        try:
            revealed = informants.reveal_informant(
                actor=officer_of(self.request), case_id=self.case_uuid, informant_id=self.kwargs["uuid"]
            )
        except Informant.DoesNotExist:
            raise Http404 from None
        return super().get_context_data(
            **frame,
            **kwargs,
            revealed=revealed,
            informant=revealed.informant,
            list_url=self.url("informants"),
        )
