"""Words for cells of reference data."""

from __future__ import annotations

from django.utils.translation import gettext as _


def in_force_words(in_force: str) -> str:
    """Say whether an instrument is in force, as far as the data know."""
    words = {"": _("Not known"), "yes": _("Yes"), "no": _("No")}
    return words.get(in_force, in_force)


def confidence_words(confidence: str) -> str:
    """Say how sure a row of reference data is."""
    words = {
        "": _("Not known"),
        "verified": _("Verified in the source"),
        "general-knowledge": _("General knowledge"),
    }
    return words.get(confidence, confidence)
