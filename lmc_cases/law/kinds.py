"""The kinds of rows of law, as one table: which cells an officer fills, and how a row is put in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.handovers.procedures import COURT, Procedure
from lmc_cases.handovers.services.instruments import KINDS as INSTRUMENT_KINDS
from lmc_cases.handovers.wording import confidence_words, in_force_words
from lmc_cases.jurisdictions.models import (
    CountryFact,
    DisclosureRule,
    Jurisdiction,
    LawRow,
    LegalInstrument,
    Offence,
    RefusalGround,
    RequestElement,
    TimeLimit,
)

CONFIDENCES = ("verified", "general-knowledge")
OPERATORS = (">=", ">")
# Kinds of instruments under which persons are handed over: where the threshold is not said, that is told.
HANDS_OVER = {"bilateral_extradition", "multilateral_extradition", "domestic_reciprocity"}
# Kinds whose title is a text of the data, in English.
DATA_TITLES = {"instrument", "fact", "disclosure", "offence"}
Choices = Callable[[], Iterable[tuple[str, Any]]]


def threshold_words(row: LegalInstrument) -> str:
    """Say from which penalty on a treaty or law reaches an offence; an empty cell is not known."""
    operator, years = row.extradition_threshold_operator, row.extradition_threshold_years
    if not years or operator not in OPERATORS:
        return _("Not known")
    words = _("at least %(years)s") if operator == ">=" else _("more than %(years)s")
    return words % {"years": years}


def _labelled(label: str, value: object) -> str:
    return f"{label}: {value}"


def _instrument(row: Any) -> tuple[str, list[str]]:
    words = [
        str(INSTRUMENT_KINDS.get(row.kind, row.kind)),
        _labelled(_("In force"), in_force_words(row.in_force)),
    ]
    if row.kind in HANDS_OVER:
        words.append(_labelled(_("Threshold (years)"), threshold_words(row)))
    return row.title, words


def _limit(row: Any) -> tuple[str, list[str]]:
    words = _labelled(_("Days"), row.days)
    if row.extension_days:
        words += " · " + _("can be extended by up to %(days)s days") % {"days": row.extension_days}
    return row.get_event_display(), [words, _of_law(row)]


def _element(row: Any) -> tuple[str, list[str]]:
    procedure = Procedure(row.procedure).label if row.procedure in Procedure.values else row.procedure
    return row.get_element_display(), [str(procedure), row.get_due_display(), _of_law(row)]


def _ground(row: Any) -> tuple[str, list[str]]:
    return row.get_ground_display(), [row.get_bearing_display(), _of_law(row)]


def _fact(row: Any) -> tuple[str, list[str]]:
    return row.statement, [row.get_topic_display(), _of_law(row)]


def _disclosure(row: Any) -> tuple[str, list[str]]:
    article = f", {row.article}" if row.is_verified and row.article else ""
    return f"{row.law_title}{article}", [row.get_requirement_display()]


def _offence(row: Any) -> tuple[str, list[str]]:
    article = f", {row.article}" if row.is_verified and row.article else ""
    unknown = _("Not known")
    penalties = f"{row.base_max_penalty or unknown} / {row.max_penalty or unknown}"
    return row.offence_en, [
        f"{row.law_title_en}{article}",
        _labelled(_("Highest penalty: basic / gravest form"), penalties),
    ]


def _of_law(row: Any) -> str:
    return f"{row.law}, {row.article}" if row.is_verified and row.article else row.law


@dataclass(frozen=True)
class Kind:
    """One kind of row.

    Attributes:
        fields: the cells an officer fills, besides notes, source and confidence.
        of_treaty: a treaty may have such rows as well as a country.
        words: title of a row, and further words about it.
    """

    code: str
    model: type[LawRow]
    label: Promise
    fields: tuple[str, ...]
    of_treaty: bool
    words: Callable[[Any], tuple[str, list[str]]]

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Every cell of the form."""
        return (*self.fields, "notes", "source", "confidence")

    def label_of(self, field: str) -> str:
        """What a cell is called."""
        return str(capfirst(str(self.model._meta.get_field(field).verbose_name)))  # type: ignore[union-attr]


_RULE = ("law", "article")
ROWS = (
    Kind(
        "instrument",
        LegalInstrument,
        gettext_lazy("Treaties and laws"),
        (
            "title",
            "kind",
            "signed",
            "in_force",
            "extradition_threshold_operator",
            "extradition_threshold_years",
            "remaining_sentence_months",
            "provisional_arrest_days",
            "nationals_rule",
            "request_language",
            "prevailing_language",
            "key_articles",
        ),
        False,
        _instrument,
    ),
    Kind(
        "limit",
        TimeLimit,
        gettext_lazy("Time limits"),
        (*_RULE, "event", "days", "extension_days", "effect"),
        True,
        _limit,
    ),
    Kind(
        "element",
        RequestElement,
        gettext_lazy("What a request must hold"),
        (*_RULE, "procedure", "element", "due"),
        True,
        _element,
    ),
    Kind(
        "ground",
        RefusalGround,
        gettext_lazy("Grounds of refusal"),
        ("ground", "bearing", *_RULE, "statement"),
        True,
        _ground,
    ),
    Kind(
        "fact", CountryFact, gettext_lazy("About the country"), ("topic", "statement", *_RULE), False, _fact
    ),
    Kind(
        "disclosure",
        DisclosureRule,
        gettext_lazy("Approval before disclosure abroad"),
        ("law_title", "article", "statement", "requirement"),
        False,
        _disclosure,
    ),
    Kind(
        "offence",
        Offence,
        gettext_lazy("Offences"),
        (
            "typology",
            "law_title_en",
            "law_title_local",
            "article",
            "offence_en",
            "offence_local",
            "min_penalty",
            "base_max_penalty",
            "max_penalty",
        ),
        False,
        _offence,
    ),
)
BY_CODE = {kind.code: kind for kind in ROWS}
OF_MODEL = {kind.model: kind for kind in ROWS}
# Cells whose values are told by another table than the model's own choices.
CHOICES: dict[str, Choices] = {
    "kind": INSTRUMENT_KINDS.items,
    "extradition_threshold_operator": lambda: [(each, each) for each in OPERATORS],
    "procedure": lambda: [(each.value, each.label) for each in Procedure if each in COURT],
    "confidence": lambda: [(each, confidence_words(each)) for each in CONFIDENCES],
}


@dataclass(frozen=True)
class Shown:
    """One row in words."""

    kind: Kind
    row: Any
    title: str
    details: list[str]

    @property
    def confidence(self) -> str:
        """How sure it is."""
        return confidence_words(self.row.confidence)

    @property
    def lang(self) -> str:
        """Language of the title where it is data; "" where it is in the active language."""
        return "en" if self.kind.code in DATA_TITLES else ""

    @property
    def tone(self) -> str:
        """The tone of its confidence."""
        return "success" if self.row.is_verified else "warning"


def shown(row: LawRow) -> Shown:
    """Put a row in words of the active language; what the source says stays in its own."""
    kind = OF_MODEL[type(row)]
    title, details = kind.words(row)
    return Shown(kind, row, title, [each for each in details if each])


def owners_of(row: Any) -> list[Jurisdiction]:
    """Return the countries whose officers keep a row: of a treaty every party."""
    if isinstance(row, LegalInstrument):
        return list(row.parties.all())
    if row.jurisdiction_id is not None:
        return [row.jurisdiction]
    return list(row.instrument.parties.all())
