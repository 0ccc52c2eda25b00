"""Forms of sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.casework import long_text, offer
from lmc_cases.cases.forms.fields import MomentField, end_of_day_in
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import choices

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS_OFFERED = 30
# What each level shows, in the words of whoever has to decide.
LEVELS_EXPLAINED = [
    (
        Level.EXISTENCE.value,
        gettext_lazy("Existence only: reference, country, agency, status and typology."),
    ),
    (
        Level.SUMMARY.value,
        gettext_lazy("Summary: also title, summary, lead officer, place, dates and loss."),
    ),
    (
        Level.FULL.value,
        gettext_lazy("Full: also statement of facts, timeline, suspects and evidence."),
    ),
]


class ShareForm(forms.Form):
    """With whom, how much, why and until when."""

    recipient_code = forms.ChoiceField(label=gettext_lazy("Recipient country"))
    agency_id = forms.TypedChoiceField(
        label=gettext_lazy("Only one agency of that country"),
        required=False,
        coerce=UUID,
        empty_value=None,
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("What the recipient will see"),
        coerce=int,
        choices=LEVELS_EXPLAINED,
        widget=forms.RadioSelect,
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=long_text(3),
        help_text=gettext_lazy("For your own records; the recipient sees only the purpose."),
    )
    expires_at = MomentField(label=gettext_lazy("Until"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "recipient_code", [("", _("Choose a country")), *choices.recipients(case)])
        offer(self, "agency_id", [("", _("The whole country")), *choices.recipient_agencies(case)])
        offer(self, "purpose", [("", _("Choose a purpose")), *CaseShare.Purpose.choices])
        self.fields["expires_at"].initial = lambda: end_of_day_in(DAYS_OFFERED)

    def chosen(self) -> Mapping[str, str]:
        """Return the labels of what was chosen, for the question before it is done."""
        cleaned = self.cleaned_data
        return {
            "level": str(dict(LEVELS_EXPLAINED)[cleaned["level"]]),
            "purpose": str(CaseShare.Purpose(cleaned["purpose"]).label),
        }
