"""What a disclosure abroad stands on; part of every form that makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.casework import long_text

if TYPE_CHECKING:
    from lmc_cases.cases.services.sharing.terms import Approval


class BasisForm(forms.Form):
    """Legal basis and, where the owner's law asks for one, the approval of a national authority."""

    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        required=False,
        max_length=2000,
        widget=long_text(2),
        help_text=gettext_lazy("The treaty, law or agreement, as the recipient reads it."),
    )
    approval_number = forms.CharField(
        label=gettext_lazy("National approval number"), required=False, max_length=100
    )
    approval_missing = forms.CharField(
        label=gettext_lazy("Why there is no approval number"),
        required=False,
        max_length=2000,
        widget=long_text(2),
    )

    def ask_for_approval(self, approval: Approval | None) -> None:
        """Name the rules that ask for a number; where none is known one can still be given."""
        if approval is not None and approval.rules:
            self.fields["approval_number"].help_text = "; ".join(str(rule) for rule in approval.rules)
        else:
            del self.fields["approval_missing"]

    def drop_basis(self) -> None:
        """Take the fields away where nothing is disclosed by the form."""
        for name in BasisForm.base_fields:
            self.fields.pop(name, None)
