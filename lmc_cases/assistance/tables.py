"""The table of requests for assistance: it draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lmc_cases.assistance.models import AssistanceRequest, Status

TONES = {
    Status.SENT: "info",
    Status.EXECUTED: "success",
    Status.PARTLY: "warning",
    Status.REFUSED: "danger",
}


def tone_of(status: str) -> str:
    """Return the tone of a status's badge."""
    return TONES.get(Status(status), "neutral")


class AssistanceTable(tables.Table):
    """One row per ``AssistanceRequest``."""

    caption = _("Mutual legal assistance")

    reference = tables.TemplateColumn(
        template_name="assistance/list_reference.html",
        verbose_name=_("Request"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    case_reference = tables.Column(verbose_name=_("Case"))
    requesting = tables.Column(accessor="requesting__name", verbose_name=_("Requesting country"))
    requested = tables.Column(accessor="requested__name", verbose_name=_("Requested country"))
    status = tables.Column(verbose_name=_("Status"))
    updated = tables.TemplateColumn(
        template_name="handovers/list_updated.html", verbose_name=_("Updated"), accessor="pk"
    )

    class Meta:
        orderable = False

    def render_status(self, record: AssistanceRequest) -> str:
        """The status as a badge."""
        badge = {"tone": tone_of(record.status), "label": record.get_status_display()}
        return render_to_string("components/badge.html", badge)
