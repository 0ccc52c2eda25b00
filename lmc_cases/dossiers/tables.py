"""The table of dossiers: it draws the slice it is given and neither sorts nor pages."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class DossierTable(tables.Table):
    """One row per ``Dossier``."""

    caption = _("Dossiers")

    request = tables.TemplateColumn(
        template_name="dossiers/list_request.html",
        verbose_name=_("Dossier"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    language = tables.TemplateColumn(
        "{% load lmc %}{{ record.language|langname }}", verbose_name=_("Language")
    )
    number = tables.Column(verbose_name=_("Version"), attrs={"td": {"class": "lmc-cell-num"}})
    pages = tables.Column(verbose_name=_("Pages"), default="–", attrs={"td": {"class": "lmc-cell-num"}})
    state = tables.TemplateColumn(template_name="dossiers/list_state.html", verbose_name=_("Status"))
    requested = tables.TemplateColumn(
        "{% load lmc %}{% when record.requested_at %}", verbose_name=_("Created")
    )

    class Meta:
        orderable = False
