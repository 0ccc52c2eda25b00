"""The forms of people, documents and photographs; what may stand in them is checked by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.display import language_name
from lmc_cases.core.once import OnceField
from lmc_cases.suspects.countries import country_choices
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.details import (
    MAX_BIRTH_TEXT,
    MAX_NAME,
    MAX_NUMBER,
    MAX_REMARKS,
    DocumentDetails,
    PersonDetails,
)

# Languages of names that the region's lists hold besides the product's own seven.
_MORE_LANGUAGES = ("zh-hant", "ja", "ko", "id", "ms", "tl", "hi", "bn", "ne", "ta", "ur", "ru", "ar")


def _label(model: type[Suspect] | type[IdentityDocument], name: str) -> Any:
    return capfirst(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _blank() -> tuple[str, Any]:
    return ("", _("Not known"))


def _countries() -> list[tuple[str, Any]]:
    return [_blank(), *country_choices()]


def _languages() -> list[tuple[str, Any]]:
    names = [
        (code, language_name(code))
        for code in (*(code for code, _name in settings.LANGUAGES), *_MORE_LANGUAGES)
    ]
    return [_blank(), *names]


class PersonForm(forms.Form):
    """A person as somebody states it."""

    name_original = forms.CharField(
        label=_label(Suspect, "name_original"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("As it is written on the papers. One of the two names is needed."),
    )
    name_language = forms.ChoiceField(
        label=_label(Suspect, "name_language"), choices=_languages, required=False
    )
    name_romanised = forms.CharField(
        label=_label(Suspect, "name_romanised"), max_length=MAX_NAME, required=False
    )
    aliases = forms.CharField(
        label=_label(Suspect, "aliases"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line."),
    )
    category = forms.ChoiceField(
        label=_label(Suspect, "category"), choices=Suspect.Category.choices, initial=Suspect.Category.SUSPECT
    )
    role = forms.ChoiceField(
        label=_label(Suspect, "role"), choices=Suspect.Role.choices, initial=Suspect.Role.UNKNOWN
    )
    sex = forms.ChoiceField(
        label=_label(Suspect, "sex"), choices=Suspect.Sex.choices, initial=Suspect.Sex.UNKNOWN
    )
    birth_date_text = forms.CharField(
        label=_label(Suspect, "birth_date_text"),
        max_length=MAX_BIRTH_TEXT,
        required=False,
        help_text=_("In any calendar, whole or in part: 03/05/2533, 1990, about 1990."),
    )
    nationality = forms.ChoiceField(label=_label(Suspect, "nationality"), choices=_countries, required=False)
    remarks = forms.CharField(
        label=_label(Suspect, "remarks"),
        max_length=MAX_REMARKS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def details(self) -> PersonDetails:
        """Return what was entered, for a service."""
        given = {name: self.cleaned_data[name] for name in PersonDetails.__dataclass_fields__}
        return PersonDetails(**{**given, "aliases": tuple(given["aliases"].splitlines())})


class AddPersonForm(PersonForm):
    """A new person; sent twice it adds one."""

    once = OnceField()


class EditPersonForm(PersonForm):
    """A person as stored, with the version that was read."""

    reason = forms.CharField(label=_("Reason of the change"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class DocumentForm(forms.Form):
    """An identity document."""

    kind = forms.ChoiceField(label=_label(IdentityDocument, "kind"), choices=IdentityDocument.Kind.choices)
    number = forms.CharField(label=_label(IdentityDocument, "number_sealed"), max_length=MAX_NUMBER)
    issuing_country = forms.ChoiceField(
        label=_label(IdentityDocument, "issuing_country"), choices=_countries, required=False
    )
    status = forms.ChoiceField(
        label=_label(IdentityDocument, "status"),
        choices=IdentityDocument.Status.choices,
        initial=IdentityDocument.Status.NOT_CHECKED,
    )
    once = OnceField()

    def details(self) -> DocumentDetails:
        """Return what was entered, for a service."""
        return DocumentDetails(
            **{name: self.cleaned_data[name] for name in DocumentDetails.__dataclass_fields__}
        )


class ReasonForm(forms.Form):
    """Why something is taken off the record."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class PhotoForm(forms.Form):
    """A photograph. Decoded by the service, never by the form."""

    photo = forms.FileField(
        label=_("Photograph"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class PeopleFilterForm(forms.Form):
    """Which people of the case to list."""

    q = forms.CharField(
        label=_("Name or document number"), max_length=MAX_NAME, required=False, widget=forms.SearchInput
    )
    category = forms.ChoiceField(
        label=_label(Suspect, "category"),
        choices=lazy(lambda: [("", _("All")), *Suspect.Category.choices], list)(),
        required=False,
    )
