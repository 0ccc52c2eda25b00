"""Forms about grounds of refusal: what one side thinks of one, and the decision that names one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.handovers.count_forms import ApproveCountsForm
from lmc_cases.handovers.forms import MAX_REASON, ReasonForm
from lmc_cases.handovers.models import GroundMark
from lmc_cases.handovers.wording import ground_words
from lmc_cases.jurisdictions.models import RefusalGround


class GroundForm(forms.Form):
    """Whether one ground applies."""

    standing = forms.ChoiceField(
        label=gettext_lazy("Does this ground apply?"),
        choices=GroundMark.Standing.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Why; needed unless it is not known."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )


class RefuseForm(ReasonForm):
    """The reason, and the row of law it rests on."""

    ground_id = forms.ChoiceField(label=gettext_lazy("Ground in law"), required=False)
    field_order = ("ground_id", "reason")

    def __init__(self, *args: Any, law: Iterable[RefusalGround], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "ground_id", law)

    @property
    def ground(self) -> uuid.UUID | None:
        """Public id of the row."""
        return _chosen(self.cleaned_data["ground_id"])


class DecideForm(ApproveCountsForm):
    """The decision for each person, with the counts that are granted and the row of law a refusal rests on."""

    def __init__(self, *args: Any, law: Iterable[RefusalGround], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(law)
        order = list(self.fields)
        for person in self.persons if rows else ():
            name = f"refusal_ground_{person}"
            label = format_html(
                "{} {}", _("Ground in law, where refused:"), self.fields[f"outcome_{person}"].label
            )
            self.fields[name] = forms.ChoiceField(label=label, required=False)
            _offer(self, name, rows)
            order.insert(order.index(f"ground_{person}"), name)
        self.order_fields(order)

    @property
    def refusal_grounds(self) -> dict[uuid.UUID, uuid.UUID]:
        """Public id of the row per person."""
        found = {each: _chosen(self.cleaned_data.get(f"refusal_ground_{each}", "")) for each in self.persons}
        return {person: row for person, row in found.items() if row is not None}


def _offer(form: forms.Form, name: str, rows: Iterable[RefusalGround]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
    field.choices = [
        ("", _("None of these; the reason names it")),
        *((str(row.uuid), ground_words(row)) for row in rows),
    ]


def _chosen(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
