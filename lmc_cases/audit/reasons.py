"""What the codes of reasons mean. A code that is not known here is shown as it is recorded."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "INVESTIGATION": _("Support of an investigation"),
    "LOCATE": _("Locating a wanted person"),
    "IDENTIFY": _("Identification of a person"),
    "HANDOVER": _("Preparation of a handover"),
    "VICTIM_PROTECTION": _("Protection of victims"),
    "ASSET_RECOVERY": _("Recovery of assets"),
    "wrong_password": _("Wrong password"),
    "wrong_code": _("Wrong code"),
    "too_many_attempts": _("Too many attempts"),
    "account_closed": _("Account closed"),
    # A role that was given or taken; its code comes from the roles, which are data.
    "liaison_officer": _("Liaison officer"),
    "supervisor": _("Supervisor"),
    "prosecutor": _("Prosecutor"),
    "legal_officer": _("Legal officer"),
    "evidence_custodian": _("Evidence custodian"),
    "border_officer": _("Border officer"),
    "auditor": _("Auditor"),
    "country_administrator": _("Country administrator"),
    "partner_agency": _("Partner agency"),
    "restored": _("Restored from a backup"),
}


def reason_text(code: str) -> str:
    """Return what a code says, "" for none."""
    return str(REASONS.get(code, code))
