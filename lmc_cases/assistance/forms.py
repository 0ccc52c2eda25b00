"""Forms of requests for assistance."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.assistance.models import Assistance, AssistanceRequest, Status
from lmc_cases.assistance.services.asking import Addressee, Words
from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.services.instruments import OfferedInstrument
from lmc_cases.handovers.wording import confidence_words, in_force_words

MAX_TEXT = 20_000


class AssistanceFilter(forms.Form):
    """Which requests are listed."""

    text = forms.CharField(
        label=gettext_lazy("Part of the reference"), max_length=60, required=False, widget=forms.SearchInput
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, choices=[("", gettext_lazy("All")), *Status.choices]
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and can be read; nothing of it where something cannot."""
        return dict(self.cleaned_data) if self.is_valid() else dict.fromkeys(self.fields, "")


def _text(label: Any, *, rows: int = 3, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=MAX_TEXT,
        required=required,
        help_text=help_text,
    )


class AssistanceForm(forms.Form):
    """What a request says. What is left empty is printed as not known."""

    draft_id = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    to = forms.ChoiceField(label=gettext_lazy("Requested country"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    nature = _text(
        gettext_lazy("Nature of the proceedings"),
        help_text=gettext_lazy("Which authority conducts them, and where they stand."),
    )
    facts = _text(gettext_lazy("Statement of facts"), rows=8)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kind of assistance"),
        choices=Assistance.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    sought = _text(gettext_lazy("What is asked for"), rows=6, required=True)
    purpose = _text(gettext_lazy("Purpose"))
    link = _text(gettext_lazy("Link between the facts and what is asked for"))
    persons = _text(gettext_lazy("Persons and accounts concerned"))
    procedure = _text(gettext_lazy("Procedure wished"))
    attendance = _text(gettext_lazy("Who attends"))
    wanted_by = DayField(label=gettext_lazy("Wanted by"), required=False)
    wanted_why = _text(gettext_lazy("Why by then"))
    confidentiality = _text(gettext_lazy("Confidentiality"))
    undertakings = _text(gettext_lazy("Limits of use and return of evidence"))
    instrument_id = forms.ChoiceField(
        label=gettext_lazy("Legal instrument"), widget=forms.RadioSelect, required=False
    )
    legal_basis = _text(
        gettext_lazy("Legal basis"),
        help_text=gettext_lazy("Articles relied on, or the grounds where no instrument is chosen."),
    )
    dual_criminality = _text(gettext_lazy("Dual criminality"))

    def __init__(
        self,
        *args: Any,
        asked: Iterable[Addressee] | None,
        instruments: Iterable[OfferedInstrument],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if asked is None:
            # Whom a draft asks cannot change under it: instruments and readers hang on it.
            del self.fields["to"]
        else:
            to = self.fields["to"]
            assert isinstance(to, forms.ChoiceField)  # noqa: S101 - declared above
            to.choices = [(each.key, each.name) for each in asked]
            if len(to.choices) == 1:
                to.initial = to.choices[0][0]
        chosen = self.fields["instrument_id"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - declared above
        chosen.choices = [
            *((str(offer.instrument.uuid), _instrument_label(offer)) for offer in instruments),
            ("", _("None of these")),
        ]

    @property
    def words(self) -> Words:
        """What the request says."""
        data = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"draft_id", "version", "to", "kinds", "instrument_id"}
        }
        wanted = self.cleaned_data["instrument_id"]
        return Words(
            **data,
            kinds=tuple(self.cleaned_data["kinds"]),
            instrument_id=uuid.UUID(wanted) if wanted else None,
        )


def _instrument_label(offer: OfferedInstrument) -> str:
    row = offer.instrument
    in_force = f"{_('In force')}: {in_force_words(row.in_force)}"
    return " · ".join([row.title, offer.kind, in_force, confidence_words(row.confidence)])


class AnswerForm(forms.Form):
    """What was done of a request."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Answer of the requested country"),
        choices=[(each.value, each.label) for each in Status if each.value in AssistanceRequest.ANSWERS],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    answer = _text(
        gettext_lazy("Remarks"),
        rows=6,
        help_text=gettext_lazy("What was done. Where something was not, say what and why."),
    )
