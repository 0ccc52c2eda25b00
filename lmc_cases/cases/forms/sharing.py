"""Forms of sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.basis import BasisForm
from lmc_cases.cases.forms.casework import long_text, offer
from lmc_cases.cases.forms.fields import DayField, MomentField, end_of_day_in
from lmc_cases.cases.models import Case, CaseShare, Level, ShareFollowUp
from lmc_cases.cases.services import choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lmc_cases.cases.services.sharing.items import SharedItem
    from lmc_cases.cases.services.sharing.terms import Approval

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


class ShareForm(BasisForm):
    """With whom, how much, which items, under which terms, why and until when."""

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
    item_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Single persons and exhibits"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "They are open to the recipient whatever the level says of the rest. Withheld items, and those of other "
            "countries, cannot be chosen."
        ),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=long_text(3),
        help_text=gettext_lazy("For your own records; the recipient sees only the purpose."),
    )
    may_contribute = forms.BooleanField(
        label=gettext_lazy("The recipient may add own persons and exhibits"), required=False
    )
    may_ask_to_pass_on = forms.BooleanField(
        label=gettext_lazy("The recipient may ask to pass it on"), required=False
    )
    handling_h1 = forms.BooleanField(
        label=gettext_lazy("H1: not in court without our consent"), required=False
    )
    handling_h2 = forms.BooleanField(
        label=gettext_lazy("H2: not passed on without our consent"), required=False
    )
    handling_h3 = forms.CharField(
        label=gettext_lazy("H3: other restriction, in words"),
        required=False,
        max_length=1000,
        widget=long_text(2),
        help_text=gettext_lazy("It stands on every page and print."),
    )
    review_on = DayField(
        label=gettext_lazy("Review date"),
        required=False,
        help_text=gettext_lazy("On this day you are asked whether the share is still needed."),
    )
    expires_at = MomentField(label=gettext_lazy("Until"))
    field_order = (
        "recipient_code",
        "agency_id",
        "level",
        "item_ids",
        "purpose",
        "reason",
        "expires_at",
        *BasisForm.base_fields,
    )

    def __init__(
        self,
        *args: Any,
        case: Case,
        items: Sequence[tuple[str, Sequence[SharedItem]]] = (),
        approval: Approval | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "recipient_code", [("", _("Choose a country")), *choices.recipients(case)])
        offer(self, "agency_id", [("", _("The whole country")), *choices.recipient_agencies(case)])
        offer(self, "purpose", [("", _("Choose a purpose")), *CaseShare.Purpose.choices])
        self.fields["expires_at"].initial = lambda: end_of_day_in(DAYS_OFFERED)
        offered = [(str(item.uuid), f"{kind}: {item.label}") for kind, of_kind in items for item in of_kind]
        if offered:
            offer(self, "item_ids", offered)
        else:
            del self.fields["item_ids"]
        self.ask_for_approval(approval)

    def chosen(self) -> Mapping[str, str]:
        """Return the labels of what was chosen, for the question before it is done."""
        cleaned = self.cleaned_data
        return {
            "level": str(dict(LEVELS_EXPLAINED)[cleaned["level"]]),
            "purpose": str(CaseShare.Purpose(cleaned["purpose"]).label),
            "rights": rights_text(
                may_contribute=cleaned["may_contribute"], may_ask_to_pass_on=cleaned["may_ask_to_pass_on"]
            ),
            "codes": " · ".join(
                str(self.fields[name].label) for name in ("handling_h1", "handling_h2") if cleaned[name]
            ),
        }


def rights_text(*, may_contribute: bool, may_ask_to_pass_on: bool) -> str:
    """Write what a share allows; reading is always among it."""
    if may_contribute and may_ask_to_pass_on:
        return _("Read, add own items, ask to pass it on")
    if may_contribute:
        return _("Read, add own items")
    if may_ask_to_pass_on:
        return _("Read, ask to pass it on")
    return _("Read")


class QuestionForm(forms.Form):
    """A question, or an answer, about a share; the other side reads it."""

    text = forms.CharField(label=gettext_lazy("Text"), max_length=4000, widget=long_text(4))


class ConfirmForm(forms.Form):
    """A step that needs no more than a yes."""


class RevokeForm(forms.Form):
    """Why a share ends; the recipient reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=long_text(3),
        help_text=gettext_lazy("The recipient reads this reason."),
    )


class RefuseForm(forms.Form):
    """Why a share never takes effect; for the own country."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=long_text(3))


class ReviewForm(forms.Form):
    """Why a share goes on, and when it is looked at next."""

    review_on = DayField(label=gettext_lazy("Next review"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why the share goes on"), max_length=2000, widget=long_text(3)
    )


class CopiesForm(forms.Form):
    """Which copies the recipient holds of what was withdrawn."""

    copies = forms.CharField(
        label=gettext_lazy("Copies you hold"),
        max_length=4000,
        widget=long_text(4),
        help_text=gettext_lazy("Files, prints, notes and who has them. Write “none” if there are none."),
    )


class CorrectionForm(forms.Form):
    """Which record was wrong, and what is right."""

    subject = forms.ChoiceField(label=gettext_lazy("Which record"))
    number = forms.CharField(
        label=gettext_lazy("Number of the person or exhibit"), required=False, max_length=60
    )
    text = forms.CharField(
        label=gettext_lazy("What was wrong, and what is right"),
        max_length=4000,
        widget=long_text(6),
        help_text=gettext_lazy(
            "Every country that ever had this case reads it, also where its share has ended."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "subject", [("", _("Choose a record")), *ShareFollowUp.Subject.choices])
