"""The tables of exhibits and of their custody: given slices, neither sorted nor paged by themselves."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.custody import CustodyLine

NOTHING = "–"


class ExhibitTable(tables.Table):
    """One row per exhibit."""

    caption = _("Exhibits")

    exhibit = tables.TemplateColumn(
        template_name="evidence/list_number.html",
        verbose_name=_("Exhibit number"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    kind = tables.Column(verbose_name=_("Kind"))
    description = tables.TemplateColumn(
        template_name="evidence/list_description.html", verbose_name=_("Description")
    )
    collected = tables.TemplateColumn(
        template_name="evidence/list_collected.html", verbose_name=_("Collected")
    )
    file = tables.TemplateColumn(template_name="evidence/list_file.html", verbose_name=_("File"))

    class Meta:
        orderable = False

    def render_kind(self, record: EvidenceItem) -> str:
        """The label of the kind."""
        return record.get_kind_display()


def _row_class(record: CustodyLine) -> str:
    return "lmc-gap-row" if record.problem or record.event.hash_matches is False else ""


class CustodyTable(tables.Table):
    """One row per act; one that does not fit the act before stands out."""

    caption = _("Chain of custody")

    act = tables.TemplateColumn(
        template_name="evidence/custody_act.html",
        verbose_name=_("Act"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    time = tables.TemplateColumn(template_name="evidence/custody_time.html", verbose_name=_("Time"))
    hands = tables.TemplateColumn(template_name="evidence/custody_hands.html", verbose_name=_("From and to"))
    circumstances = tables.TemplateColumn(
        template_name="evidence/custody_place.html", verbose_name=_("Place, purpose, condition")
    )

    class Meta:
        orderable = False
        row_attrs = {"class": _row_class}
