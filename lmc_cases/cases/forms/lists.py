"""Filters of the lists of operations and of requests for consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import ConsentRequest, Operation


class OperationFilter(forms.Form):
    """Which operations are listed."""

    text = forms.CharField(
        label=_("Part of the name or the reference"),
        max_length=200,
        required=False,
        widget=forms.SearchInput,
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Operation.Status.choices]
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and can be read; nothing of it where something cannot."""
        return dict(self.cleaned_data) if self.is_valid() else dict.fromkeys(self.fields, "")


class ConsentFilter(forms.Form):
    """Which requests for consent are listed. ``list`` is the direction, kept while a filter is set."""

    list = forms.CharField(required=False, widget=forms.HiddenInput)
    reference = forms.CharField(
        label=_("Part of the reference"), max_length=120, required=False, widget=forms.SearchInput
    )
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All")),
            *ConsentRequest.Status.choices,
            ("LAPSED", _("Lapsed without an answer")),
        ],
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and can be read; nothing of it where something cannot."""
        if not self.is_valid():
            return {"reference": "", "state": ""}
        return {name: self.cleaned_data[name] for name in ("reference", "state")}
