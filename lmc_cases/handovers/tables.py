"""The table of requests: it draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.tones import tone_of


class HandoverTable(tables.Table):
    """One row per ``HandoverRequest`` with ``persons``."""

    caption = _("Handovers")

    reference = tables.TemplateColumn(
        template_name="handovers/list_reference.html",
        verbose_name=_("Request"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    requesting = tables.Column(accessor="requesting__name", verbose_name=_("Requesting country"))
    requested = tables.Column(accessor="requested__name", verbose_name=_("Requested country"))
    persons = tables.Column(verbose_name=_("Persons"), attrs={"td": {"class": "lmc-cell-num"}})
    procedure = tables.Column(accessor="get_procedure_display", verbose_name=_("Procedure"))
    status = tables.Column(verbose_name=_("Status"))
    updated = tables.TemplateColumn(template_name="handovers/list_updated.html", verbose_name=_("Updated"))

    class Meta:
        orderable = False

    def render_status(self, record: HandoverRequest) -> str:
        """The status as a badge."""
        badge = {"tone": tone_of(record.status), "label": record.get_status_display()}
        return render_to_string("components/badge.html", badge)
