"""Forms of handovers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import MomentField
from lmc_cases.cases.models import CaseShare
from lmc_cases.core.display import bcp47
from lmc_cases.core.once import OnceField
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.handovers.procedures import ASKED, OFFERED, PROFILES, Procedure
from lmc_cases.handovers.services.deciding import DECISIONS
from lmc_cases.handovers.services.disclosure import askable_in
from lmc_cases.handovers.services.instruments import OfferedInstrument
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.services.surrendering import EXITS
from lmc_cases.handovers.wording import confidence_words, in_force_words
from lmc_cases.suspects.models import Suspect

Outcome = HandoverSubject.Outcome
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

    procedures: ClassVar[frozenset[Procedure]] = ASKED
    draft_id = OnceField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    procedure = forms.ChoiceField(label=gettext_lazy("Procedure"), widget=forms.RadioSelect)
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
        self,
        *args: Any,
        people: Iterable[Suspect],
        instruments: Iterable[OfferedInstrument],
        procedure: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = list(people)
        self.fields["procedure"].initial = Procedure.POLICE_HANDOVER
        if procedure:
            # What a draft is cannot change under it: its persons, papers and checks hang on it.
            del self.fields["procedure"]
        else:
            kinds = self.fields["procedure"]
            assert isinstance(kinds, forms.ChoiceField)  # noqa: S101 - declared above
            kinds.choices = [
                (each.value, _procedure_label(each)) for each in Procedure if each in self.procedures
            ]
        boxes = PersonBoxes()
        boxes.protected = frozenset(str(p.uuid) for p in people if not self.may_name(p, procedure))
        persons = self.fields["suspect_ids"]
        assert isinstance(persons, forms.MultipleChoiceField)  # noqa: S101 - declared above
        persons.widget = boxes
        persons.choices = [
            (str(person.uuid), _person_label(person, may_be_named=self.may_name(person, procedure)))
            for person in people
        ]
        chosen = self.fields["instrument_id"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - declared above
        chosen.choices = [
            *((str(offer.instrument.uuid), _instrument_label(offer)) for offer in instruments),
            ("", _("None of these")),
        ]

    def may_name(self, person: Suspect, procedure: str) -> bool:
        """Whether one of the procedures that can be chosen may name the person."""
        kinds = [procedure] if procedure else self.procedures
        known = any(person.category in askable_in(each) for each in kinds)
        return known and not person.is_limited and person.erased_at is None

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
            **({"procedure": data["procedure"]} if "procedure" in data else {}),
        }


class OfferForm(RequestForm):
    """What an offer says: the receiving country besides."""

    procedures: ClassVar[frozenset[Procedure]] = OFFERED
    share_id = forms.ChoiceField(label=gettext_lazy("Receiving country"), widget=forms.RadioSelect)
    field_order = ("draft_id", "version", "procedure", "share_id")

    def __init__(self, *args: Any, shares: Iterable[CaseShare], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].initial = Procedure.REMOVAL
        field = self.fields["share_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (str(share.uuid), " · ".join(filter(None, [share.recipient.name, _agency_of(share)])))
            for share in shares
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the service."""
        return {**super().chosen, "share_id": uuid.UUID(self.cleaned_data["share_id"])}


def _agency_of(share: CaseShare) -> str:
    return share.recipient_agency.name if share.recipient_agency else ""


def _procedure_label(procedure: Procedure) -> str:
    """Name a procedure with what it means and what does not attach to it by itself."""
    profile = PROFILES[procedure]
    notes = format_html('<span class="lmc-muted d-block">{}</span>', profile.meaning)
    if profile.warning:
        notes = format_html('{}<span class="d-block">{}</span>', notes, profile.warning)
    return format_html("{}{}", procedure.label, notes)


def _person_label(person: Suspect, *, may_be_named: bool) -> str:
    name = format_html(
        'S{} · <bdi lang="{}">{}</bdi>', person.number, bcp47(person.name_language), str(person)
    )
    if person.name_original and person.name_romanised:
        name = format_html("{} · {}", name, person.name_romanised)
    tone = "neutral" if may_be_named else "warning"
    note = "" if may_be_named else _("Cannot be asked for")
    if person.is_contested:
        note = f"{_('Contested')} {note}".strip()
    return format_html(
        '{} <span class="lmc-badge lmc-badge--{}">{}</span> {}',
        name,
        tone,
        person.get_category_display(),
        note,
    )


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


