"""Forms of the law: the fields of a row come from its kind, so that a new cell is a new column and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.core.once import OnceField
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument
from lmc_cases.law.kinds import CHOICES, Kind
from lmc_cases.law.services.proposing import MAX_REASON
from lmc_cases.law.services.reading import offence_typologies


def _day(label: Any, *, required: bool, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason of the change"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
    )


class PairForm(forms.Form):
    """Who asks whom."""

    asking = forms.ChoiceField(label=gettext_lazy("Requesting country"))
    asked = forms.ChoiceField(label=gettext_lazy("Requested country"))

    def __init__(self, *args: Any, countries: list[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("asking", "asked"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [(country.code, country.name) for country in countries]


class RowForm(forms.Form):
    """The cells of one row of law, from which day on, and why."""

    once = OnceField()

    def __init__(
        self, *args: Any, kind: Kind, is_new: bool, countries: list[Jurisdiction], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.is_new = kind, is_new
        if is_new and kind.model is LegalInstrument:
            self.fields["parties"] = forms.MultipleChoiceField(
                label=_("Parties"),
                choices=[(country.code, country.name) for country in countries],
                widget=forms.CheckboxSelectMultiple,
            )
        for name in kind.all_fields:
            self.fields[name] = _field_of(kind, name)
        self.fields["valid_from"] = _day(
            _("Valid from"),
            required=not is_new,
            help_text=_(
                "Requests sent before this day, or before the confirmation, keep the rule they have."
            ),
        )
        self.fields["reason"] = _reason()

    @property
    def cells(self) -> dict[str, Any]:
        """The cells as given."""
        return {name: self.cleaned_data[name] for name in self.kind.all_fields}

    @property
    def first_day(self) -> dt.date | None:
        """From which day on it holds."""
        day: dt.date | None = self.cleaned_data["valid_from"]
        return day


class EndForm(forms.Form):
    """The last day of a row, where that was read, and why."""

    last_day = _day(gettext_lazy("Last day"), required=True)
    source = forms.CharField(label=gettext_lazy("Source"), widget=forms.Textarea(attrs={"rows": 2}))
    reason = _reason()


class RejectForm(forms.Form):
    """Why a proposal is rejected."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_REASON
    )


def _field_of(kind: Kind, name: str) -> forms.Field:
    column = kind.model._meta.get_field(name)
    assert isinstance(column, models.Field)  # noqa: S101 - cells of the table are columns
    choices = [(value, label) for value, label in CHOICES[name]()] if name in CHOICES else None
    if name == "typology":
        choices = [(each, each) for each in offence_typologies()]
    must = name in {"source", "confidence"} or not column.blank
    if choices is not None:
        return forms.ChoiceField(label=kind.label_of(name), choices=[("", "—"), *choices], required=must)
    field = column.formfield()
    assert field is not None  # noqa: S101 - every cell of the table can be typed
    field.required = must
    if isinstance(column, models.TextField):
        field.widget = forms.Textarea(attrs={"rows": 3})
    return field
