"""The filter of the persons of one crossing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PersonFilter(forms.Form):
    """Part of a name, and how the person stands."""

    q = forms.CharField(label=_("Part of a name, or the request"), max_length=200, required=False)
    only = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("All")),
            ("open", _("Without an outcome")),
            ("disagree", _("The two sides disagree")),
            ("PRESENT", _("Present")),
            ("ABSENT", _("Absent")),
            ("NOT_ACCEPTED", _("Not accepted")),
            ("UNFIT", _("Unfit")),
        ],
    )

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen and can be read; nothing of it where something cannot."""
        return dict(self.cleaned_data) if self.is_valid() else {"q": "", "only": ""}
