"""Forms of one case: its facts, texts, timeline, notes, and who may see it at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import AmountField, DayField, MomentField
from lmc_cases.cases.models import Case, CaseText
from lmc_cases.cases.services import choices
from lmc_cases.cases.services.casework import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from lmc_cases.cases.services.casework.fields import MAX_FRAUD_VICTIMS
from lmc_cases.core.display import bcp47
from lmc_cases.core.once import OnceField, new_token

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_SUMMARY_CHARACTERS = 20_000


def long_text(rows: int, **attrs: str) -> forms.Textarea:
    """Return a box for a text of several lines."""
    return forms.Textarea(attrs={"rows": rows, **attrs})


class KeyFactsForm(forms.Form):
    """What is said of a case besides its texts; shared by opening and editing."""

    typology_code = forms.ChoiceField(label=gettext_lazy("Typology"), required=False)
    classification = forms.ChoiceField(
        label=gettext_lazy("Classification"), choices=Case.Classification.choices
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=300, required=False)
    border_point_id = forms.TypedChoiceField(
        label=gettext_lazy("Border crossing point"), required=False, coerce=UUID, empty_value=None
    )
    occurred_from = DayField(label=gettext_lazy("Happened from"), required=False)
    occurred_to = DayField(label=gettext_lazy("Happened until"), required=False)
    loss_amount = AmountField(
        label=gettext_lazy("Loss amount"), required=False, min_value=0, max_digits=18, decimal_places=2
    )
    loss_currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    fraud_victims = forms.IntegerField(
        label=gettext_lazy("Number of fraud victims"),
        help_text=gettext_lazy("As far as they were counted; leave it empty where nobody knows."),
        required=False,
        min_value=0,
        max_value=MAX_FRAUD_VICTIMS,
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = [("", _("Not known"))]
        offer(self, "typology_code", none + choices.typologies())
        offer(self, "border_point_id", none + choices.border_points(actor.country))
        offer(self, "loss_currency", none + choices.currencies())


class CaseOpenForm(KeyFactsForm):
    """A new case."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=MAX_TITLE_CHARACTERS)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of title and summary"), choices=settings.LANGUAGES
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"), required=False, max_length=MAX_SUMMARY_CHARACTERS, widget=long_text(6)
    )
    operation_id = forms.TypedChoiceField(
        label=gettext_lazy("Operation"), required=False, coerce=UUID, empty_value=None
    )
    is_restricted = forms.BooleanField(
        label=gettext_lazy("Only named officers"),
        required=False,
        help_text=gettext_lazy("At first only you will see the case. You can name colleagues afterwards."),
    )
    once = OnceField()
    field_order = ("title", "language", "summary", "typology_code", "classification", "is_restricted")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["language"].initial = actor.document_language
        self.fields["once"].initial = new_token(actor.pk)
        offer(self, "operation_id", [("", _("None")), *choices.operations(actor)])


class CaseEditForm(KeyFactsForm):
    """The key facts of a case, with the version they were read at."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Case.Status.choices)
    lead_officer_id = forms.TypedChoiceField(label=gettext_lazy("Lead officer"), coerce=UUID)
    reason = forms.CharField(
        label=gettext_lazy("Reason of the change"), required=False, max_length=2000, widget=long_text(2)
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("status", "lead_officer_id", "typology_code", "classification")

    def __init__(self, *args: Any, actor: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        officers = choices.officer_choices(choices.colleagues(actor))
        lead = case.detail.lead_officer
        if lead is not None and str(lead.uuid) not in dict(officers):
            officers.insert(0, (str(lead.uuid), lead.full_name))
        offer(self, "lead_officer_id", officers)
        point = case.detail.border_point
        offered = choices.border_points(actor.country)
        if point is not None and str(point.uuid) not in dict(offered):
            offered.append((str(point.uuid), point.name_en))
            offer(self, "border_point_id", [("", _("Not known")), *offered])


class TextForm(forms.Form):
    """One text of a case in one language."""

    text = forms.CharField(label=gettext_lazy("Text"), max_length=MAX_TEXT_CHARACTERS)
    translator = forms.CharField(
        label=gettext_lazy("Translator"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Who translated the text, if it was not you."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, kind: CaseText.Kind, language: str, is_original: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.label = kind.label
        attrs = {"lang": bcp47(language)}
        if kind == CaseText.Kind.TITLE:
            field.max_length = MAX_TITLE_CHARACTERS  # type: ignore[attr-defined]
            field.widget = forms.TextInput(attrs={**attrs, "maxlength": str(MAX_TITLE_CHARACTERS)})
        else:
            field.widget = long_text(20 if kind == CaseText.Kind.FACTS else 8, **attrs)
        if is_original:
            del self.fields["translator"]


class TranslationCheckForm(forms.Form):
    """What is said of a translation."""

    status = forms.ChoiceField(
        label=gettext_lazy("I compared it with the original"),
        choices=[
            (CaseText.Status.CHECKED.value, gettext_lazy("It says the same as the original")),
            (
                CaseText.Status.CERTIFIED.value,
                gettext_lazy("A certified translator or authority vouches for it"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    certificate = forms.CharField(
        label=gettext_lazy("Certificate"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Who certified it, and the number and day of the certificate."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class TimelineForm(forms.Form):
    """One event of the timeline."""

    happened_at = MomentField(label=gettext_lazy("When"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=300, required=False)
    text = forms.CharField(
        label=gettext_lazy("What happened"), max_length=MAX_SUMMARY_CHARACTERS, widget=long_text(6)
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=settings.LANGUAGES)
    once = OnceField()

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = actor.document_language
        self.fields["once"].initial = new_token(actor.pk)


class NoteForm(forms.Form):
    """A note for the own country."""

    text = forms.CharField(label=gettext_lazy("Note"), max_length=MAX_SUMMARY_CHARACTERS, widget=long_text(6))
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=settings.LANGUAGES)
    once = OnceField()

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = actor.document_language
        self.fields["once"].initial = new_token(actor.pk)


class RestrictForm(forms.Form):
    """Who of the own country sees a restricted case."""

    officers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Colleagues who will see the case"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You will always be among them."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=long_text(3))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "officers", choices.officer_choices(choices.colleagues(actor, besides=actor)))


class ReasonForm(forms.Form):
    """Nothing but why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=long_text(3))


class HandOnForm(forms.Form):
    """Who takes the cases of an officer who leaves."""

    colleague = forms.TypedChoiceField(
        label=gettext_lazy("Colleague who takes the cases"), required=False, coerce=UUID, empty_value=None
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=long_text(3))

    def __init__(self, *args: Any, officer: User, cases: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not cases:
            del self.fields["colleague"]
            return
        colleagues = choices.officer_choices(choices.colleagues(officer, besides=officer))
        offer(self, "colleague", [("", _("Choose a colleague")), *colleagues])
        self.fields["colleague"].required = True


def offer(form: forms.Form, name: str, offered: list[Any]) -> None:
    """Give a list field what it offers this officer."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    field.choices = offered
