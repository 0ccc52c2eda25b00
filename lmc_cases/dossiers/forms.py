"""Forms of dossiers."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy


class LanguageForm(forms.Form):
    """In which language a dossier is wanted."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class LedgerForm(LanguageForm):
    """In which language, and of which period, a ledger is printed. Days are those of the officer's zone."""

    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
