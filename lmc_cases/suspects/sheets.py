"""Columns of the people of a case as they go out as a file: what the page shows, one thing to a column."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.sheets import ITEM_COLUMNS
from lmc_cases.core.list_export import Column
from lmc_cases.suspects import birth
from lmc_cases.suspects.countries import country_name
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.tables import has_role


def _standing_of(person: Suspect) -> str:
    if person.erased_at:
        return gettext("Erased")
    marks = ((person.is_contested, gettext("Contested")), (person.is_limited, gettext("Use limited")))
    return ", ".join(words for is_set, words in marks if is_set)


def people_columns(*, buddhist: bool) -> tuple[Column, ...]:
    """Return the columns for a reader.

    Args:
        buddhist: write years of the Buddhist era, as the page does.
    """
    return (
        (_("No."), lambda person: person.number),
        (_("Name"), lambda person: person.name_original),
        (_("Romanised name"), lambda person: person.name_romanised),
        (_("Category"), lambda person: person.get_category_display()),
        (_("Role"), lambda person: person.get_role_display() if has_role(person) else ""),
        (_("Sex"), lambda person: person.get_sex_display()),
        (
            _("Date of birth"),
            lambda person: birth.understood(person, buddhist=buddhist) or person.birth_date_text,
        ),
        (_("Nationality"), lambda person: country_name(person.nationality)),
        (_("Remarks"), _standing_of),
        *ITEM_COLUMNS,
    )
