"""Forms of dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.jobs import JobState
from lmc_cases.core.once import OnceField
from lmc_cases.dossiers.models import Priority, RequestDocument, Scope
from lmc_cases.dossiers.services.reading import DossierFilters


class LanguagesForm(forms.Form):
    """In which language a document is wanted, and which other may stand beside it."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    beside = forms.ChoiceField(
        label=gettext_lazy("Second language beside it"),
        choices=[("", gettext_lazy("None")), *settings.LANGUAGES],
        required=False,
        help_text=gettext_lazy("Every label and date then stands in both languages."),
    )


class DossierFilter(forms.Form):
    """Which dossiers a list shows."""

    reference = forms.CharField(
        label=gettext_lazy("Part of the reference"),
        max_length=60,
        required=False,
        widget=forms.SearchInput,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("All")), *settings.LANGUAGES],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("ready", JobState.DONE.label),
            ("waiting", gettext_lazy("In work")),
            ("failed", JobState.FAILED.label),
        ],
    )
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    @property
    def chosen(self) -> DossierFilters:
        """What was chosen and can be read; nothing of it where something cannot."""
        return DossierFilters(**self.cleaned_data) if self.is_valid() else DossierFilters()


class LedgerForm(LanguagesForm):
    """In which languages, and of which period, a ledger is printed. Days are those of the officer's zone."""

    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class RequestDocumentForm(LanguagesForm):
    """Which document of a request is wanted; ``kinds`` are those it has."""

    kind = forms.ChoiceField(label=gettext_lazy("Which document"), widget=forms.RadioSelect)
    field_order = ("kind", "language", "beside")

    def __init__(self, *args: Any, kinds: Iterable[RequestDocument.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(kind.value, kind.label) for kind in kinds]


class SignForm(forms.Form):
    """Sign what stood on the page: ``sha256`` is the checksum of that file."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class RunScope(forms.Form):
    """Of what a run is to be, as the address of its page says; with neither operation nor crossing, of requests."""

    operation = forms.UUIDField(required=False)
    crossing = forms.UUIDField(required=False)
    status = forms.CharField(required=False, max_length=20)
    procedure = forms.CharField(required=False, max_length=20)


class RunForm(forms.Form):
    """In which languages, and what goes before it."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    beside = forms.ChoiceField(
        label=gettext_lazy("Second language beside it"),
        choices=[("", gettext_lazy("None")), *settings.LANGUAGES],
        required=False,
        help_text=gettext_lazy("Every label and date then stands in both languages."),
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), coerce=int, choices=Priority.choices, widget=forms.RadioSelect
    )
    # How many requests the page said.
    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    once = OnceField()

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = [] if scope == Scope.CROSSING else [Priority.CROSSING]
        field = self.fields["priority"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [choice for choice in Priority.choices if choice[0] not in first]
