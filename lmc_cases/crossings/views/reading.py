"""The list of crossings, and one crossing with its manifest."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Operation
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.forms import CrossingFilter, id_of
from lmc_cases.crossings.models import Crossing, Status
from lmc_cases.crossings.person_filter import PersonFilter
from lmc_cases.crossings.services import reading, receipts
from lmc_cases.crossings.services.exporting import export_crossings, export_persons
from lmc_cases.crossings.services.manifests import newest_manifest
from lmc_cases.crossings.services.people import in_words, travellers_of
from lmc_cases.crossings.services.reading import CrossingFilters
from lmc_cases.crossings.services.rows import marking_side_of, may_plan
from lmc_cases.crossings.services.standing import seats_with, standing_of
from lmc_cases.crossings.sheets import CROSSING_COLUMNS, sheet_of_persons
from lmc_cases.crossings.tables import CrossingTable
from lmc_cases.crossings.tones import tone_of
from lmc_cases.jurisdictions.access import Action, may

NAMED_HELD_BACK = 3


class CrossingList(ExportedList, TemplateView):
    """Every crossing the officer may see, the last planned first."""

    template_name = "crossings/list.html"
    list_title = gettext_lazy("Crossings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice and the filter."""
        asked, user = self.request.GET, officer_of(self.request)
        form = CrossingFilter(asked)
        before = Cursor.decode(asked.get("before"))
        operation = operation_in(user, asked.get("operation", ""))
        page = reading.page_of_crossings(actor=user, before=before, operation=operation, filters=form.chosen)
        return super().get_context_data(
            table=CrossingTable(page.rows),
            rows=page.rows,
            form=form,
            is_filtered=form.chosen != CrossingFilters(),
            operation=operation,
            newer=first_page(asked) if before is not None else "",
            older=page_link(asked, "before", page.older),
            may_create=may(user, Action.EDIT),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every crossing under the filter."""
        user, asked = officer_of(self.request), self.request.GET
        operation = operation_in(user, asked.get("operation", ""))
        rows = export_crossings(actor=user, filters=CrossingFilter(asked).chosen, operation=operation)
        return Sheet.of("crossings", CROSSING_COLUMNS, rows)


class CrossingPage(ExportedList, TemplateView):
    """One crossing: the plan, who sits on it, what both sides marked and counted, what stands in the way."""

    template_name = "crossings/detail.html"
    list_title = gettext_lazy("Persons of a crossing")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            crossing = reading.consult_crossing(actor=user, crossing_id=self.kwargs["uuid"])
        except Crossing.DoesNotExist:
            raise Http404 from None
        whole = standing_of(crossing)
        after, form = number_in(self.request.GET.get("after")), PersonFilter(self.request.GET)
        chosen = form.chosen
        seats, more = reading.page_of_seats(
            crossing, after=after, text=chosen["q"], among=seats_with(whole, chosen["only"])
        )
        says = {row.seat.pk: row for row in whole.seats}
        travellers = travellers_of(user, [seat.subject for seat in seats])
        is_planned = crossing.status == Status.PLANNED
        plans = may_plan(user, crossing)
        marks = may_mark(user, crossing)
        receipt = receipts.newest_of(crossing)
        return super().get_context_data(
            crossing=crossing,
            tone=tone_of(crossing.status),
            persons=[
                {
                    "seat": seat,
                    "traveller": traveller,
                    "says": says[seat.pk],
                    "tone": tone_of(says[seat.pk].outcome),
                }
                for seat, traveller in zip(seats, travellers, strict=True)
            ],
            number=len(whole.seats),
            free=crossing.seats - len(whole.seats),
            whole=whole,
            open_number=len(whole.open),
            conflicts=whole.conflicts[:10],
            held_back=held_back_words(user, crossing) if is_planned and plans else "",
            is_planned=is_planned,
            is_at_border=crossing.status in Crossing.AT_BORDER,
            is_counted=crossing.status == Status.COUNTED,
            is_over=crossing.status in Crossing.ENDED,
            may_plan=plans,
            may_mark=marks,
            manifest=newest_manifest(user, crossing) if marks else None,
            receipt=receipt,
            is_answered=receipt is not None and receipts.is_answered(receipt),
            form=form,
            is_filtered=any(chosen.values()),
            is_long=len(whole.seats) > reading.PERSONS_ON_PAGE,
            first=f"?{urlencode(chosen)}" if after else "",
            more=f"?{urlencode({**chosen, 'after': more})}" if more else "",
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """The persons under the filter, with their outcome."""
        chosen = PersonFilter(self.request.GET).chosen
        return sheet_of_persons(
            *export_persons(
                actor=officer_of(self.request),
                crossing_id=self.kwargs["uuid"],
                text=chosen["q"],
                only=chosen["only"],
            )
        )


def operation_in(user: User, text: str) -> Operation | None:
    """Return the operation named in an address; for one the officer does not see, the page does not exist."""
    if not text:
        return None
    found = Operation.objects.visible_to(user).filter(uuid=id_of(text) or uuid.UUID(int=0)).first()
    if found is None:
        raise Http404
    return found


def held_back_words(user: User, crossing: Crossing) -> str:
    """Return who on the crossing may not be moved yet, and by which check: the first, the others stand on the list."""
    rows = crossing.manifest.select_related("subject__handover").defer(
        "subject__handover__disclosed", "subject__handover__facts"
    )
    return in_words(travellers_of(user, [seat.subject for seat in rows]), most=NAMED_HELD_BACK)


def may_mark(user: User, crossing: Crossing) -> bool:
    """Whether the officer marks and counts for one of the sides."""
    try:
        marking_side_of(user, crossing)
    except Crossing.DoesNotExist:
        return False
    return True


def number_in(text: str | None) -> int:
    """Read a position of an address; 0 for what is none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
