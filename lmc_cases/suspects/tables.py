"""The table of the people of a case: one given slice, neither sorted nor paged by itself."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from lmc_cases.suspects import birth
from lmc_cases.suspects.countries import country_name
from lmc_cases.suspects.models import Suspect

NOTHING = "–"


def _row_class(record: Suspect) -> str:
    return "" if record.category == Suspect.Category.SUSPECT else "lmc-apart"


def has_role(record: Suspect) -> bool:
    """Whether a role in the group is said of the person: of suspects only."""
    return record.category not in {Suspect.Category.VICTIM, Suspect.Category.WITNESS}


class PeopleTable(tables.Table):
    """One row per person."""

    caption = _("People in the case")

    name = tables.TemplateColumn(
        template_name="suspects/list_name.html",
        verbose_name=_("Name"),
        attrs={"td": {"class": "lmc-cell-main"}},
    )
    number = tables.Column(verbose_name=_("No."), attrs={"td": {"class": "lmc-cell-num"}})
    category = tables.TemplateColumn(template_name="suspects/category.html", verbose_name=_("Category"))
    role = tables.Column(verbose_name=_("Role"))
    sex = tables.Column(verbose_name=_("Sex"))
    born = tables.Column(empty_values=(), verbose_name=_("Date of birth"))
    nationality = tables.Column(empty_values=(), verbose_name=_("Nationality"))

    class Meta:
        orderable = False
        row_attrs = {"class": _row_class}

    def __init__(self, rows: list[Suspect], *, buddhist: bool) -> None:
        super().__init__(rows)
        self.buddhist = buddhist

    def render_role(self, record: Suspect) -> str:
        """The role, where one is said."""
        return record.get_role_display() if has_role(record) else NOTHING

    def render_born(self, record: Suspect) -> str:
        """The date as understood."""
        return birth.understood(record, buddhist=self.buddhist) or record.birth_date_text or NOTHING

    def render_nationality(self, record: Suspect) -> str:
        """The country's name."""
        return country_name(record.nationality) or NOTHING
