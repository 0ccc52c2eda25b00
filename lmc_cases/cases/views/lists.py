"""The case list: filters, search, pages by the last row seen, a file of them all. Works without JavaScript."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from lmc_cases.cases.filters import CaseFilter
from lmc_cases.cases.services.exporting import export_cases
from lmc_cases.cases.services.facets import option_counts
from lmc_cases.cases.services.listing import COUNT_CAP, CasePage, capped_count, page_of_cases
from lmc_cases.cases.services.search import MAX_MATCHES, MAX_WALKED, find_cases, record_search
from lmc_cases.cases.sheets import CASE_COLUMNS
from lmc_cases.cases.tables import CaseTable
from lmc_cases.core.display import format_number
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action, may


class CaseList(ExportedList, TemplateView):
    """Every case the officer may see, newest first."""

    template_name = "cases/list.html"
    list_title = gettext_lazy("Cases")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice, the filter form, and the ways on."""
        user = officer_of(self.request)
        asked = self.request.GET
        filters = CaseFilter(asked, user=user)
        chosen = filters.chosen
        narrowed = filters.for_walk()
        before, after = Cursor.decode(asked.get("before")), Cursor.decode(asked.get("after"))
        text = chosen.get("q", "")
        if text:
            page = find_cases(user, text, filters=narrowed, before=before, after=after)
            record_search(actor=user, text=text, hits=len(page.rows), has_more=page.older is not None)
            count = ""
        else:
            page = page_of_cases(user, filters=narrowed, before=before, after=after)
            count = count_text(*capped_count(user, narrowed)) if page.rows else ""
            counts = option_counts(user, narrowed)
            if counts is not None:
                filters.show_counts(counts)
        table = CaseTable(page.rows)
        return super().get_context_data(
            table=table,
            page=page,
            newer=page_link(asked, "after", page.newer),
            older=page_link(asked, "before", page.older),
            count=count,
            note=note_of(page),
            filter_form=filters.form,
            is_filtered=bool(set(chosen) - {"q"}) or bool(filters.form.errors),
            search_text=text,
            may_open=may(user, Action.EDIT),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every case under the filter and the search; a search that did not look at all of them gives no file."""
        user = officer_of(self.request)
        filters = CaseFilter(self.request.GET, user=user)
        text = filters.chosen.get("q", "")
        page = export_cases(actor=user, filters=filters.for_walk(), text=text)
        if page.note:
            raise InvalidInput("q", note_of(page))
        return Sheet.of("cases", CASE_COLUMNS, page.rows)


def count_text(count: int, more: bool) -> str:
    """Say how many cases there are; above the cap only that there are more."""
    if more:
        return _("More than %(count)s cases") % {"count": format_number(COUNT_CAP)}
    return ngettext("%(count)s case", "%(count)s cases", count) % {"count": format_number(count)}


def note_of(page: CasePage) -> str:
    """Say in a plain sentence where a search was bounded."""
    if page.note == "capped":
        return _(
            "There are more than %(count)s matches. Only some of them are shown; use a longer search term."
        ) % {"count": format_number(MAX_MATCHES)}
    if page.note == "newest":
        return _("The search term is very short, so only the newest %(count)s cases were searched.") % {
            "count": format_number(MAX_WALKED)
        }
    return ""
