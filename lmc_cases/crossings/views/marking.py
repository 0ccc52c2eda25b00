"""Mark persons by form: one with everything that is known, or many as present."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from lmc_cases.core import once
from lmc_cases.crossings.forms import ChoiceForm, ChoosePersons, MarkForm, id_of, ids_of
from lmc_cases.crossings.models import Crossing, Mark, Seat
from lmc_cases.crossings.services import marking, reading
from lmc_cases.crossings.services.marking import NewMark
from lmc_cases.crossings.services.people import travellers_of
from lmc_cases.crossings.services.rows import marking_side_of
from lmc_cases.crossings.services.standing import SeatStanding, SideSays, standing_of
from lmc_cases.crossings.tones import tone_of
from lmc_cases.crossings.views.acting import OfCrossing
from lmc_cases.crossings.views.reading import number_in


class SeatPage(OfCrossing):
    """One person on a crossing: the address that the QR code of the manifest holds."""

    of_both = True
    template_name = "crossings/person.html"
    seat: Seat
    says: SeatStanding

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the seat through the crossing."""
        self.seat_uuid = kwargs["seat_uuid"]
        return super().dispatch(request, *args, **kwargs)

    def may_act(self, crossing: Crossing) -> bool:
        """Whoever reads the crossing reads the page; only officers of a side mark."""
        seat = crossing.manifest.select_related("subject__handover").filter(uuid=self.seat_uuid).first()
        if seat is None:
            return False
        self.seat = seat
        (self.says,) = standing_of(crossing, [seat]).seats
        self.marks = super().may_act(crossing) and crossing.status in Crossing.AT_BORDER
        return self.request.method != "POST" or super().may_act(crossing)

    @property
    def own(self) -> SideSays:
        """What the officer's side says so far."""
        sends = marking_side_of(self.actor, self.crossing).pk == self.crossing.sending_id
        return self.says.sending if sends else self.says.receiving

    def get_form_class(self) -> type[forms.Form]:
        """Where the own side contradicts itself, somebody chooses."""
        return ChoiceForm if self.marks and self.own.has_conflict else MarkForm

    def get_initial(self) -> dict[str, Any]:
        """On what the new mark rests."""
        newest = self.own.newest if self.marks else None
        return {
            "once": once.new_token(self.actor.pk),
            "based_on": str(newest.uuid) if newest else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The person, and every mark of both sides."""
        reading.consult_crossing(actor=self.actor, crossing_id=self.crossing.uuid)
        (traveller,) = travellers_of(self.actor, [self.seat.subject])
        rows = Mark.objects.visible_to(self.actor).filter(seat=self.seat)
        marks = rows.select_related("marked_by", "country").order_by("-pk")
        return super().get_context_data(
            crossing=self.crossing,
            seat=self.seat,
            traveller=traveller,
            says=self.says,
            tone=tone_of(self.says.outcome),
            marks=[(mark, tone_of(mark.outcome)) for mark in marks],
            may_mark=self.marks,
            chooses=self.marks and self.own.has_conflict,
            back=self.back,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Mark, or choose."""
        given = form.cleaned_data
        made = once.id_in(given["once"], self.request) or uuid.uuid4()
        if self.marks and self.own.has_conflict:
            marking.resolve(
                actor=self.actor,
                crossing_id=self.crossing.uuid,
                seat_id=self.seat.uuid,
                outcome=given["outcome"],
                reason=given["reason"],
                mark_id=made,
            )
            return self.back
        new = NewMark(
            uuid=made,
            seat_id=self.seat.uuid,
            outcome=given["outcome"],
            marked_at=timezone.now(),
            reason=given["reason"],
            photo=given["photo"],
            based_on=id_of(given["based_on"]),
        )
        (answer,) = marking.record_marks(actor=self.actor, crossing_id=self.crossing.uuid, marks=[new])
        if answer.error is not None:
            raise answer.error
        return self.back


class Present(OfCrossing):
    """Mark many persons as present at once: those of whom the own side said nothing yet."""

    of_both = True
    template_name = "crossings/present.html"
    form_class = ChoosePersons

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was sent is what is offered."""
        return {**super().get_form_kwargs(), "offered": self.request.POST.getlist("ids")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The persons of the page that the own side has not marked; that they were shown is recorded."""
        reading.consult_crossing(actor=self.actor, crossing_id=self.crossing.uuid)
        after = number_in(self.request.GET.get("after"))
        seats, more = reading.page_of_seats(self.crossing, after=after)
        sends = marking_side_of(self.actor, self.crossing).pk == self.crossing.sending_id
        rows = standing_of(self.crossing, seats).seats
        return super().get_context_data(
            crossing=self.crossing,
            seats=[row.seat for row in rows if (row.sending if sends else row.receiving).newest is None],
            once=once.new_token(self.actor.pk),
            first="?" if after else "",
            more=f"?after={more}" if more else "",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Mark them; sent twice, each is one mark."""
        made = once.id_in(self.request.POST.get("once", ""), self.request) or uuid.uuid4()
        now = timezone.now()
        marks = [
            NewMark(
                uuid=uuid.uuid5(made, str(seat_id)),
                seat_id=seat_id,
                outcome=Mark.Outcome.PRESENT.value,
                marked_at=now,
            )
            for seat_id in ids_of(form.cleaned_data["ids"])
        ]
        answers = marking.record_marks(actor=self.actor, crossing_id=self.crossing.uuid, marks=marks)
        for answer in answers:
            if answer.error is not None:
                raise answer.error
        return self.back
