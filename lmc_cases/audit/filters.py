"""The filter form of the audit page. It draws and checks the fields; ``listing`` does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.audit.listing import EventFilters
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.verbs import VERBS
from lmc_cases.core.days import end_of, start_of
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from django.http import QueryDict

    from lmc_cases.accounts.models import User


class EventFilter(django_filters.FilterSet):
    """Countries, operation, verb, outcome, reference, period; one case and one officer, by their public ids."""

    country = django_filters.ChoiceFilter(label=_("Country of the officer"), empty_label=_("All"))
    owner = django_filters.ChoiceFilter(label=_("Country of the record"), empty_label=_("All"))
    operation = django_filters.ChoiceFilter(
        label=_("Kind of act"), choices=Operation.choices, empty_label=_("All")
    )
    verb = django_filters.ChoiceFilter(label=_("What was done"), empty_label=_("All"))
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), choices=AuditEvent.Outcome.choices, empty_label=_("All")
    )
    reference = django_filters.CharFilter(label=_("Reference"), max_length=60)
    since = django_filters.DateFilter(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = django_filters.DateFilter(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    case = django_filters.UUIDFilter(widget=forms.HiddenInput)
    officer = django_filters.UUIDFilter(widget=forms.HiddenInput)

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data, queryset=AuditEvent.objects.visible_to(user))
        self.countries = {row.code: row for row in Jurisdiction.objects.all()}
        for name in ("country", "owner"):
            self._choose(name, [(code, row.name) for code, row in self.countries.items()])
        self._choose("verb", [(verb, str(text)) for verb, text in VERBS.items()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.filters[name].extra["choices"] = sorted(choices, key=lambda choice: choice[1].casefold())

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and is valid."""
        form: forms.Form = self.form
        form.is_valid()
        return {name: value for name, value in form.cleaned_data.items() if value}

    def as_facts(self) -> list[dict[str, str]]:
        """What was chosen, in words: for ``components/facts.html``."""
        chosen = self.chosen
        labels = {"case": _("One case"), "officer": _("One officer")}
        facts = []
        for name, filter_ in self.filters.items():
            if name in chosen:
                choices = dict(filter_.extra.get("choices", ()))
                value = str(choices.get(chosen[name], chosen[name]))
                shown = "" if name in labels else value
                facts.append({"label": str(labels.get(name, filter_.label)), "value": shown or str(_("Yes"))})
        return facts

    def for_listing(self) -> EventFilters:
        """Translate what was chosen. Days are those of the officer's zone."""
        chosen = self.chosen
        country = self.countries.get(chosen.get("country", ""))
        owner = self.countries.get(chosen.get("owner", ""))
        return EventFilters(
            country_id=country.pk if country else None,
            owner_id=owner.pk if owner else None,
            operation=chosen.get("operation", ""),
            verb=chosen.get("verb", ""),
            outcome=chosen.get("outcome", ""),
            reference=chosen.get("reference", "").strip().upper(),
            since=start_of(chosen.get("since")),
            until=end_of(chosen.get("until")),
            case_uuid=chosen.get("case"),
            officer_uuid=chosen.get("officer"),
        )
