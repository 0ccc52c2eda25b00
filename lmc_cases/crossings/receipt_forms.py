"""Forms of receipts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.crossings.models import ReceiptSignature

MAX_REMARKS = 5_000
MAX_FILE = 30 * 1024 * 1024


class AnswerForm(forms.Form):
    """Sign, or refuse to, with remarks. ``sha256`` is what stood on the page."""

    outcome = forms.ChoiceField(
        label=_("Your answer"), choices=ReceiptSignature.Outcome.choices, widget=forms.RadioSelect
    )
    remarks = forms.CharField(
        label=_("Remarks"),
        help_text=_("Needed where you refuse to sign. Both countries read them, and they are printed."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REMARKS,
        required=False,
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class VerifyForm(forms.Form):
    """A number with its checksum, or the file."""

    number = forms.CharField(label=_("Reference or receipt number"), max_length=60, required=False)
    sha256 = forms.CharField(
        label=_("Checksum (SHA-256)"),
        help_text=_("As the cover of the dossier or the receipt prints it."),
        max_length=200,
        required=False,
    )
    file = forms.FileField(
        label=_("Or the file"),
        help_text=_("It is compared and not kept."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean(self) -> dict[str, object]:
        """One of both, and no huge file."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None and file.size > MAX_FILE:
            self.add_error("file", _("This file is too large to be one of these documents."))
        if not file and not (given.get("number") and given.get("sha256")) and not self.errors:
            self.add_error(None, _("Enter number and checksum, or choose the file."))
        return given
