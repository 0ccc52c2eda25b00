"""The table of requests: it draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.clocks import Clock
from lmc_cases.handovers.tones import tone_of


class HandoverTable(tables.Table):
    """One row per ``HandoverRequest`` with ``persons``; ``clocks``: by primary key, where a limit runs."""

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
    limit = tables.Column(accessor="pk", verbose_name=_("Time limits"))
    updated = tables.TemplateColumn(template_name="handovers/list_updated.html", verbose_name=_("Updated"))

    class Meta:
        orderable = False

    def __init__(self, *args: Any, clocks: Mapping[int, Clock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clocks = clocks

    def render_limit(self, record: HandoverRequest) -> str:
        """What is left of the limit that ends first; a dash where none runs."""
        clock = self.clocks.get(record.pk)
        return render_to_string("handovers/clock_badge.html", {"clock": clock}) if clock else "—"

    def render_status(self, record: HandoverRequest) -> str:
        """The status as a badge."""
        badge = {"tone": tone_of(record.status), "label": record.get_status_display()}
        return render_to_string("components/badge.html", badge)
