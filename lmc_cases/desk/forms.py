"""Forms of the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.models import CaseText
from lmc_cases.cases.services.casework.asking import MAX_WHY
from lmc_cases.core.once import OnceField
from lmc_cases.desk.services.copying import MAX_NAME
from lmc_cases.desk.services.rows import MAX_TEXT
from lmc_cases.desk.services.translating import FIELDS
from lmc_cases.desk.services.waiting import STANDINGS, DeskFilters, destinations
from lmc_cases.dossiers.parts import PARTS


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


def _text(label: Any, rows: int) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=MAX_TEXT)


class DeskFilter(forms.Form):
    """Which versions the list shows."""

    reference = forms.CharField(
        label=gettext_lazy("Part of the reference"), max_length=60, required=False, widget=forms.SearchInput
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, choices=[("", gettext_lazy("All")), *STANDINGS]
    )
    destination = forms.ChoiceField(label=gettext_lazy("Requesting country"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["destination"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("All")), *destinations()]

    @property
    def chosen(self) -> DeskFilters:
        """What was chosen and can be read; nothing of it where something cannot."""
        return DeskFilters(**self.cleaned_data) if self.is_valid() else DeskFilters()


class ReturnForm(forms.Form):
    """Why a version goes back."""

    reasons = _text(gettext_lazy("What has to be corrected"), 8)
    language = _language()


class TranslationForm(forms.Form):
    """Which text is wanted in which language, and what for."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Text"), choices=[(kind, CaseText.Kind(kind).label) for kind in FIELDS]
    )
    language = _language()
    why = forms.CharField(
        label=gettext_lazy("What the translation is needed for"),
        max_length=MAX_WHY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    once = OnceField()


class CommentForm(forms.Form):
    """A remark at a part and, if it is known, a page."""

    part = forms.ChoiceField(
        label=gettext_lazy("Part"),
        choices=lambda: [(part.anchor, f"{part.number}. {part.title}") for part in PARTS],
    )
    page = forms.IntegerField(label=gettext_lazy("Page"), required=False, min_value=1)
    text = _text(gettext_lazy("Comment"), 4)
    language = _language()
    once = OnceField()


class ReplyForm(forms.Form):
    """A reply in a thread."""

    text = _text(gettext_lazy("Reply"), 4)
    language = _language()
    once = OnceField()


class CopyForm(forms.Form):
    """For whom a copy is printed."""

    for_whom = forms.CharField(label=gettext_lazy("For whom"), max_length=MAX_NAME)
