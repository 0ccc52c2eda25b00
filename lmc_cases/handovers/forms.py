"""Forms of handovers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import MomentField
from lmc_cases.core.display import bcp47
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import ASKABLE
from lmc_cases.handovers.services.instruments import OfferedInstrument
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.suspects.models import Suspect

MAX_STATEMENT = 50_000
MAX_REASON = 5_000


def ids_of(texts: Iterable[str]) -> list[uuid.UUID]:
    """Read public ids; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


class PersonBoxes(forms.CheckboxSelectMultiple):
    """One box per person; people who cannot be asked for are shown without a working box."""

    protected: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Switch the boxes of protected people off."""
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.protected:
            option["attrs"]["disabled"] = True
        return option


class RequestForm(forms.Form):
    """What a request says: persons, legal basis, facts."""

    draft_id = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    suspect_ids = forms.MultipleChoiceField(label=gettext_lazy("Persons"), widget=PersonBoxes)
    instrument_id = forms.ChoiceField(
        label=gettext_lazy("Legal instrument"), widget=forms.RadioSelect, required=False
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        help_text=gettext_lazy("Articles relied on, or the grounds where no instrument is chosen."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )
    facts_language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    facts = forms.CharField(
        label=gettext_lazy("Statement of facts"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=MAX_STATEMENT,
        required=False,
    )

    def __init__(
        self, *args: Any, people: Iterable[Suspect], instruments: Iterable[OfferedInstrument], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = list(people)
        boxes = PersonBoxes()
        boxes.protected = frozenset(str(p.uuid) for p in people if not _is_askable(p))
        persons = self.fields["suspect_ids"]
        assert isinstance(persons, forms.MultipleChoiceField)  # noqa: S101 - declared above
        persons.widget = boxes
        persons.choices = [(str(person.uuid), _person_label(person)) for person in people]
        chosen = self.fields["instrument_id"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - declared above
        chosen.choices = [
            *((str(offer.instrument.uuid), _instrument_label(offer)) for offer in instruments),
            ("", _("None of these")),
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the service."""
        data = self.cleaned_data
        return {
            "suspect_ids": ids_of(data["suspect_ids"]),
            "instrument_id": uuid.UUID(data["instrument_id"]) if data["instrument_id"] else None,
            "legal_basis": data["legal_basis"],
            "facts": data["facts"],
            "facts_language": data["facts_language"],
        }


def _is_askable(person: Suspect) -> bool:
    return person.category in ASKABLE and not person.is_limited and person.erased_at is None


def _person_label(person: Suspect) -> str:
    name = format_html(
        'S{} · <bdi lang="{}">{}</bdi>', person.number, bcp47(person.name_language), str(person)
    )
    if person.name_original and person.name_romanised:
        name = format_html("{} · {}", name, person.name_romanised)
    askable = _is_askable(person)
    tone = "neutral" if askable else "warning"
    note = "" if askable else _("Cannot be asked for")
    if person.is_contested:
        note = f"{_('Contested')} {note}".strip()
    return format_html(
        '{} <span class="lmc-badge lmc-badge--{}">{}</span> {}',
        name,
        tone,
        person.get_category_display(),
        note,
    )


def in_force_words(in_force: str) -> str:
    """Say whether an instrument is in force, as far as the data know."""
    words = {"": _("Not known"), "yes": _("Yes"), "no": _("No")}
    return words.get(in_force, in_force)


def confidence_words(confidence: str) -> str:
    """Say how sure a row of reference data is."""
    words = {
        "": _("Not known"),
        "verified": _("Verified in the source"),
        "general-knowledge": _("General knowledge"),
    }
    return words.get(confidence, confidence)


def _instrument_label(offer: OfferedInstrument) -> str:
    row = offer.instrument
    return format_html(
        '<span lang="en">{}</span><span class="lmc-muted d-block">{} · {}: {} · {}: {} · {}</span>',
        row.title,
        offer.kind,
        _("In force"),
        in_force_words(row.in_force),
        _("Confidence"),
        confidence_words(row.confidence),
        _("Not reviewed by a lawyer"),
    )


class ReasonForm(forms.Form):
    """A reason that must be given."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_REASON
    )


class RemarkForm(forms.Form):
    """A remark that may be given."""

    reason = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )


class Restricted(forms.Form):
    """Base of forms that disclose: the restrictions (H3) of what goes are confirmed, where there are any."""

    restrictions_confirmed = forms.BooleanField(
        label=gettext_lazy("I have read these restrictions and keep to them"), required=False
    )

    def __init__(self, *args: Any, restrictions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if restrictions:
            self.fields["restrictions_confirmed"].help_text = " · ".join(restrictions)
        else:
            del self.fields["restrictions_confirmed"]


class ApproveForm(RemarkForm, Restricted):
    """A remark on the approval."""


class CorrectForm(ReasonForm, Restricted):
    """Why the case is disclosed again."""


class HandedOverForm(forms.Form):
    """Where and when, and who was handed over."""

    at = MomentField(label=gettext_lazy("Date and time"))
    place = forms.CharField(label=gettext_lazy("Handover point"), max_length=300)
    subject_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Persons handed over"), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )

    def __init__(self, *args: Any, people: Iterable[RequestedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        persons = self.fields["subject_ids"]
        assert isinstance(persons, forms.MultipleChoiceField)  # noqa: S101 - declared above
        persons.choices = [
            (
                str(person.subject.uuid),
                format_html(
                    '<bdi lang="{}">{}</bdi> {}',
                    bcp47(person.shown["name_language"]),
                    person.shown["name"] or person.shown["romanised"],
                    person.shown["romanised"] if person.shown["name"] else "",
                ),
            )
            for person in people
        ]


class StatusFilter(forms.Form):
    """The filter of the list."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("All")), *HandoverRequest.Status.choices]
