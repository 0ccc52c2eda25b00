"""The statistics of requests, as a page and as a table to take along."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.cases.forms.fields import DayField
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.services.statistics import Filters, Table, countries, statistics_of


class StatisticsFilter(forms.Form):
    """Which requests are counted."""

    since = DayField(label=gettext_lazy("Sent from"), required=False)
    until = DayField(label=gettext_lazy("Sent until"), required=False)
    procedure = forms.ChoiceField(label=gettext_lazy("Procedure"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("procedure", Procedure.choices), ("country", countries())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", _("All")), *choices]

    @property
    def chosen(self) -> Filters:
        """What was chosen; nothing of it where it cannot be read."""
        return Filters(**self.cleaned_data) if self.is_valid() else Filters()


class Statistics(ExportedList, TemplateView):
    """How many, how they ended, how long it took."""

    template_name = "handovers/statistics.html"
    list_title = gettext_lazy("Statistics")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tables under the filter."""
        form = StatisticsFilter(self.request.GET)
        filters = form.chosen
        return super().get_context_data(
            form=form,
            is_filtered=filters != Filters(),
            tables=statistics_of(actor=officer_of(self.request), filters=filters),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """The same tables, one below the other."""
        filters = StatisticsFilter(self.request.GET).chosen
        tables = statistics_of(actor=officer_of(self.request), filters=filters, is_export=True)
        return Sheet("statistics", [row for table in tables for row in _as_rows(table)])


def _as_rows(table: Table) -> list[list[str]]:
    return [[table.title, *table.columns], *([*row] for row in table.rows), []]
