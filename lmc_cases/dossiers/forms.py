"""Forms of dossiers."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy


class LanguageForm(forms.Form):
    """In which language a dossier is wanted."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
