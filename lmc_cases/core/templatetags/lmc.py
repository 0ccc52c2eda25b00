"""Template tags of the product: dates with their zone, languages, sizes, hashes, icons, cards.

Load with ``{% load lmc %}``. All of them work inside ``{% include ... only %}``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template import Context, Engine
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lmc_cases.core import display

register = template.Library()


def _buddhist(context: Context) -> bool:
    """Say whether this reader counts years by the Buddhist era."""
    request = getattr(context, "request", None) or context.get("request")
    user = getattr(request, "user", None)
    return getattr(user, "calendar", "") == "buddhist" or (get_language() or "").startswith("th")


@register.simple_tag(takes_context=True)
def when(context: Context, value: dt.datetime | None, zone: str = "offset") -> str:
    """Write a moment in the officer's zone, with the zone beside it.

    Args:
        context: given by the template engine.
        value: aware datetime, or ``None`` for "Not known".
        zone: ``"offset"`` (UTC+07:00, for tables), ``"name"`` (name and offset), ``"none"`` (only where
            the column head names the zone).
    """
    if value is None:
        return display.format_day(None)
    text = display.format_moment(value, buddhist=_buddhist(context))
    mark = {
        "offset": display.zone_offset(value),
        "name": f"{display.zone_name(value)} ({display.zone_offset(value)})",
    }.get(zone, "")
    if not mark:
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
    return format_html(
        '<time datetime="{}">{} <span class="lmc-zone">{}</span></time>',
        value.isoformat(),
        text,
        mark,
    )


@register.simple_tag(takes_context=True)
def day(context: Context, value: dt.date | None, style: str = "short") -> str:
    """Write a calendar day (``"short"`` or ``"long"``), or "Not known"."""
    if value is None:
        return display.format_day(None)
    text = display.format_day(value, buddhist=_buddhist(context), long=style == "long")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def time_left(until: dt.datetime) -> str:
    """Write how long is left until a moment: ``2 days 23 hours``."""
    return display.format_left(until)


@register.filter
def langname(code: str) -> str:
    """Name a language in the reader's language."""
    return display.language_name(code)


@register.filter
def ownname(code: str) -> str:
    """Name a language in itself."""
    return display.own_language_name(code)


@register.filter
def langtag(code: str | None) -> str:
    """Return the value of an HTML ``lang`` attribute for a language code."""
    return display.bcp47(code)


@register.filter
def filesize_exact(count: int | None) -> str:
    """Write a file size rounded and in exact bytes."""
    return display.format_day(None) if count is None else display.format_size(count)


@register.filter
def number(value: int | None) -> str:
    """Write a whole number with the reader's separators."""
    return display.format_day(None) if value is None else display.format_number(value)


@register.filter
def hash_lines(digest: str) -> SafeString:
    """Write a digest in groups of eight that may break over lines; copied, it is still one word."""
    return format_html_join(
        "",
        '<span class="lmc-hash__group">{}</span><wbr>',
        ((g,) for g in display.hash_groups(digest)),
    )


@register.simple_tag
def icon(name: str, label: str = "") -> str:
    """Draw an icon of ``static/img/icons.svg``; without a label it is decoration and not read aloud."""
    target = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="lmc-icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            target,
        )
    return format_html(
        '<svg class="lmc-icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        target,
    )


def _wrap(context: Context, name: str, values: dict[str, Any]) -> str:
    # The page's own context is left behind: no context processor runs again for a card.
    engine = context.template.engine if context.template else Engine.get_default()
    source = engine.get_template(f"components/{name}.html")
    return source.render(context.new(values))


@register.simple_block_tag(takes_context=True)
def card(
    context: Context,
    content: str,
    title: str = "",
    *,
    anchor: str = "",
    tone: str = "",
    flush: bool = False,
) -> str:
    """Put a block into a card: ``{% card title=_("Facts") %} ... {% endcard %}``; see ``components/card.html``."""
    return _wrap(
        context,
        "card",
        {
            "title": title,
            "anchor": anchor,
            "tone": tone,
            "flush": flush,
            "content": content,
        },
    )


@register.simple_block_tag(takes_context=True)
def alert(context: Context, content: str, tone: str = "info", title: str = "") -> str:
    """Put a block into an alert: ``{% alert "warning" %} ... {% endalert %}``; see ``components/alert.html``."""
    return _wrap(context, "alert", {"tone": tone, "title": title, "content": content})


@register.simple_block_tag
def fact(content: str, label: str) -> str:
    """Write one row of a facts list: ``<dl class="lmc-facts">{% fact _("Status") %}..{% endfact %}</dl>``."""
    return format_html('<div class="lmc-fact"><dt>{}</dt><dd>{}</dd></div>', label, content)
