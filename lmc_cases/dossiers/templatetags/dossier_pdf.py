"""Filters of the dossier PDF: thin names over `lmc_cases.dossiers.wording`. Nothing here is marked safe by hand."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lmc_cases.accounts.reading_reasons import label_of
from lmc_cases.cases.models import Disclosure
from lmc_cases.core import display
from lmc_cases.dossiers import parts, wording
from lmc_cases.dossiers.facts import CustodyEvent, Exhibit, Text
from lmc_cases.dossiers.rendering.codes import person_address, qr_path
from lmc_cases.handovers.services.offences import conduct_words

register = template.Library()

register.filter("word", wording.word)
register.filter("country", wording.country_name)
register.filter("moment", wording.moment_text)
register.filter("birth", wording.birth_text)
register.filter("choose", wording.choose)
register.filter("law_marks", wording.law_marks)
register.filter("checks_of", parts.checks_of)
register.filter("safeguards_of", parts.safeguards_of)
register.filter("statements_of", parts.statements_of)
register.filter("conduct", conduct_words)
register.filter("day", wording.iso_day_text)
register.filter("money", wording.money_text)
register.filter("check_word", wording.check_word)
register.filter("outcome_of", wording.outcome_word)


@register.filter
def known(value: object) -> str:
    """Write the value, or "Not known" for an empty one."""
    return str(value) if value not in (None, "") else wording.not_known()


@register.filter
def choose_one(text: Text) -> wording.Chosen | None:
    """Return a single text with its mark."""
    return wording.choose([text])


@register.filter
def last_custody(exhibit: Exhibit) -> tuple[CustodyEvent, ...]:
    """Return the last entry of an exhibit's custody, alone; none where there is none."""
    return exhibit.custody[-1:]


@register.filter
def size(count: int | None) -> str:
    """Write a file size, rounded and exact, or "Not known"."""
    return wording.not_known() if count is None else display.format_size(count)


@register.filter
def hash_lines(digest: str) -> str:
    """Write a SHA-256 as two lines of 32 characters, or "Not known"."""
    if not digest:
        return wording.not_known()
    lines = display.hash_groups(digest, 32)
    return format_html_join("", '<span class="hash-line">{}</span>', ((line,) for line in lines))


@register.simple_tag
def heading(level: int, anchor: str, text: object, number: int | str = "") -> SafeString:
    """Write a heading whose bookmark keeps the plain text, free of line-break marks."""
    plain = f"{number}. {text}" if number != "" else str(text)
    return format_html('<h{} id="{}" data-plain="{}">{}</h{}>', level, anchor, plain, plain, level)


@register.simple_tag
def part_heading(anchor: str) -> SafeString:
    """Write the heading of a part with its number."""
    part = parts.part_of(anchor)
    return heading(1, anchor, str(part.title), part.number)


@register.simple_tag
def page_of_pages() -> SafeString:
    """Write "Page x of y"; the style sheet puts the numbers in."""
    marks = {name: format_html('<span class="number-{}"></span>', name) for name in ("page", "pages")}
    return format_html_join("", "{}", ((marks.get(part, part),) for part in wording.page_of_pages()))


@register.simple_tag
def person_code(code: str, version: int) -> dict[str, object]:
    """Return the QR code of a person's sheet as ``qr_path`` draws it."""
    return qr_path(person_address(code, version))


@register.filter
def disclosed(code: str, group: str) -> str:
    """Write a code of the disclosure ledger in words; one that left its list stays as it stands."""
    if group == "reason":
        return label_of(code)
    known = {"kind": Disclosure.Kind, "path": Disclosure.Path, "rule": Disclosure.Rule}[group]
    return str(known(code).label) if code in known.values else code
