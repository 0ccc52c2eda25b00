"""The table of crossings: it draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.tones import tone_of


class CrossingTable(tables.Table):
    """One row per ``Crossing`` with ``persons``."""

    caption = _("Crossings")

    reference = tables.TemplateColumn(
        template_name="crossings/list_reference.html",
        verbose_name=_("Crossing"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    planned_at = tables.TemplateColumn(
        template_name="crossings/list_planned.html", verbose_name=_("Date and time")
    )
    place = tables.Column(verbose_name=_("Place"))
    receiving = tables.Column(accessor="receiving__name", verbose_name=_("Receiving country"))
    persons = tables.Column(verbose_name=_("Persons"), attrs={"td": {"class": "lmc-cell-num"}})
    status = tables.Column(verbose_name=_("Status"))

    class Meta:
        orderable = False

    def render_persons(self, record: Crossing, value: int) -> str:
        """How many sit on how many seats."""
        return format_html("{} / {}", value, record.seats)

    def render_status(self, record: Crossing) -> str:
        """The status as a badge."""
        badge = {"tone": tone_of(record.status), "label": record.get_status_display()}
        return render_to_string("components/badge.html", badge)
