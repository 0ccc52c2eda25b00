"""The list of imports, one given slice of it."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class ImportTable(tables.Table):
    """One row per import."""

    caption = _("Imports")

    file_name = tables.TemplateColumn(
        template_name="exchange/list_name.html",
        verbose_name=_("File"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    case = tables.TemplateColumn(
        '<a class="lmc-ref" href="{% url "cases:detail" uuid=record.case.uuid %}">{{ record.case.reference }}</a>',
        verbose_name=_("Case"),
    )
    kind = tables.Column(verbose_name=_("Kind"))
    job_state = tables.TemplateColumn(template_name="exchange/list_state.html", verbose_name=_("State"))
    rows_done = tables.Column(verbose_name=_("Rows"), attrs={"td": {"class": "lmc-cell-num"}})
    requested_by = tables.Column(verbose_name=_("Officer"))
    requested_at = tables.TemplateColumn("{% load lmc %}{% when value %}", verbose_name=_("Uploaded"))

    class Meta:
        orderable = False
