"""The table of the audit page: it draws the slice it is given."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from lmc_cases.audit.models import AuditEvent
from lmc_cases.audit.verbs import sentence


class EventTable(tables.Table):
    """One row per event."""

    caption = _("Audit record")

    what = tables.Column(
        accessor="verb", verbose_name=_("What was done"), attrs={"td": {"class": "lmc-cell-main"}}
    )
    when = tables.TemplateColumn(template_name="audit/when.html", verbose_name=_("When"))
    who = tables.TemplateColumn(template_name="audit/who.html", verbose_name=_("Who"))
    reference = tables.TemplateColumn(template_name="audit/reference.html", verbose_name=_("Reference"))
    reason = tables.TemplateColumn(template_name="audit/reason.html", verbose_name=_("Reason"))
    outcome = tables.TemplateColumn(template_name="audit/outcome.html", verbose_name=_("Outcome"))

    class Meta:
        orderable = False

    def render_what(self, record: AuditEvent) -> str:
        """The verb as a sentence."""
        return sentence(record.verb)


class AccessTable(tables.Table):
    """What officers of other countries did with one case, for the case's own officers."""

    caption = _("Who abroad looked at this case")

    what = tables.Column(
        accessor="verb", verbose_name=_("What was done"), attrs={"td": {"class": "lmc-cell-main"}}
    )
    when = tables.TemplateColumn(template_name="audit/when.html", verbose_name=_("When"))
    who = tables.TemplateColumn(template_name="audit/who_abroad.html", verbose_name=_("Who"))
    reason = tables.TemplateColumn(template_name="audit/reason.html", verbose_name=_("Reason"))
    outcome = tables.TemplateColumn(template_name="audit/outcome.html", verbose_name=_("Outcome"))

    class Meta:
        orderable = False

    def render_what(self, record: AuditEvent) -> str:
        """The verb as a sentence."""
        return sentence(record.verb)
