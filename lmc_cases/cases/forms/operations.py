"""Forms of joint operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.models import Jurisdiction


class OperationForm(forms.Form):
    """Name, its language, first day."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_language = forms.ChoiceField(label=_("Language of the name"), choices=settings.LANGUAGES)
    started_on = forms.DateField(
        label=_("Started on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name_language"].initial = get_language()


class InviteForm(forms.Form):
    """Which country to invite."""

    country = forms.ChoiceField(label=_("Country"))

    def __init__(self, *args: Any, countries: Iterable[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        named: list[tuple[str, str]] = [(country.code, country.name) for country in countries]
        named.sort(key=lambda choice: choice[1])
        field.choices = named


class PutCaseForm(forms.Form):
    """Which case of the own country to put into the operation."""

    reference = forms.CharField(
        label=_("Case reference"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("A case of your own country, for example %(example)s.") % {"example": "TH-2026-000123"},
    )
