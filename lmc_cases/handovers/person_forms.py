"""Forms about one person: checks and property."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lmc_cases.core.once import OnceField
from lmc_cases.handovers.checks import INDICATORS, Ask, Check
from lmc_cases.handovers.forms import MAX_REASON
from lmc_cases.handovers.models import PropertyItem

# The fields of the care of a minor.
CARE = ("guardian", "escort", "best_interest")


class CheckForm(forms.Form):
    """One check: its outcome, and every field that one of its outcomes asks for."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    on = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("What was found, and how"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
    )
    language = forms.CharField(
        label=gettext_lazy("Language spoken with the person"), max_length=100, required=False
    )
    interpreter = forms.CharField(label=gettext_lazy("Interpreter"), max_length=200, required=False)
    indicators = forms.MultipleChoiceField(
        label=gettext_lazy("Indicators"), widget=forms.CheckboxSelectMultiple, required=False
    )
    decision_maker = forms.CharField(label=gettext_lazy("Decided by"), max_length=200, required=False)
    follow_up = forms.CharField(
        label=gettext_lazy("What follows"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_REASON,
        required=False,
    )
    guardian = forms.CharField(label=gettext_lazy("Guardian"), max_length=200, required=False)
    escort = forms.CharField(label=gettext_lazy("Separate escort"), max_length=200, required=False)
    best_interest = forms.CharField(
        label=gettext_lazy("Best interest of the child"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )
    document = forms.CharField(
        label=gettext_lazy("Supporting document"),
        help_text=gettext_lazy("Number or place of the paper that shows it."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = self.fields["outcome"]
        assert isinstance(outcomes, forms.ChoiceField)  # noqa: S101 - declared above
        outcomes.choices = [(each.code, each.label) for each in check.outcomes]
        signs = self.fields["indicators"]
        assert isinstance(signs, forms.MultipleChoiceField)  # noqa: S101 - declared above
        signs.choices = list(INDICATORS.items())
        asked = {ask for each in check.outcomes for ask in each.asks}
        for ask in Ask:
            for name in CARE if ask == Ask.CARE else (ask.value,):
                if ask not in asked and ask != Ask.REASON:
                    del self.fields[name]


class PropertyForm(forms.Form):
    """One thing or sum of a person's list."""

    description = forms.CharField(
        label=gettext_lazy("Description"), widget=forms.Textarea(attrs={"rows": 2}), max_length=MAX_REASON
    )
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=100_000, initial=1)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        help_text=gettext_lazy("Of money only."),
        max_digits=18,
        decimal_places=3,
        min_value=0,
        required=False,
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Code of three letters, such as THB or CNY."),
        max_length=3,
        required=False,
    )
    disposition = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=PropertyItem.Disposition.choices,
        widget=forms.RadioSelect,
    )
    exhibit_id = forms.ChoiceField(
        label=gettext_lazy("Exhibit"),
        help_text=gettext_lazy("Where it travels as evidence."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed where it is held back."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_REASON,
        required=False,
    )
    return_what = forms.CharField(
        label=gettext_lazy("What must be returned"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_REASON,
        required=False,
    )
    return_to = forms.CharField(label=gettext_lazy("To whom"), max_length=200, required=False)
    return_by = forms.DateField(
        label=gettext_lazy("By when"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    return_source = forms.CharField(
        label=gettext_lazy("Source of the duty"),
        help_text=gettext_lazy("Article, order or agreement that says so."),
        max_length=300,
        required=False,
    )
    third_party = forms.CharField(
        label=gettext_lazy("Rights of third parties"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_REASON,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    once = OnceField()

    def __init__(self, *args: Any, exhibits: Iterable[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["exhibit_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "—"), *((str(key), number) for key, number in exhibits)]
