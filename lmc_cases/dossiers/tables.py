"""The tables of dossiers and runs: they draw the slice they are given and neither sort nor page."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.display import format_number
from lmc_cases.dossiers.models import DossierRun


class DossierTable(tables.Table):
    """One row per ``Dossier``."""

    caption = _("Dossiers")

    request = tables.TemplateColumn(
        template_name="dossiers/list_request.html",
        verbose_name=_("Dossier"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    language = tables.TemplateColumn(template_name="dossiers/list_language.html", verbose_name=_("Language"))
    number = tables.Column(verbose_name=_("Version"), attrs={"td": {"class": "lmc-cell-num"}})
    pages = tables.Column(verbose_name=_("Pages"), default="–", attrs={"td": {"class": "lmc-cell-num"}})
    state = tables.TemplateColumn(template_name="dossiers/list_state.html", verbose_name=_("Status"))
    requested = tables.TemplateColumn(
        "{% load lmc %}{% when record.requested_at %}", verbose_name=_("Created")
    )

    class Meta:
        orderable = False


class RunTable(tables.Table):
    """One row per ``DossierRun``."""

    caption = _("Runs of dossiers")

    scope = tables.TemplateColumn(
        template_name="dossiers/run_scope.html",
        verbose_name=_("Run"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    done = tables.Column(verbose_name=_("Done"), attrs={"td": {"class": "lmc-cell-num"}})
    failed = tables.Column(verbose_name=_("Failed"), attrs={"td": {"class": "lmc-cell-num"}})
    state = tables.TemplateColumn(template_name="dossiers/run_state.html", verbose_name=_("Status"))
    started = tables.TemplateColumn("{% load lmc %}{% when record.requested_at %}", verbose_name=_("Started"))

    class Meta:
        orderable = False

    def render_done(self, record: DossierRun, value: int) -> str:
        """How many of how many."""
        return format_html("{} / {}", format_number(value), format_number(record.total))

    def render_failed(self, value: int) -> str:
        """How many."""
        return format_number(value)
