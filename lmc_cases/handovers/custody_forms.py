"""The form of one entry of a custody record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import MomentField
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.models import PersonHand
from lmc_cases.handovers.services.custody import MAX_HOLDER, MAX_PLACE, MAX_TEXT


class HandForm(forms.Form):
    """When, where and between whom a person changed hands, and in what state of health."""

    at = MomentField(label=gettext_lazy("Date and time"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=MAX_PLACE)
    from_holder = forms.CharField(
        label=gettext_lazy("Handed over by"),
        help_text=gettext_lazy("Officer, unit or institution. Leave both empty where nobody changed hands."),
        max_length=MAX_HOLDER,
        required=False,
    )
    to_holder = forms.CharField(
        label=gettext_lazy("Received by"),
        help_text=gettext_lazy("Officer, unit or institution."),
        max_length=MAX_HOLDER,
        required=False,
    )
    injuries = forms.ChoiceField(
        label=gettext_lazy("Injuries"), choices=PersonHand.Injuries.choices, widget=forms.RadioSelect
    )
    injuries_text = forms.CharField(
        label=gettext_lazy("Description of the injuries"),
        help_text=gettext_lazy("Needed where injuries were seen."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_TEXT,
        required=False,
    )
    medication = forms.CharField(
        label=gettext_lazy("Medication"),
        help_text=gettext_lazy("What the person takes or was given, how much and when."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_TEXT,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=MAX_TEXT,
        required=False,
    )
    once = OnceField()
