"""The list of what waits, one version on the desk, two versions side by side, and what was returned."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.desk.forms import DeskFilter
from lmc_cases.desk.models import DossierReview
from lmc_cases.desk.services.comparing import compare_versions
from lmc_cases.desk.services.reading import one_returned, read_desk
from lmc_cases.desk.services.waiting import DeskFilters, desk_of, export_desk
from lmc_cases.desk.sheets import DESK_COLUMNS
from lmc_cases.dossiers.models import Dossier

# Nobody turns so many pages; a number beyond is no page.
MAX_PAGE = 10_000


class DeskList(ExportedList, TemplateView):
    """Every version that waits for whoever reviews."""

    template_name = "desk/list.html"
    list_title = gettext_lazy("Dossiers to review")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page, and the filter."""
        form = DeskFilter(self.request.GET)
        given = self.request.GET.get("page", "")
        page = min(int(given), MAX_PAGE) if given.isascii() and given.isdecimal() and len(given) < 9 else 1
        page = max(page, 1)
        rows, more = desk_of(officer_of(self.request), form.chosen, page=page)
        return super().get_context_data(
            rows=rows,
            form=form,
            is_filtered=form.chosen != DeskFilters(),
            newer=self._page(page - 1) if page > 1 else "",
            older=self._page(page + 1) if more else "",
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All of it under the filter."""
        rows = export_desk(actor=officer_of(self.request), filters=DeskFilter(self.request.GET).chosen)
        return Sheet.of("dossiers-to-review", DESK_COLUMNS, rows)

    def _page(self, number: int) -> str:
        asked = self.request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"


class DeskDossier(TemplateView):
    """One version: the file beside what it says, remarks, checks and clocks; the act that is due."""

    template_name = "desk/dossier.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the look is recorded."""
        try:
            page = read_desk(actor=officer_of(self.request), dossier_id=self.kwargs["uuid"])
        except Dossier.DoesNotExist:
            raise Http404 from None
        signed = page.standing is not None and page.standing.newest is not None
        name = "dossiers:signed_download" if signed else "dossiers:download"
        return super().get_context_data(
            desk=page,
            dossier=page.dossier,
            file_url=reverse(name, args=[page.dossier.uuid]) if page.standing is not None else "",
            legal_notice=True,
            **kwargs,
        )


class Compare(TemplateView):
    """What differs between two versions, part by part."""

    template_name = "desk/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load both through the rule; both looks are recorded."""
        try:
            found = compare_versions(
                actor=officer_of(self.request),
                dossier_id=self.kwargs["uuid"],
                other_id=self.kwargs["other_uuid"],
                language=get_language() or "en",
            )
        except Dossier.DoesNotExist:
            raise Http404 from None
        return super().get_context_data(found=found, asked_uuid=self.kwargs["uuid"], **kwargs)


class ReturnedPage(TemplateView):
    """A version that came back, and the way to the next one."""

    template_name = "desk/returned.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule."""
        try:
            returned = one_returned(officer_of(self.request), self.kwargs["uuid"])
        except DossierReview.DoesNotExist:
            raise Http404 from None
        return super().get_context_data(returned=returned, handover=returned.review.handover, **kwargs)
