"""Forms about what follows a decision: assurances, duties, reports, and where persons were taken on to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.forms import MAX_REASON, MAX_STATEMENT, name_of
from lmc_cases.handovers.models import Assurance, Duty, DutyReport, HandoverRequest
from lmc_cases.handovers.services.assuring import Promise
from lmc_cases.handovers.services.following import ENDS, GOES_ON
from lmc_cases.handovers.services.reading import RequestedPerson

PAPER = {
    "label": gettext_lazy("Supporting document"),
    "help_text": gettext_lazy("Number or place of the paper that shows it."),
    "max_length": 200,
    "required": False,
}


class AssuranceForm(forms.Form):
    """Who promises what."""

    given_by = forms.CharField(
        label=gettext_lazy("Given by"),
        help_text=gettext_lazy("The authority that answers for it."),
        max_length=200,
    )
    given_on = DayField(label=gettext_lazy("Date of the assurance"))
    assurances = forms.CharField(
        label=gettext_lazy("Text of the assurance"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=MAX_STATEMENT,
    )
    document = forms.CharField(**PAPER)  # type: ignore[arg-type]

    @property
    def promise(self) -> Promise:
        """What was entered."""
        given = self.cleaned_data
        return Promise(given["given_by"], given["given_on"], given["assurances"], given["document"])


class ExtensionForm(forms.Form):
    """By how many days a limit was extended, and by whom."""

    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=1, max_value=1_000)
    decided_by = forms.CharField(
        label=gettext_lazy("Decided by"),
        help_text=gettext_lazy("The authority that answers for it."),
        max_length=200,
    )
    decided_on = DayField(label=gettext_lazy("Date"), initial=timezone.localdate)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=MAX_REASON
    )
    document = forms.CharField(**PAPER)  # type: ignore[arg-type]


class PersonsForm(forms.Form):
    """Abstract: some persons of a request."""

    subject_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Persons"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, people: Iterable[RequestedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subject_ids"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(str(person.subject.uuid), name_of(person)) for person in people]


class DutyForm(PersonsForm):
    """What one of the two countries owes."""

    kind = forms.ChoiceField(label=gettext_lazy("Duty"), choices=Duty.Kind.choices, widget=forms.RadioSelect)
    owed_by = forms.ChoiceField(label=gettext_lazy("Owed by"), widget=forms.RadioSelect)
    source = forms.CharField(
        label=gettext_lazy("Where it stands"),
        help_text=gettext_lazy("Treaty and article, assurance, or what the countries agreed."),
        max_length=300,
    )
    due_on = DayField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("Leave it empty where no day was agreed."),
        required=False,
    )
    assurance_id = forms.ChoiceField(label=gettext_lazy("Assurance"), required=False)
    what = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )
    once = OnceField()
    field_order = ("kind", "owed_by", "subject_ids", "source", "due_on", "assurance_id", "what")

    def __init__(
        self, *args: Any, handover: HandoverRequest, assurances: Iterable[Assurance], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "owed_by": [(side.code, side.name) for side in (handover.requesting, handover.requested)],
            "assurance_id": [
                ("", "-"),
                *((str(row.uuid), f"{row.given_by}, {row.given_on:%Y-%m-%d}") for row in assurances),
            ],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = offered


class DayForm(forms.Form):
    """Another day for a duty."""

    due_on = DayField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("Leave it empty where no day was agreed."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=MAX_REASON
    )


class ReportForm(forms.Form):
    """What is said of duties of one kind."""

    duty_ids = forms.MultipleChoiceField(label=gettext_lazy("For whom"), widget=forms.CheckboxSelectMultiple)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    on = DayField(label=gettext_lazy("Date"), initial=timezone.localdate)
    text = forms.CharField(
        label=gettext_lazy("Report"),
        help_text=gettext_lazy("The other country reads it."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_STATEMENT,
    )
    once = OnceField()

    def __init__(self, *args: Any, kind: str, duties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(DutyReport.Outcome.choices)
        for name, offered in (
            ("duty_ids", duties),
            ("outcome", [(code.value, labels[code]) for code in (*ENDS[kind], *GOES_ON)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = offered


class AllocationForm(PersonsForm):
    """To which authority persons were taken on."""

    authority = forms.CharField(label=gettext_lazy("Authority"), max_length=200)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=300, required=False)
    on = DayField(label=gettext_lazy("Date"), initial=timezone.localdate)
    note = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )
    field_order = ("subject_ids", "authority", "place", "on", "note")
