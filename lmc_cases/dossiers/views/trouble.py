"""Why a dossier was not created, and what to do: the words for every code with which one ends."""

from __future__ import annotations

from django.utils.translation import gettext as _


def trouble_with(code: str) -> tuple[str, str]:
    """Say what was wrong and what helps, in the active language."""
    correct = _(
        "Correct it in the case. An officer of the requested country then discloses a corrected version."
    )
    again = _("Try again. If it fails again, tell your administrator.")
    known = {
        "missing-glyph": (_("The dossier holds a character that its fonts cannot print."), correct),
        "photo-unusable": (_("A photograph cannot be printed. Upload it again."), correct),
        "key-missing": (
            _("This cannot be read: its key is not available. Tell your administrator."),
            again,
        ),
        "photo-missing": (_("A stored photograph is missing."), correct),
        "cannot-disclose": (_("A stored photograph is missing."), correct),
        "denied": (
            _("The officer who asked for it lost the right to do so."),
            _("Try again: it is then created for you."),
        ),
        "too-many-attempts": (_("The work was begun several times and never finished."), again),
        "too-long": (_("It took too long to draw."), again),
        "not-visible": (
            _("You no longer see this request."),
            _("Ask an officer who sees it to create its dossier."),
        ),
        "nothing-disclosed": (
            _("A dossier exists only for an approved request."),
            _("Open the request to see what became of it."),
        ),
    }
    return known.get(code, (_("The dossier could not be printed without faults."), again))
