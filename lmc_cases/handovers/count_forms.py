"""Forms of counts: what the person is accused of, what a side holds of the pair, which counts are granted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.forms import MAX_REASON, ApproveForm, ids_of
from lmc_cases.handovers.models import CountAssessment, CountDecision, HandoverRequest
from lmc_cases.handovers.services.assessing import MAX_NOTE
from lmc_cases.handovers.services.competing import MAX_DECIDER
from lmc_cases.handovers.services.counting import MAX_CONDUCT, MAX_MONTHS, MAX_PLACE, MAX_RULE, Accusation
from lmc_cases.handovers.services.counts_read import CountShown
from lmc_cases.handovers.services.offences import is_citable, law_of
from lmc_cases.jurisdictions.models import Offence


class CountForm(forms.Form):
    """One count; its offences are of the conduct chosen before."""

    conduct = forms.CharField(
        label=gettext_lazy("What the person is said to have done"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_CONDUCT,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=MAX_PLACE, required=False)
    on = DayField(label=gettext_lazy("Day"), required=False)
    asking_offence_id = forms.ChoiceField(required=False)
    asked_offence_id = forms.ChoiceField(required=False)
    limitation_ends_on = DayField(label=gettext_lazy("End of the limitation period"), required=False)
    limitation_rule = forms.CharField(
        label=gettext_lazy("Rule by which the limitation period is calculated"),
        max_length=MAX_RULE,
        required=False,
    )
    is_sentenced = forms.BooleanField(
        label=gettext_lazy("The person was sentenced for it already"), required=False
    )
    months_left = forms.IntegerField(
        label=gettext_lazy("Months of the sentence that are left"),
        min_value=0,
        max_value=MAX_MONTHS,
        required=False,
    )
    once = OnceField()

    def __init__(
        self,
        *args: Any,
        typology: str,
        handover: HandoverRequest,
        asking: Iterable[Offence],
        asked: Iterable[Offence],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.typology = typology
        offer_offences(self, handover, asking, asked)

    @property
    def accusation(self) -> Accusation:
        """What the service takes."""
        data = self.cleaned_data
        return Accusation(
            typology=self.typology,
            conduct=data["conduct"],
            language=data["language"],
            place=data["place"],
            on=data["on"],
            asking_offence_id=_id_or_none(data["asking_offence_id"]),
            asked_offence_id=_id_or_none(data["asked_offence_id"]),
            is_sentenced=data["is_sentenced"],
            months_left=data["months_left"],
            limitation_ends_on=data["limitation_ends_on"],
            limitation_rule=data["limitation_rule"],
        )


class AssessForm(forms.Form):
    """What the own side holds of a count."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Is it an offence on both sides?"),
        choices=CountAssessment.Outcome.choices,
        widget=forms.RadioSelect,
    )
    asking_offence_id = forms.ChoiceField(required=False)
    asked_offence_id = forms.ChoiceField(required=False)
    note = forms.CharField(
        label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 5}), max_length=MAX_NOTE
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    once = OnceField()

    def __init__(
        self,
        *args: Any,
        handover: HandoverRequest,
        asking: Iterable[Offence],
        asked: Iterable[Offence],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_offences(self, handover, asking, asked)

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the service."""
        data = self.cleaned_data
        return {
            "outcome": data["outcome"],
            "note": data["note"],
            "language": data["language"],
            "asking_offence_id": _id_or_none(data["asking_offence_id"]),
            "asked_offence_id": _id_or_none(data["asked_offence_id"]),
        }


class ConsentToCountForm(forms.Form):
    """The decision on a count that was raised after the request was decided."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=CountDecision.Outcome.choices, widget=forms.RadioSelect
    )
    ground = forms.CharField(
        label=gettext_lazy("Ground"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_REASON
    )


class PutFirstForm(forms.Form):
    """Which of two requests goes first, why, and who answers for it."""

    first_id = forms.ChoiceField(label=gettext_lazy("Goes first"), widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=gettext_lazy("Reasons"), widget=forms.Textarea(attrs={"rows": 6}), max_length=MAX_REASON
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    decider = forms.CharField(
        label=gettext_lazy("Decided by"),
        help_text=gettext_lazy("Name and office."),
        max_length=MAX_DECIDER,
    )

    def __init__(self, *args: Any, requests: Iterable[HandoverRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["first_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (str(each.uuid), f"{each.reference} · {each.requesting.name} · {each.get_procedure_display()}")
            for each in requests
        ]


class ApproveCountsForm(ApproveForm):
    """The decision for each person with the counts that are granted."""

    def __init__(self, *args: Any, counts: Mapping[int, list[CountShown]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for person in kwargs["people"]:
            held = [each for each in counts.get(person.subject.pk, []) if each.decision is None]
            if held:
                self._offer(person.subject.uuid, held)

    def _offer(self, subject_id: uuid.UUID, held: list[CountShown]) -> None:
        """Put the counts of a person below the decision; what the own side denied is not ticked."""
        name = f"counts_{subject_id}"
        self.fields[name] = forms.MultipleChoiceField(
            label=_("Counts that are granted"),
            choices=[(str(each.row.uuid), _count_label(each)) for each in held],
            initial=[
                str(each.row.uuid)
                for each in held
                if each.asked is None or each.asked.row.outcome != CountAssessment.Outcome.DENIED
            ],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        order = [field for field in self.fields if field != name]
        order.insert(order.index(f"outcome_{subject_id}") + 1, name)
        self.order_fields(order)

    @property
    def counts(self) -> set[uuid.UUID]:
        """The counts that are granted, of all persons."""
        return {
            each
            for name, value in self.cleaned_data.items()
            if name.startswith("counts_")
            for each in ids_of(value)
        }


def offer_offences(
    form: forms.Form, handover: HandoverRequest, asking: Iterable[Offence], asked: Iterable[Offence]
) -> None:
    """Offer the offences of both sides whose articles are known."""
    for name, country, rows in (
        ("asking_offence_id", handover.requesting, asking),
        ("asked_offence_id", handover.requested, asked),
    ):
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared by both forms
        field.label = _("Offence in the law of %(country)s") % {"country": country.name}
        field.choices = [
            ("", _("None of these")),
            *((str(row.uuid), f"{row.offence_en} · {law_of(row)}") for row in rows if is_citable(row)),
        ]


def _count_label(count: CountShown) -> str:
    said = count.asked.row.get_outcome_display() if count.asked else _("Nothing said yet")
    return format_html(
        '{} · {} <span class="lmc-muted d-block" lang="en">{}</span> <span class="lmc-badge">{}</span>',
        count.row.number,
        count.conduct_label,
        "; ".join(count.laws),
        said,
    )


def _id_or_none(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
