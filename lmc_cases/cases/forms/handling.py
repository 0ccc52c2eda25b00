"""Forms of handling codes, grading, withholding and consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.basis import BasisForm
from lmc_cases.cases.forms.casework import long_text, offer
from lmc_cases.cases.forms.fields import MomentField, end_of_day_in
from lmc_cases.cases.models import (
    CaseItem,
    CaseShare,
    InformationGrade,
    SourceGrade,
    StatementKind,
)
from lmc_cases.cases.services.handling import MAX_RESTRICTION, Marks

if TYPE_CHECKING:
    from lmc_cases.cases.services.consent import Subject
    from lmc_cases.cases.services.sharing.terms import Approval
    from lmc_cases.jurisdictions.models import ConsentDeadline

MAX_REASON = 2000
DAYS_OFFERED = 30


class HandlingForm(forms.Form):
    """The handling codes of an object; none set is H0."""

    handling_h1 = forms.BooleanField(
        label=gettext_lazy("H1: not in court without consent"),
        required=False,
        help_text=gettext_lazy("It stays out of dossiers until your country consents."),
    )
    handling_h2 = forms.BooleanField(
        label=gettext_lazy("H2: not passed on without consent"),
        required=False,
        help_text=gettext_lazy("It reaches no third country until your country consents."),
    )
    handling_h3 = forms.CharField(
        label=gettext_lazy("H3: other restriction"),
        required=False,
        max_length=MAX_RESTRICTION,
        help_text=gettext_lazy(
            "It stands on every page and print. Write it so that other countries understand it."
        ),
    )

    def handling(self) -> dict[str, Any]:
        """Return the codes, for a service."""
        return {name: self.cleaned_data[name] for name in ("handling_h1", "handling_h2", "handling_h3")}


class CaseHandlingForm(HandlingForm):
    """The handling codes of a case, with the version that was read."""

    reason = forms.CharField(label=gettext_lazy("Reason of the change"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class MarksForm(HandlingForm):
    """Handling codes and grading of a person or an exhibit, with the version that was read."""

    source_grade = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=SourceGrade.choices, widget=forms.RadioSelect
    )
    information_grade = forms.ChoiceField(
        label=gettext_lazy("Information"), choices=InformationGrade.choices, widget=forms.RadioSelect
    )
    statement_kind = forms.ChoiceField(
        label=gettext_lazy("Fact or assessment"), choices=StatementKind.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=gettext_lazy("Reason of the change"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def marks(self) -> Marks:
        """Return what was stated, for a service."""
        return Marks(**{name: self.cleaned_data[name] for name in Marks.__dataclass_fields__})


class WithholdForm(forms.Form):
    """Why an entry is kept from every recipient."""

    withheld = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=CaseItem.Withheld.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, widget=long_text(3))


class ReleaseForm(forms.Form):
    """Why a withheld entry is released."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, widget=long_text(3))


class AskForm(forms.Form):
    """Why consent is asked, and by when, where the originator's days are not known."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        widget=long_text(4),
        help_text=gettext_lazy("The country that is asked reads it."),
    )
    answer_by = MomentField(label=gettext_lazy("Answer by"))

    def __init__(self, *args: Any, deadline: ConsentDeadline | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deadline is not None:
            del self.fields["answer_by"]
        else:
            self.fields["answer_by"].initial = lambda: end_of_day_in(DAYS_OFFERED)

    def asked(self) -> dict[str, Any]:
        """Return what the services take."""
        return {"reason": self.cleaned_data["reason"], "answer_by": self.cleaned_data.get("answer_by")}


class PassOnForm(AskForm):
    """To whom something should go on, and what for."""

    to_country = forms.ChoiceField(label=gettext_lazy("To which country"))
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    field_order = ("to_country", "purpose", "reason", "answer_by")

    def __init__(self, *args: Any, subject: Subject, countries: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        besides = {subject.originator.code, subject.case.owner.code}
        offer(
            self,
            "to_country",
            [("", _("Choose a country")), *(pair for pair in countries if pair[0] not in besides)],
        )
        offer(self, "purpose", [("", _("Choose a purpose")), *CaseShare.Purpose.choices])


class GiveForm(forms.Form):
    """Consent of the originator that was not asked for."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, widget=long_text(3))
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"), max_length=MAX_REASON, required=False, widget=long_text(3)
    )


class AnswerForm(BasisForm):
    """Grant or refuse; with the terms of the share where the grant makes one."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=lazy(lambda: [("grant", _("Consent")), ("refuse", _("Refuse"))], list)(),
        widget=forms.RadioSelect,
    )
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        max_length=MAX_REASON,
        required=False,
        widget=long_text(3),
        help_text=gettext_lazy("The country that asks reads them with your consent."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        required=False,
        widget=long_text(3),
        help_text=gettext_lazy("Needed for a refusal. The country that asks reads it."),
    )
    until = MomentField(label=gettext_lazy("Open to the third country until"), required=False)
    field_order = ("answer", "conditions", "reason", "until")

    def __init__(
        self, *args: Any, opens_share: bool, restriction: str, approval: Approval | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _ask_to_confirm(self, restriction if opens_share else "")
        if opens_share:
            self.ask_for_approval(approval)
            self.fields["until"].initial = lambda: end_of_day_in(DAYS_OFFERED)
        else:
            self.drop_basis()
            del self.fields["until"]


class UntilForm(BasisForm):
    """Until when, and on which basis, an entry is open to the third country."""

    until = MomentField(label=gettext_lazy("Until"))
    field_order = ("until",)

    def __init__(self, *args: Any, restriction: str, approval: Approval | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_for_approval(approval)
        _ask_to_confirm(self, restriction)
        self.fields["until"].initial = lambda: end_of_day_in(DAYS_OFFERED)


def _ask_to_confirm(form: forms.Form, restriction: str) -> None:
    """Add the box by which the officer confirms an H3 restriction, where there is one."""
    if restriction:
        form.fields["restrictions_confirmed"] = forms.BooleanField(
            label=_("I have read these restrictions and keep to them"), required=False, help_text=restriction
        )
