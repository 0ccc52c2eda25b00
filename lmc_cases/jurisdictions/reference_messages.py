"""Labels of reference data that are shown translated: typologies and groups of them.

The rows are data; these lines only bring their English labels into the catalogues. A test compares both.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TYPOLOGIES = (
    _('Romance-investment scam ("pig-butchering")'),
    _("False investment platform"),
    _("Impersonation of officials"),
    _("Parcel or courier scam"),
    _("Advance-fee loan scam"),
    _("Task or part-time job scam"),
    _("Shopping, refund or customer-service scam"),
    _("Phishing, smishing and SMS blaster"),
    _("Account takeover and malware"),
    _("Sextortion"),
    _("Business e-mail compromise and deepfake voice or video"),
    _("Recovery scam"),
    _("SIM box, GoIP and relay equipment"),
    _("Mule recruitment and account trade"),
    _("Personal-data and script supply"),
    _("Online casino and sports betting"),
    _("Gambling agents and cross-border recruiting"),
    _('Illegal payment platform ("fourth-party" or running-points)'),
    _("Crypto OTC laundering"),
    _("Underground banking and cash courier"),
    _("Forced criminality in compounds"),
    _("Deceptive recruitment and smuggling to compounds"),
    _("Compound owner, landlord or protector"),
)
