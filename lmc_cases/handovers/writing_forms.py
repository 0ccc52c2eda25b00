"""Forms of what the sides write: private notes, messages, papers, statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.once import OnceField
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.forms import MAX_STATEMENT
from lmc_cases.handovers.models import RequestPaper, RequestStatement
from lmc_cases.handovers.services.mentions import Mentionable
from lmc_cases.handovers.services.stating import MAX_GIVEN_BY, MAX_STATED, ways_of


class NoteForm(forms.Form):
    """A private note."""

    text = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 6}), max_length=MAX_STATEMENT
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    once = OnceField()


class MessageForm(forms.Form):
    """A message to the other side: with a day it is a question."""

    text = forms.CharField(
        label=gettext_lazy("Message"), widget=forms.Textarea(attrs={"rows": 8}), max_length=MAX_STATEMENT
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    due_on = DayField(
        label=gettext_lazy("Answer by"),
        help_text=gettext_lazy("With a day the message is a question that the other country is to answer."),
        required=False,
    )
    exhibit_id = forms.ChoiceField(label=gettext_lazy("Exhibit"), required=False)
    paper = forms.FileField(label=gettext_lazy("Paper"), required=False)
    mentions = forms.MultipleChoiceField(
        label=gettext_lazy("Mention"), widget=forms.CheckboxSelectMultiple, required=False
    )
    once = OnceField()

    def __init__(
        self,
        *args: Any,
        exhibits: Iterable[EvidenceItem],
        people: Iterable[Mentionable],
        asks: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["due_on"]
        offered = [
            (str(item.uuid), f"{item.exhibit_number} · {item.get_kind_display()}") for item in exhibits
        ]
        self._offer("exhibit_id", [("", _("None")), *offered] if offered else [])
        self._offer("mentions", [(one.code, one.label) for one in people])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        if choices:
            field.choices = choices
        else:
            del self.fields[name]


class PaperForm(forms.Form):
    """One element of a request: how it is given, and the words."""

    given = forms.ChoiceField(
        label=gettext_lazy("How it is given"), choices=RequestPaper.Given.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "The words themselves; or number, date and issuing authority of what is annexed; or why it does not apply."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=MAX_STATEMENT,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    once = OnceField()


class StatementForm(forms.Form):
    """One thing that is stated: what is said, and of an undertaking who gives it."""

    given = forms.ChoiceField(label=gettext_lazy("What is said"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "The words themselves; or where you looked, and when; or why it does not apply."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_STATED,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    given_by = forms.CharField(
        label=gettext_lazy("Given by"),
        help_text=gettext_lazy("The authority that answers for it."),
        max_length=MAX_GIVEN_BY,
        required=False,
    )
    given_on = DayField(
        label=gettext_lazy("Date of the undertaking"),
        help_text=gettext_lazy("Needed where the undertaking is given."),
        required=False,
    )
    once = OnceField()

    def __init__(self, *args: Any, kind: RequestStatement.Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["given"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(way.value, way.label) for way in ways_of(kind)]
        if kind.is_of_person:
            del self.fields["given_by"], self.fields["given_on"]
            return
        self.fields["text"].help_text = _("The words of the undertaking; or why it does not apply.")
