"""Words for cells of reference data."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lmc_cases.jurisdictions.models import RefusalGround


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


def ground_words(row: RefusalGround) -> str:
    """Name a ground of refusal with the law it is of; its article only where it was seen in the source."""
    law = f"{row.law}, {row.shown_article}" if row.shown_article else row.law
    return f"{row.get_ground_display()} · {row.get_bearing_display()} · {law}"
