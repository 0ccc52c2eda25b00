"""The handling codes of a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.forms.handling import CaseHandlingForm
from lmc_cases.cases.services.handling import set_case_handling
from lmc_cases.cases.views.base import CaseFormView


class CaseHandling(CaseFormView):
    """Set the codes; a person and an exhibit have codes of their own."""

    form_class = CaseHandlingForm
    page_title = _("Handling codes of the case")
    submit_label = _("Save")

    def get_initial(self) -> dict[str, Any]:
        """What stands now."""
        return {
            "handling_h1": self.case.handling_h1,
            "handling_h2": self.case.handling_h2,
            "handling_h3": self.case.handling_h3,
            "version": self.case.version,
        }

    def call(self, form: forms.Form) -> str:
        """Save."""
        assert isinstance(form, CaseHandlingForm)  # noqa: S101 - narrows the type
        set_case_handling(
            actor=self.actor,
            case_id=self.case.uuid,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            **form.handling(),
        )
        return self.back_url()
