"""The filter form of the case list. It draws and checks the fields; the walk of services.listing does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case, Level, Operation
from lmc_cases.cases.services.listing import OWN, SHARED, CaseFilters
from lmc_cases.core.display import format_number
from lmc_cases.jurisdictions.models import Jurisdiction, Typology

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from lmc_cases.accounts.models import User
    from lmc_cases.cases.services.facets import OptionCounts

LEVELS = {"summary": Level.SUMMARY, "full": Level.FULL}


class CaseFilter(django_filters.FilterSet):
    """Status, typology, owner, level, own or shared, operation, and the text searched for."""

    q = django_filters.CharFilter(label=_("Search"), max_length=200)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Case.Status.choices, empty_label=_("All"))
    typology = django_filters.ChoiceFilter(label=_("Typology"), empty_label=_("All"))
    owner = django_filters.ChoiceFilter(label=_("Owner"), empty_label=_("All"))
    whose = django_filters.ChoiceFilter(
        label=_("Whose cases"),
        choices=[(OWN, _("Own cases")), (SHARED, _("Shared with me"))],
        empty_label=_("All"),
    )
    level = django_filters.ChoiceFilter(
        label=_("Level"),
        choices=[("summary", _("Summary or full")), ("full", _("Full"))],
        empty_label=_("All"),
    )
    operation = django_filters.ChoiceFilter(label=_("Operation"), empty_label=_("All"))

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data, queryset=Case.objects.visible_to(user))
        # Public codes in the address, primary keys in the walk.
        self.typologies = {row.code: row for row in Typology.objects.all()}
        self.owners = {row.code: row for row in Jurisdiction.objects.all()}
        self.operations = {
            str(row.uuid): row for row in Operation.objects.visible_to(user).order_by("-created_at", "-pk")
        }
        self._choose("typology", [(code, row.label) for code, row in self.typologies.items()])
        self._choose("owner", [(code, row.name) for code, row in self.owners.items()])
        names = [(key, f"{row.reference} {row.name}") for key, row in self.operations.items()]
        if names:
            self._choose("operation", names)
        else:
            del self.filters["operation"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.filters[name].extra["choices"] = sorted(choices, key=lambda choice: choice[1].casefold())

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and is valid; a value nobody offered is dropped and shown as an error."""
        form: forms.Form = self.form
        form.is_valid()
        return {name: value for name, value in form.cleaned_data.items() if value}

    def for_walk(self) -> CaseFilters:
        """Translate what was chosen."""
        chosen = self.chosen
        typology = self.typologies.get(chosen.get("typology", ""))
        owner = self.owners.get(chosen.get("owner", ""))
        operation = self.operations.get(chosen.get("operation", ""))
        return CaseFilters(
            status=chosen.get("status", ""),
            typology_id=typology.pk if typology else None,
            owner_id=owner.pk if owner else None,
            at_least=LEVELS.get(chosen.get("level", ""), Level.EXISTENCE),
            whose=chosen.get("whose", ""),
            operation_id=operation.pk if operation else None,
        )

    def show_counts(self, counts: OptionCounts) -> None:
        """Write beside each option of the counted filters how many cases it would leave."""
        self._count("status", lambda code: counts.status[code])
        self._count("typology", lambda code: counts.typology[self.typologies[code].pk])
        self._count("owner", lambda code: counts.owner[self.owners[code].pk])

    def _count(self, name: str, cases_of: Callable[[str], int]) -> None:
        choices = self.form.fields[name]
        choices.choices = [
            (code, label if not code else _counted(str(label), cases_of(code)))
            for code, label in choices.choices
        ]


def _counted(label: str, cases: int) -> str:
    return gettext("%(label)s (%(count)s)") % {"label": label, "count": format_number(cases)}
