"""The parts of a request in their order, for page and paper alike, and the words of its codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.assistance.models import Assistance, Status


@dataclass(frozen=True)
class Part:
    """A part: the id of its heading, its title, and label and name of each text in it."""

    anchor: str
    title: Promise
    rows: tuple[tuple[Promise, str], ...]


PARTS = (
    Part(
        "proceedings",
        _("Subject and nature of the proceedings"),
        (
            (_("Subject"), "subject"),
            (_("Nature of the proceedings"), "nature"),
            (_("Statement of facts"), "facts"),
        ),
    ),
    Part(
        "assistance",
        _("Assistance sought"),
        (
            (_("What is asked for"), "sought"),
            (_("Purpose"), "purpose"),
            (_("Link between the facts and what is asked for"), "link"),
            (_("Persons and accounts concerned"), "persons"),
        ),
    ),
    Part(
        "execution",
        _("How it is to be carried out"),
        (
            (_("Procedure wished"), "procedure"),
            (_("Who attends"), "attendance"),
            (_("Confidentiality"), "confidentiality"),
            (_("Limits of use and return of evidence"), "undertakings"),
        ),
    ),
)


def kind_labels(kinds: Iterable[str]) -> list[str | Promise]:
    """Name what is asked for, in the language active where they are shown; an unknown code stays as it stands."""
    return [Assistance(kind).label if kind in Assistance.values else kind for kind in kinds]


def outcome_label(outcome: str) -> str | Promise:
    """Name an answer, in the language active where it is shown."""
    return Status(outcome).label if outcome in Status.values else outcome
