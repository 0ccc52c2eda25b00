"""Plan a crossing, change it, seat persons, split a long list."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.errors import DomainError, InvalidInput
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.forms import ChoosePersons, CrossingForm, PlanForm, SplitForm, id_of, ids_of
from lmc_cases.crossings.services import planning, reading, splitting
from lmc_cases.crossings.services.rows import may_begin
from lmc_cases.crossings.views.acting import OfCrossing
from lmc_cases.crossings.views.reading import number_in
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.suspects.countries import country_name


class Plans(ServiceFormView):
    """A page for officers who may change their country's records."""

    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """For all others the page does not exist."""
        self.actor = officer_of(request)
        if not may_begin(self.actor):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose border points and operations are offered."""
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """The id of what will be made."""
        return {"once": once.new_token(self.actor.pk)}


class Create(Plans):
    """A new crossing."""

    template_name = "crossings/form.html"
    form_class = CrossingForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            page_title=_("Plan a crossing"),
            submit_label=_("Plan"),
            cancel_url=reverse("crossings:list"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Create, and go on to seat persons."""
        assert isinstance(form, CrossingForm)  # noqa: S101 - the form of this view
        crossing = planning.create_crossing(
            actor=self.actor,
            receiving_code=form.cleaned_data["receiving"],
            plan=form.plan,
            crossing_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return reverse("crossings:detail", args=[crossing.uuid])


class Change(OfCrossing):
    """Change the plan."""

    template_name = "crossings/form.html"
    form_class = PlanForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose border points and operations are offered."""
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """The plan as it stands."""
        held = self.crossing
        names = ("version", "planned_at", "place", "carrier", "seats", "escorts", "interpreters")
        return {
            **{name: getattr(held, name) for name in names},
            "border_point": str(held.border_point.uuid) if held.border_point else "",
            "operation": str(held.operation.uuid) if held.operation_id and held.operation else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            page_title=_("Change the plan"),
            subtitle=self.crossing.reference,
            submit_label=_("Save"),
            cancel_url=self.back,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save."""
        assert isinstance(form, PlanForm)  # noqa: S101 - the form of this view
        planning.change_crossing(
            actor=self.actor,
            crossing_id=self.crossing.uuid,
            version=form.cleaned_data["version"] or 0,
            plan=form.plan,
        )
        return self.back


class SeatPersons(OfCrossing):
    """Choose among the granted persons between the two countries."""

    template_name = "crossings/seat.html"
    form_class = ChoosePersons

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was sent is what is offered: the service asks of each whether it may be."""
        return {**super().get_form_kwargs(), "offered": self.request.POST.getlist("ids")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of those who sit nowhere, who is held back, and who may be twice on the list."""
        asked = self.request.GET
        after = number_in(asked.get("after"))
        people, more = reading.persons_to_seat(
            actor=self.actor, crossing=self.crossing, text=asked.get("q", ""), after=after
        )
        kept = asked.copy()
        kept.pop("after", None)
        onward = kept.copy()
        onward["after"] = str(more)
        return super().get_context_data(
            crossing=self.crossing,
            people=people,
            chosen=set(self.request.POST.getlist("ids")),
            free=self.crossing.seats - self.crossing.manifest.count(),
            q=asked.get("q", ""),
            first=f"?{kept.urlencode()}" if after else "",
            more=f"?{onward.urlencode()}" if more else "",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Seat them."""
        planning.seat_people(
            actor=self.actor, crossing_id=self.crossing.uuid, subject_ids=ids_of(form.cleaned_data["ids"])
        )
        return self.back


class TakeOff(OfCrossing):
    """Take chosen persons off; the boxes stand on the crossing's page."""

    template_name = "crossings/take_off.html"
    form_class = ChoosePersons

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was sent is what is offered."""
        return {**super().get_form_kwargs(), "offered": self.request.POST.getlist("ids")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The persons, page by page."""
        after = number_in(self.request.GET.get("after"))
        seats, more = reading.page_of_seats(self.crossing, after=after)
        return super().get_context_data(
            crossing=self.crossing,
            seats=seats,
            first="?" if after else "",
            more=f"?after={more}" if more else "",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Take them off."""
        planning.take_off(
            actor=self.actor, crossing_id=self.crossing.uuid, seat_ids=ids_of(form.cleaned_data["ids"])
        )
        return self.back


class SplitPage(Plans):
    """Split a long list: the form, then the crossings as they would be, then done."""

    template_name = "crossings/split.html"
    form_class = SplitForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where the list comes from."""
        return super().get_context_data(handover=self._handover(), **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Show the crossings as they would be; nothing is written before they were looked at."""
        assert isinstance(form, SplitForm)  # noqa: S101 - the form of this view
        handover = self._handover()
        try:
            split = splitting.proposed_split(
                actor=self.actor,
                size=form.cleaned_data["seats"],
                handover_id=handover.uuid if handover else None,
            )
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        if form.cleaned_data["mark"] == split.mark and split.flights:
            return super().form_valid(form)
        data = self.request.POST.copy()
        data["mark"] = split.mark
        shown = SplitForm(data, actor=self.actor)
        return self.render_to_response(
            self.get_context_data(
                form=shown,
                split=split,
                changed=bool(form.cleaned_data["mark"]),
                flights=[
                    {
                        "receiving": flight.receiving.name,
                        "nationality": country_name(flight.nationality) if flight.nationality else "",
                        "persons": len(flight.subjects),
                    }
                    for flight in split.flights
                ],
            )
        )

    def call(self, form: forms.Form) -> str:
        """Make the crossings and show the list."""
        assert isinstance(form, SplitForm)  # noqa: S101 - the form of this view
        handover = self._handover()
        splitting.split_people(
            actor=self.actor,
            plan=form.plan,
            mark=form.cleaned_data["mark"],
            handover_id=handover.uuid if handover else None,
            split_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return reverse("crossings:list")

    def _handover(self) -> HandoverRequest | None:
        """The request named in the address; for one the officer does not see, the page does not exist."""
        text = self.request.GET.get("handover", "")
        if not text:
            return None
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        found = rows.filter(uuid=id_of(text) or uuid.UUID(int=0)).first()
        if found is None:
            raise Http404
        return found
