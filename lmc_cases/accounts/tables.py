"""How the lists of accounts are drawn. A table is given one slice of rows."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import SignedInSession, User

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


class SessionTable(tables.Table):
    """Where an officer is signed in, or was."""

    caption = _("Where you are signed in")

    device_name = tables.TemplateColumn(
        template_name="accounts/cells/session_device.html", verbose_name=_("Device"), attrs=MAIN
    )
    address = tables.Column(verbose_name=_("Network address"))
    started_at = tables.TemplateColumn(
        template_name="accounts/cells/session_since.html", verbose_name=_("Since")
    )
    last_seen_at = tables.TemplateColumn(
        template_name="accounts/cells/session_seen.html", verbose_name=_("Last seen")
    )
    end = tables.TemplateColumn(
        template_name="accounts/cells/session_end.html", verbose_name="", accessor="pk"
    )

    class Meta:
        orderable = False

    def __init__(self, rows: list[SignedInSession], *, here: str, is_over: bool = False) -> None:
        super().__init__(
            [
                {
                    "row": row,
                    "is_here": str(row.uuid) == here,
                    "is_over": is_over,
                    "device_name": row.device_name,
                    "address": row.address or "",
                    "started_at": row.started_at,
                    "last_seen_at": row.last_seen_at,
                    "pk": row.pk,
                }
                for row in rows
            ]
        )
