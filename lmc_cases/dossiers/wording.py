"""The words of a dossier in the active language: labels for codes, dates, choice of a text by language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.core import display
from lmc_cases.dossiers.facts import (
    Article,
    BirthDate,
    CheckAnswer,
    Country,
    LegalBasis,
    Moment,
    PersonCheck,
    Safeguard,
    Subject,
    Text,
)
from lmc_cases.handovers.checks import check_of

# Rows printed on every identity sheet, in this order; one without an answer prints "Not known".
SAFEGUARDS = {
    "MINOR": _("Minor (under 18)"),
    "AGE_VERIFICATION": _("Age verification"),
    "HEALTH": _("Medical condition"),
    "FIT_TO_TRAVEL": _("Fit to travel"),
    "TRAFFICKING_SCREENING": _("Trafficking screening"),
    "INTERPRETER": _("Interpreter"),
    "RIGHTS_NOTICE": _("Notice of rights in own language"),
    "LAWYER": _("Lawyer"),
    "CONSULAR_NOTIFICATION": _("Consular notification"),
    "NON_REFOULEMENT": _("Non-refoulement"),
    "DEATH_PENALTY_ASSURANCE": _("Death penalty assurance"),
}

WORDS: Mapping[str, Mapping[str, object]] = {
    "sex": {"MALE": _("Male"), "FEMALE": _("Female"), "UNKNOWN": _("Not known")},
    "role": {
        "RINGLEADER": _("Ringleader"),
        "ORGANISER": _("Organiser"),
        "KEY_MEMBER": _("Key member"),
        "MEMBER": _("Member"),
        "UNKNOWN": _("Not known"),
    },
    "category": {
        "SUSPECT": _("Suspect"),
        "PRESUMED_TRAFFICKING_VICTIM": _("Presumed trafficking victim"),
        "PRESUMED_VICTIM": _("Presumed trafficking victim"),
        "VICTIM": _("Victim"),
        "WITNESS": _("Witness"),
    },
    "document": {
        "PASSPORT": _("Passport"),
        "NATIONAL_ID": _("National ID number"),
        "BORDER_PASS": _("Border pass"),
        "OTHER": _("Other"),
    },
    "document_status": {
        "REAL": _("Genuine"),
        "GENUINE": _("Genuine"),
        "FORGED": _("Forged document"),
        "NOT_CHECKED": _("Not checked"),
    },
    "calendar": {
        "GREGORIAN": _("Gregorian calendar"),
        "gregorian": _("Gregorian calendar"),
        "BUDDHIST": _("Buddhist era"),
        "buddhist": _("Buddhist era"),
    },
    "exhibit": {
        "PHONE": _("Phone"),
        "SIM": _("SIM card"),
        "COMPUTER": _("Computer"),
        "STORAGE": _("Storage medium"),
        "FILE": _("File"),
        "ACCOUNT": _("Account"),
        "DOCUMENT": _("Document"),
        "CASH": _("Cash"),
        "OTHER": _("Other"),
    },
    "custody": {
        "COLLECTED": _("Collected"),
        "TRANSFERRED": _("Custody transfer"),
        "EXAMINED": _("Examined"),
        "HASH_CHECKED": _("Checksum verified"),
        "UPLOADED": _("File uploaded"),
        "DOWNLOADED": _("File downloaded"),
        "IMPORTED": _("Imported"),
    },
    "purpose": {
        "INVESTIGATION": _("Support of an investigation"),
        "LOCATE": _("Locating a wanted person"),
        "IDENTIFY": _("Identification of a person"),
        "HANDOVER": _("Preparation of a handover"),
        "VICTIM_PROTECTION": _("Protection of victims"),
        "ASSET_RECOVERY": _("Recovery of assets"),
    },
    "scan": {"NO_FILE": _("No file"), "NOT_SCANNED": _("Not scanned")},
    "hash_check": {
        "MATCH": _("Matches"),
        "MISMATCH": _("Mismatch"),
        "NOT_CHECKED": _("Not checked"),
    },
    "level": {"EXISTENCE": _("Existence only"), "SUMMARY": _("Summary"), "FULL": _("Full")},
    "status": {
        "DRAFT": _("Draft"),
        "INTERNAL": _("Internal approval"),
        "ARREST_ASKED": _("Provisional arrest asked"),
        "ARRESTED": _("Provisionally arrested"),
        "SUBMITTED": _("Submitted"),
        "ACKNOWLEDGED": _("Acknowledged"),
        "INFO_ASKED": _("More information asked"),
        "REVIEW": _("Legal review or court"),
        "APPROVED": _("Handover granted"),
        "PART_GRANTED": _("Granted in part"),
        "TEMPORARY": _("Temporary surrender granted"),
        "POSTPONED": _("Postponed"),
        "REFUSED": _("Refused"),
        "ASSURED": _("Assurances agreed"),
        "PLANNED": _("Surrender planned"),
        "CLEARED": _("Screening and fitness cleared"),
        "HANDED_OVER": _("Handed over"),
        "NOT_COLLECTED": _("Not collected"),
        "NOT_ACCEPTED": _("Not accepted"),
        "WATCH": _("Speciality watch"),
        "CLOSED": _("Closed"),
        "WITHDRAWN": _("Withdrawn"),
        "RELEASED": _("Persons released"),
    },
    "statement": {"FACT": _("Fact"), "ASSESSMENT": _("Assessment")},
    "answer": {"YES": _("Yes"), "NO": _("No"), "UNKNOWN": _("Not known"), "NOT_KNOWN": _("Not known")},
    "confidence": {"verified": _("Verified in the source"), "general-knowledge": _("General knowledge")},
}


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
    return f"{text} ({pgettext('year of the Common Era', '%(year)s CE') % {'year': year}})"


def day_text(day: dt.date) -> str:
    """Write a day; in Thai with the Buddhist-era year first and the Gregorian year beside it."""
    if (get_language() or "").startswith("th"):
        return _both_years(display.format_day(day, buddhist=True, long=True), day.year)
    return display.format_day(day, long=True)


def moment_text(moment: Moment | None) -> str:
    """Write an instant in its own zone, with the zone and its distance from UTC."""
    if moment is None:
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
    return f"{text} ({gettext('approximate')})" if birth.is_approximate else text


def _birth_date(birth: BirthDate, year: int) -> str:
    if birth.month and birth.day:
        return day_text(dt.date(year, birth.month, birth.day))
    text = f"{year}-{birth.month:02d}" if birth.month else str(year)
    if (get_language() or "").startswith("th"):
        marked = pgettext("year of the Buddhist era", "%(year)s BE") % {
            "year": year + display.BUDDHIST_OFFSET
        }
        return f"{marked} ({pgettext('year of the Common Era', '%(year)s CE') % {'year': text}})"
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
    if text.translator:
        mark = gettext("Translation from %(language)s. Translator: %(name)s")
    else:
        mark = gettext("Translation from %(language)s. The translator is not known.")
    below = original if original.is_original and original is not text else None
    return Chosen(text, mark % {"language": name, "name": text.translator}, below)


def law_marks(entry: LegalBasis | Article) -> list[str]:
    """Return the warnings that belong beside an entry of law; none only if verified or reviewed."""
    if isinstance(entry, Article):
        return (
            [] if entry.is_verified else [gettext("Not verified. The text of the provision is not quoted.")]
        )
    return [] if entry.is_reviewed else [gettext("Not reviewed by a lawyer")]


def safeguard_rows(subject: Subject) -> list[tuple[str, Safeguard | None]]:
    """Return every row of status, screening and rights with its answer; unknown codes come last."""
    given = {answer.code: answer for answer in subject.safeguards}
    rows = [(str(label), given.pop(code, None)) for code, label in SAFEGUARDS.items()]
    return rows + [(answer.code, answer) for answer in given.values()]


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
