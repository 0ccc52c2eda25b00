"""Labels of roles and reading reasons, brought into the catalogues. They themselves are data; a test compares both."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

ROLES = (
    _("Liaison officer"),
    _("Supervisor"),
    _("Informant handler"),
    _("Prosecutor"),
    _("Legal officer"),
    _("Evidence custodian"),
    _("Border officer"),
    _("Machine translation"),
    _("Auditor"),
    _("Country administrator"),
    _("Partner agency"),
)

READING_REASONS = (
    _("Supporting the investigation of the owner"),
    _("An investigation of my own country"),
    _("Locating a person"),
    _("Identifying a person"),
    _("Preparing or carrying out a handover"),
    _("Supervision of the work on this case"),
    _("Another reason, in words"),
)
