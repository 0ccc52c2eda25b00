"""Forms of crossings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField, MomentField
from lmc_cases.cases.services import choices
from lmc_cases.core.once import OnceField
from lmc_cases.crossings.models import Mark, Status
from lmc_cases.crossings.models.crossings import MAX_SEATS
from lmc_cases.crossings.services.planning import Plan, receiving_countries
from lmc_cases.crossings.services.reading import CrossingFilters

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_REASON = 5_000


def id_of(text: str) -> uuid.UUID | None:
    """Read a public id; ``None`` for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def ids_of(texts: Iterable[str]) -> list[uuid.UUID]:
    """Read public ids; what is none is left out."""
    return [found for found in map(id_of, texts) if found is not None]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_REASON
    )


class PlanForm(forms.Form):
    """Where, when and on what persons cross."""

    once = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    planned_at = MomentField(label=gettext_lazy("Date and time"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=300)
    border_point = forms.ChoiceField(label=gettext_lazy("Border crossing point"), required=False)
    carrier = forms.CharField(label=gettext_lazy("Flight or convoy"), max_length=100, required=False)
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=MAX_SEATS)
    operation = forms.ChoiceField(label=gettext_lazy("Operation"), required=False)
    escorts = forms.CharField(
        label=gettext_lazy("Escorts"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )
    interpreters = forms.CharField(
        label=gettext_lazy("Interpreters"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("border_point", choices.border_points(actor.country))
        self._offer("operation", choices.operations(actor))

    def _offer(self, name: str, offered: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("None")), *offered]

    @property
    def plan(self) -> Plan:
        """What was entered."""
        given = self.cleaned_data
        return Plan(
            place=given["place"],
            planned_at=given["planned_at"],
            seats=given["seats"],
            carrier=given["carrier"],
            border_point_id=id_of(given["border_point"]),
            operation_id=id_of(given["operation"]),
            escorts=given["escorts"],
            interpreters=given["interpreters"],
        )


class CrossingForm(PlanForm):
    """A new crossing: also whereto."""

    receiving = forms.ChoiceField(label=gettext_lazy("Receiving country"))
    field_order = ("once", "receiving")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        field = self.fields["receiving"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        others = receiving_countries(actor=actor)
        field.choices = [("", "—"), *((country.code, country.name) for country in others)]


class SplitForm(PlanForm):
    """What every crossing of a split shares; ``mark`` is of the list that was looked at."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class ChoosePersons(forms.Form):
    """Boxes drawn by the page, one per person."""

    ids = forms.MultipleChoiceField(label=gettext_lazy("Persons"))

    def __init__(self, *args: Any, offered: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ids"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(each, each) for each in offered]
        field.error_messages["required"] = _("Choose at least one person.")


class MarkForm(forms.Form):
    """What was found of one person."""

    once = OnceField()
    based_on = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=Mark.Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed for everything but “present”."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MAX_REASON,
        required=False,
    )
    photo = forms.FileField(label=gettext_lazy("Photograph"), required=False)


class ChoiceForm(MarkForm):
    """What holds of a person of whom two devices said otherwise."""

    photo = None  # type: ignore[assignment]


class CountForm(forms.Form):
    """How many were counted."""

    once = OnceField()
    persons = forms.IntegerField(label=gettext_lazy("Persons counted"), min_value=0, max_value=MAX_SEATS)


class FinishForm(forms.Form):
    """When it was."""

    at = MomentField(label=gettext_lazy("Date and time"), required=False)


class CrossingFilter(forms.Form):
    """The filter of the list."""

    text = forms.CharField(
        label=gettext_lazy("Part of the reference, the flight or convoy, or the place"),
        max_length=200,
        required=False,
        widget=forms.SearchInput,
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("All")), *Status.choices]

    @property
    def chosen(self) -> CrossingFilters:
        """What was chosen and can be read; nothing of it where something cannot."""
        return CrossingFilters(**self.cleaned_data) if self.is_valid() else CrossingFilters()
