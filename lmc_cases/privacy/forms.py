"""The forms of data protection; what may stand in them is checked by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class KeepForm(ReasonForm):
    """Keep the record until a day."""

    review_on = forms.DateField(
        label=_("Review on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_held = forms.BooleanField(
        label=_("Needed for proceedings"),
        required=False,
        help_text=_("Nobody can erase the record until this is taken back."),
    )
    field_order = ("review_on", "is_held", "reason")


class StandingForm(ReasonForm):
    """A dispute, or a limit of use."""

    is_contested = forms.BooleanField(
        label=_("Contested"),
        required=False,
        help_text=_("The person disputes the record. It is shown wherever the person is shown."),
    )
    is_limited = forms.BooleanField(
        label=_("Use limited"),
        required=False,
        help_text=_("The record can be read. It cannot be changed or become part of a handover request."),
    )
    field_order = ("is_contested", "is_limited", "reason")


class EraseForm(ReasonForm):
    """Ask for an erasure."""

    legal_ground = forms.CharField(
        label=_("Legal ground"), max_length=300, help_text=_("The provision of your law that asks for it.")
    )
    with_import_file = forms.BooleanField(
        label=_("Remove the imported file too"),
        required=False,
        help_text=_("It names other persons as well."),
    )
    exhibits = forms.MultipleChoiceField(
        label=_("Exhibits whose files are removed too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("legal_ground", "reason", "with_import_file", "exhibits")

    def __init__(self, *args: Any, exhibits: list[tuple[str, str]], has_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exhibits"].choices = exhibits  # type: ignore[attr-defined]
        if not exhibits:
            del self.fields["exhibits"]
        if not has_file:
            del self.fields["with_import_file"]

    def exhibit_ids(self) -> list[uuid.UUID]:
        """Return the public ids of the exhibits that were chosen."""
        return [uuid.UUID(text) for text in self.cleaned_data.get("exhibits", ())]


class ExportForm(forms.Form):
    """Who asked for what is held on the person."""

    purpose = forms.CharField(
        label=_("Who asked for it, and why"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page itself is the question."""
