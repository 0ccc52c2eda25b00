"""Labels of the roles, brought into the catalogues. The roles themselves are data; a test compares both."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

ROLES = (
    _("Liaison officer"),
    _("Supervisor"),
    _("Prosecutor"),
    _("Legal officer"),
    _("Evidence custodian"),
    _("Border officer"),
    _("Auditor"),
    _("Country administrator"),
    _("Partner agency"),
)
