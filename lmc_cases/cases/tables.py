"""Tables of cases and operations: each draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import ConsentRequest, Operation
from lmc_cases.cases.services.listing import CaseRow

MAIN_CELL = {"td": {"class": "lmc-cell-main"}}


class CaseTable(tables.Table):
    """One row per ``CaseRow``."""

    caption = _("Cases")

    title = tables.TemplateColumn(
        template_name="cases/list_title.html", verbose_name=_("Case"), attrs=MAIN_CELL
    )
    owner = tables.Column(accessor="case__owner__name", verbose_name=_("Owner"))
    status = tables.TemplateColumn(template_name="cases/list_status.html", verbose_name=_("Status"))
    typology = tables.Column(empty_values=(), verbose_name=_("Typology"))
    updated = tables.TemplateColumn(template_name="cases/list_updated.html", verbose_name=_("Updated"))

    class Meta:
        orderable = False

    def render_typology(self, record: CaseRow) -> str:
        """The typology's label, or the sign for none."""
        return record.case.typology.label if record.case.typology else "–"


class OperationTable(tables.Table):
    """One row per operation."""

    caption = _("Operations")

    name = tables.TemplateColumn(
        template_name="cases/operation_name.html", verbose_name=_("Operation"), attrs=MAIN_CELL
    )
    owner = tables.Column(accessor="owner__name", verbose_name=_("Owner"))
    status = tables.Column(verbose_name=_("Status"))
    started = tables.TemplateColumn(
        template_name="cases/operation_started.html", verbose_name=_("Started on")
    )

    class Meta:
        orderable = False

    def render_status(self, record: Operation) -> str:
        """The label of the status."""
        return record.get_status_display()


class ConsentTable(tables.Table):
    """One row per request for consent."""

    caption = _("Requests for consent")

    reference = tables.TemplateColumn(
        template_name="cases/consent_reference.html",
        verbose_name=_("What"),
        attrs=MAIN_CELL,
    )
    country = tables.Column(empty_values=(), verbose_name=_("Country"))
    to_country = tables.Column(accessor="to_country__name", verbose_name=_("For"))
    state = tables.TemplateColumn(template_name="cases/consent_state.html", verbose_name=_("Status"))

    class Meta:
        orderable = False

    def __init__(self, rows: list[ConsentRequest], *, asked_by_us: bool) -> None:
        super().__init__(rows)
        self.asked_by_us = asked_by_us

    def render_country(self, record: ConsentRequest) -> str:
        """The other side."""
        return record.originator.name if self.asked_by_us else record.asking.name


class LedgerTable(tables.Table):
    """One row per ``Disclosure``."""

    caption = _("Disclosures")

    what = tables.TemplateColumn(
        template_name="cases/ledger_what.html", verbose_name=_("What"), attrs=MAIN_CELL
    )
    who = tables.TemplateColumn(template_name="cases/ledger_who.html", verbose_name=_("Recipient"))
    how = tables.TemplateColumn(template_name="cases/ledger_how.html", verbose_name=_("How and when"))
    terms = tables.TemplateColumn(
        template_name="cases/ledger_terms.html", verbose_name=_("Under which terms")
    )

    class Meta:
        orderable = False
