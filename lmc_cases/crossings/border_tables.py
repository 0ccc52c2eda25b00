"""How the list of what was taken on phones is drawn."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from lmc_cases.crossings.models import BorderPack


class PackTable(tables.Table):
    """Who took which crossing on a phone, when, how many persons, until when."""

    caption = _("Copies on phones")

    reference = tables.Column(
        verbose_name=_("Crossing"), attrs={"td": {"class": "lmc-cell-main"}}, accessor="reference"
    )
    officer = tables.Column(verbose_name=_("Officer"), accessor="officer__full_name")
    taken_at = tables.TemplateColumn(
        template_name="crossings/border_pack_taken.html", verbose_name=_("Taken at")
    )
    persons = tables.Column(verbose_name=_("Persons"))
    expires_at = tables.TemplateColumn(
        template_name="crossings/border_pack_until.html", verbose_name=_("Can be read until")
    )
    device = tables.Column(verbose_name=_("Device"), accessor="device_name")

    class Meta:
        orderable = False

    def __init__(self, rows: list[BorderPack]) -> None:
        super().__init__(rows)
