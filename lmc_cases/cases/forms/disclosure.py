"""Forms of the disclosure ledger and of the reason for reading."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.accounts.reading_reasons import known_reasons
from lmc_cases.cases.forms.casework import long_text
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services.ledger import LedgerFilters
from lmc_cases.cases.services.reading_reasons import MOST_CHARACTERS
from lmc_cases.core.days import end_of, start_of
from lmc_cases.jurisdictions.models import Jurisdiction


class ReadingReasonForm(forms.Form):
    """Why another country's case is read: a code, and words where the code says too little."""

    reason_code = forms.ChoiceField(label=gettext_lazy("Why do you read it?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("In your own words"),
        max_length=MOST_CHARACTERS,
        required=False,
        widget=long_text(2),
        help_text=gettext_lazy("Needed for another reason than those listed."),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason_code"]
        field.choices = [(known.code, known.label) for known in known_reasons().values()]


class LedgerFilterForm(forms.Form):
    """What the ledger is narrowed to: recipient, path, period; and one record, by its public id."""

    recipient = forms.ChoiceField(label=gettext_lazy("Recipient country"), required=False)
    path = forms.ChoiceField(label=gettext_lazy("How"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    record = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, countries: list[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = {country.code: country for country in countries}
        named = sorted(((code, row.name) for code, row in self.countries.items()), key=lambda pair: pair[1])
        recipient: Any = self.fields["recipient"]
        recipient.choices = [("", _("All")), *named]
        path: Any = self.fields["path"]
        path.choices = [
            ("", _("All")),
            ("COPIES", _("Everything that leaves a copy")),
            *Disclosure.Path.choices,
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and is valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def for_listing(self) -> LedgerFilters:
        """Translate what was chosen. Days are those of the officer's zone."""
        chosen = self.chosen
        country = self.countries.get(chosen.get("recipient", ""))
        record: UUID | None = chosen.get("record")
        return LedgerFilters(
            object_uuid=record,
            path=chosen.get("path", ""),
            recipient_id=country.pk if country else None,
            since=start_of(chosen.get("since")),
            until=end_of(chosen.get("until")),
        )