class SimplifyForm(RemarkForm, Restricted):
    """A remark on a grant by consent."""


class ApproveForm(RemarkForm, Restricted):
    """The decision for each person with its ground, and a remark on the whole."""

    def __init__(self, *args: Any, people: Iterable[RequestedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(HandoverSubject.Outcome.choices)
        self.persons = []
        for person in people:
            outcome, ground = f"outcome_{person.subject.uuid}", f"ground_{person.subject.uuid}"
            name = name_of(person)
            self.fields[outcome] = forms.ChoiceField(
                label=name, choices=[(code, labels[code]) for code in DECISIONS], initial=DECISIONS[0]
            )
            self.fields[ground] = forms.CharField(
                label=format_html("{} {}", _("Ground, where not granted:"), name),
                max_length=MAX_REASON,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.persons.append(person.subject.uuid)
        self.order_fields([name for name in self.fields if name not in {"reason", "restrictions_confirmed"}])

    @property
    def outcomes(self) -> dict[uuid.UUID, str]:
        """The decision per person."""
        return {each: self.cleaned_data[f"outcome_{each}"] for each in self.persons}

    @property
    def grounds(self) -> dict[uuid.UUID, str]:
        """The ground per person."""
        return {each: self.cleaned_data[f"ground_{each}"] for each in self.persons}


class CorrectForm(ReasonForm, Restricted):
    """Why the case is disclosed again."""


class QuestionForm(forms.Form):
    """What the answering country wants to know."""

    question = forms.CharField(
        label=gettext_lazy("What is missing"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_REASON,
    )


class AnswerForm(forms.Form):
    """What it is told."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"), widget=forms.Textarea(attrs={"rows": 8}), max_length=MAX_STATEMENT
    )


class ArrestedForm(forms.Form):
    """When the persons were arrested."""

    at = MomentField(label=gettext_lazy("Date and time"))


class PlanForm(forms.Form):
    """Where and when."""

    at = MomentField(label=gettext_lazy("Date and time"))
    place = forms.CharField(label=gettext_lazy("Handover point"), max_length=300)
    note = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )


class LeaveForm(ReasonForm):
    """Who leaves the request, and how."""

    subject_id = forms.ChoiceField(label=gettext_lazy("Person"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of the person"),
        choices=[(code, label) for code, label in HandoverSubject.Outcome.choices if code in EXITS],
        widget=forms.RadioSelect,
    )
    field_order = ("subject_id", "outcome", "reason")

    def __init__(self, *args: Any, people: Iterable[RequestedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subject_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(str(person.subject.uuid), name_of(person)) for person in people]


def name_of(person: RequestedPerson) -> str:
    """The number and name of a person, marked up in the language it is written in."""
    shown = person.shown
    return format_html(
        'S{} · <bdi lang="{}">{}</bdi> {}',
        shown["number"],
        bcp47(shown["name_language"]),
        shown["name"] or shown["romanised"],
        shown["romanised"] if shown["name"] else "",
    )


class HandedOverForm(forms.Form):
    """Where and when, and what became of each person."""

    at = MomentField(label=gettext_lazy("Date and time"))
    place = forms.CharField(label=gettext_lazy("Handover point"), max_length=300)
    subject_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Persons handed over"), widget=forms.CheckboxSelectMultiple, required=False
    )
    not_collected = forms.MultipleChoiceField(
        label=gettext_lazy("Persons who were not collected"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    not_accepted = forms.MultipleChoiceField(
        label=gettext_lazy("Persons who were not accepted"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Remarks"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_REASON,
        required=False,
    )

    def __init__(self, *args: Any, people: Iterable[RequestedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(person.subject.uuid), name_of(person)) for person in people]
        for name in ("subject_ids", "not_collected", "not_accepted"):
            persons = self.fields[name]
            assert isinstance(persons, forms.MultipleChoiceField)  # noqa: S101 - declared above
            persons.choices = choices

    @property
    def not_moved(self) -> dict[uuid.UUID, str]:
        """What became of those who stayed."""
        collected, accepted = (ids_of(self.cleaned_data[name]) for name in ("not_collected", "not_accepted"))
        return {
            **dict.fromkeys(collected, Outcome.NOT_COLLECTED),
            **dict.fromkeys(accepted, Outcome.NOT_ACCEPTED),
        }
