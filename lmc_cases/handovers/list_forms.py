"""Filters of the lists of requests: of all, of a case, of what waits, of what both sides wrote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.thread import Only, ThreadFilters
from lmc_cases.handovers.services.work import Kind


class RequestFilter(forms.Form):
    """The filter of the list of requests, of all and of one case."""

    reference = forms.CharField(
        label=gettext_lazy("Part of the reference"),
        max_length=60,
        required=False,
        widget=forms.SearchInput,
    )
    procedure = forms.ChoiceField(label=gettext_lazy("Procedure"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("procedure", HandoverRequest.Procedure.choices),
            ("status", HandoverRequest.Status.choices),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", _("All")), *choices]

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and can be read; nothing of it where something cannot."""
        return dict(self.cleaned_data) if self.is_valid() else dict.fromkeys(self.fields, "")


class ThreadFilter(forms.Form):
    """Which messages of a request are shown. Their words are sealed: nothing looks into them."""

    only = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (Only.OPEN.value, gettext_lazy("Open questions")),
            (Only.QUESTIONS.value, gettext_lazy("Questions")),
            (Only.PAPERS.value, gettext_lazy("With a paper or an exhibit")),
        ],
    )
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    @property
    def chosen(self) -> ThreadFilters:
        """What was chosen and can be read; nothing of it where something cannot."""
        return ThreadFilters(**self.cleaned_data) if self.is_valid() else ThreadFilters()


class WorkFilter(forms.Form):
    """Which of the things that wait are shown."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (Kind.REQUEST.value, gettext_lazy("Handover requests")),
            (Kind.QUESTION.value, gettext_lazy("Questions")),
            (Kind.DUTY.value, gettext_lazy("Duties")),
            (Kind.DOSSIER.value, gettext_lazy("Dossiers")),
        ],
    )
