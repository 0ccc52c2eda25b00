"""What waits for an officer, as a list, as a table and as a calendar."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.list_forms import WorkFilter
from lmc_cases.handovers.models import CalendarAddress
from lmc_cases.handovers.services.calendars import (
    NoCalendar,
    calendar_of,
    make_calendar,
    revoke_calendar,
)
from lmc_cases.handovers.services.exporting import export_work
from lmc_cases.handovers.services.work import work_of
from lmc_cases.handovers.sheets import WORK_COLUMNS

# Nobody turns so many pages; a number beyond is no page.
MAX_PAGE = 10_000


class WorkList(ExportedList, TemplateView):
    """Everything that waits for the officer: what has a day first."""

    template_name = "handovers/waiting.html"
    list_title = gettext_lazy("Waiting for me")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page, and the filter."""
        asked = self.request.GET
        form, kind = self._filter()
        given = asked.get("page", "")
        page = min(int(given), MAX_PAGE) if given.isascii() and given.isdecimal() and len(given) < 9 else 1
        page = max(page, 1)
        items, more = work_of(officer_of(self.request), kind=kind, page=page)
        return super().get_context_data(
            items=items,
            form=form,
            is_filtered=bool(kind),
            newer=f"?kind={kind}&page={page - 1}" if page > 1 else "",
            older=f"?kind={kind}&page={page + 1}" if more else "",
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All of it under the filter."""
        _form, kind = self._filter()
        return Sheet.of("waiting", WORK_COLUMNS, export_work(actor=officer_of(self.request), kind=kind))

    def _filter(self) -> tuple[WorkFilter, str]:
        form = WorkFilter(self.request.GET)
        return form, form.cleaned_data["kind"] if form.is_valid() else ""


class OwnCalendar(View):
    """The secret address of the officer's calendar: make it, see it once, end it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Say whether there is one."""
        return self.shown(request)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make one, or end it."""
        user = officer_of(request)
        if request.POST.get("act") == "revoke":
            revoke_calendar(actor=user)
            messages.success(request, _("The address has ended."))
            return redirect("handovers:calendar")
        path = reverse("handovers:calendar_feed", args=[make_calendar(actor=user)])
        return self.shown(request, address=request.build_absolute_uri(path))

    def shown(self, request: HttpRequest, address: str = "") -> HttpResponse:
        """Draw the page; the address stands on it once."""
        held = CalendarAddress.objects.visible_to(officer_of(request)).first()
        answer = render(request, "handovers/calendar.html", {"held": held, "address": address})
        answer.headers["Cache-Control"] = "no-store"
        return answer


@method_decorator(login_not_required, name="dispatch")
class CalendarFeed(View):
    """The calendar behind a secret address: programs fetch it, nobody is signed in."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        """Send it, or the 404 of everything that is not there."""
        try:
            content = calendar_of(token=token)
        except NoCalendar:
            raise Http404 from None
        return send_file(content, name="lmc-cases.ics", media_type="text/calendar; charset=utf-8")
