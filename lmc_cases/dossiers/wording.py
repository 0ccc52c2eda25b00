"""The words of a dossier in the active language: labels for codes, dates, choice of a text by language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from lmc_cases.core import display
from lmc_cases.dossiers.facts import (
    Article,
    BirthDate,
    CheckAnswer,
    Country,
    DossierFacts,
    LegalBasis,
    Loss,
    Moment,
    PersonCheck,
    Text,
)
from lmc_cases.dossiers.words import WORDS
from lmc_cases.handovers.checks import check_of


def word(code: str, group: str) -> str:
    """Return the label of ``code``; a code nobody knows stays as written, no code is "Not known"."""
    return str(WORDS[group].get(code, code)) if code else not_known()


def not_known() -> str:
    """Return what stands for an empty cell: never blank, never "none"."""
    return gettext("Not known")


def country_name(country: Country | None) -> str:
    """Name a country in the active language, with its code."""
    if country is None:
        return not_known()
    language = get_language() or "en"
    name = display.babel_locale(language).territories.get(country.code)
    name = name or country.names.get(language) or country.names.get("en")
    return f"{name} ({country.code})" if name else country.code


def _both_years(text: str, year: int) -> str:
    return f"{text} ({_common(year)})"


def _common(year: int | str) -> str:
    """Mark a year as Gregorian. Outside of a formatted string: what stands in one is not found for translation."""
    return pgettext("year of the Common Era", "%(year)s CE") % {"year": year}


def day_text(day: dt.date) -> str:
    """Write a day; in Thai with the Buddhist-era year first and the Gregorian year beside it."""
    if (get_language() or "").startswith("th"):
        return _both_years(display.format_day(day, buddhist=True, long=True), day.year)
    return display.format_day(day, long=True)


def iso_day_text(day: str) -> str:
    """Write a day given as ISO 8601, or "Not known"."""
    return day_text(dt.date.fromisoformat(day)) if day else not_known()


def money_text(loss: Loss) -> str:
    """Write a sum in the active language, with the code of its currency, never a sign that several countries use."""
    language = get_language() or "en"
    amount = format_decimal(Decimal(loss.amount), locale=display.babel_locale(language))
    return f"{loss.currency} {amount}"


def moment_text(moment: Moment | None) -> str:
    """Write an instant in its own zone, with the zone and its distance from UTC."""
    if not moment:
        return not_known()
    with timezone.override(moment.zone):
        local = timezone.localtime(moment.at)
        written = display.join_day_and_time(day_text(local.date()), f"{local:%H:%M}")
        return f"{written} ({moment.zone}, {display.zone_offset(moment.at)})"


def birth_text(birth: BirthDate | None) -> str:
    """Write the parsed date of birth, as far as it is known."""
    if birth is None or birth.year is None:
        return not_known()
    text = _birth_date(birth, birth.year)
    approximate = gettext("approximate")
    return f"{text} ({approximate})" if birth.is_approximate else text


def _birth_date(birth: BirthDate, year: int) -> str:
    if birth.month and birth.day:
        return day_text(dt.date(year, birth.month, birth.day))
    text = f"{year}-{birth.month:02d}" if birth.month else str(year)
    if (get_language() or "").startswith("th"):
        marked = pgettext("year of the Buddhist era", "%(year)s BE") % {
            "year": year + display.BUDDHIST_OFFSET
        }
        return f"{marked} ({_common(text)})"
    return text


@dataclass(frozen=True)
class Chosen:
    """The text to print, its mark, and the original to print below a translation (or ``None``)."""

    text: Text
    mark: str
    original: Text | None


def choose(texts: Iterable[Text]) -> Chosen | None:
    """Choose the text in the active language, else the original, and say which it is."""
    known = list(texts)
    if not known:
        return None
    language = (get_language() or "en").lower()
    original = next((text for text in known if text.is_original), known[0])
    text = next((text for text in known if text.language.lower() == language), None)
    name = display.language_name(original.language)
    if text is None:
        mark = gettext(
            "Original text in %(language)s. There is no translation into the language of this dossier."
        )
        return Chosen(original, mark % {"language": name}, None)
    if text.is_original:
        return Chosen(text, gettext("Original text"), None)
    if text.engine:
        mark = gettext("Machine translation from %(language)s by %(name)s")
    elif text.translator:
        mark = gettext("Translation from %(language)s. Translator: %(name)s")
    else:
        mark = gettext("Translation from %(language)s. The translator is not known.")
    said = [mark % {"language": name, "name": text.engine or text.translator}]
    if text.status:
        said.append(word(text.status, "translation"))
    if text.is_stale:
        said.append(gettext("The original was changed after this translation."))
    below = original if original.is_original and original is not text else None
    return Chosen(text, " · ".join(said), below)


@dataclass(frozen=True)
class Unfinished:
    """A text that keeps a dossier in a language from being final, and why."""

    what: str
    why: str


def unfinished(facts: DossierFacts, language: str) -> list[Unfinished]:
    """Return what keeps a dossier in ``language`` from being final: a translation missing, stale or not checked.

    Titles are left out: where none is translated, the reference names the case.
    """
    parts = (
        (gettext("Summary of the case"), facts.case_summary),
        (gettext("Statement of facts"), facts.statement_of_facts),
        (gettext("Assessment"), facts.assessment),
    )
    found = []
    for what, texts in parts:
        if texts and (why := _lacking(texts, language)):
            found.append(Unfinished(what, why))
    return found


def _lacking(texts: Iterable[Text], language: str) -> str:
    text = next((text for text in texts if text.language.lower() == language.lower()), None)
    if text is None:
        return gettext("There is no translation.")
    if text.is_original:
        return ""
    if text.is_stale:
        return gettext("The original was changed after this translation.")
    return "" if text.status in {"CHECKED", "CERTIFIED"} else gettext("The translation is not checked.")


def law_marks(entry: LegalBasis | Article) -> list[str]:
    """Return the warnings that belong beside an entry of law; none only if verified or reviewed."""
    if isinstance(entry, Article):
        return (
            [] if entry.is_verified else [gettext("Not verified. The text of the provision is not quoted.")]
        )
    return [] if entry.is_reviewed else [gettext("Not reviewed by a lawyer")]


def check_word(check: PersonCheck) -> str:
    """Name a check; one that left the table stands as its code."""
    known = check_of(check.kind)
    return str(known.kind.label) if known else check.kind


def outcome_word(answer: CheckAnswer, check: PersonCheck) -> str:
    """Say what a side found; an outcome that left the table stands as its code."""
    known = check_of(check.kind)
    outcome = known.outcome(answer.outcome) if known else None
    return str(outcome.label) if outcome else answer.outcome


def page_of_pages() -> list[str]:
    """Cut the translated "Page x of y" at its numbers: text and the markers ``page`` and ``pages``, in order."""
    sentence = gettext("Page %(page)s of %(pages)s") % {"page": "\x00page\x00", "pages": "\x00pages\x00"}
    return [part for part in re.split("\x00", sentence) if part]
