"""How the lists of accounts are drawn. A table is given one slice of rows."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User

MAIN = {"td": {"class": "lmc-cell-main"}}


class UserTable(tables.Table):
    """Officers."""

    caption = _("Users")

    full_name = tables.TemplateColumn(
        template_name="accounts/cells/officer.html", verbose_name=_("Name"), attrs=MAIN
    )
    agency = tables.Column(verbose_name=_("Agency"))
    roles = tables.Column(verbose_name=_("Roles"), accessor="pk")
    has_second_factor = tables.TemplateColumn(
        template_name="accounts/cells/second_factor.html", verbose_name=_("Second factor")
    )

    class Meta:
        orderable = False

    def __init__(self, rows: list[User], *, labels: dict[int, list[str]]) -> None:
        self.labels = labels
        super().__init__(rows)

    def render_roles(self, value: int) -> str:
        """Labels of the roles held now."""
        return ", ".join(self.labels.get(value, [])) or _now("None")


class InvitationTable(tables.Table):
    """Invitations that were not taken up."""

    caption = _("Invitations")

    full_name = tables.TemplateColumn(
        template_name="accounts/cells/invited.html", verbose_name=_("Name"), attrs=MAIN
    )
    agency = tables.Column(verbose_name=_("Agency"))
    expires_at = tables.TemplateColumn(template_name="accounts/cells/ends.html", verbose_name=_("Ends"))
    withdraw = tables.TemplateColumn(
        template_name="accounts/cells/withdraw.html", verbose_name="", accessor="pk"
    )

    class Meta:
        orderable = False


class RoleTable(tables.Table):
    """The roles of a country, held by one officer or not."""

    caption = _("Roles")

    role = tables.Column(verbose_name=_("Role"), attrs=MAIN)
    allows = tables.Column(verbose_name=_("Allows"))
    held = tables.TemplateColumn(template_name="accounts/cells/held.html", verbose_name=_("Given"))
    change = tables.TemplateColumn(
        template_name="accounts/cells/change_role.html", verbose_name="", accessor="role"
    )

    class Meta:
        orderable = False

    def render_allows(self, value: list[str]) -> str:
        """One line for each right."""
        return "; ".join(value)
