"""What follows a decision: one page, and a form for each thing that is recorded there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.following_forms import (
    AllocationForm,
    AssuranceForm,
    DayForm,
    DutyForm,
    ReportForm,
)
from lmc_cases.handovers.forms import ids_of, name_of
from lmc_cases.handovers.models import Duty, HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import allocating, assuring, followed, following
from lmc_cases.handovers.services.allocating import Destination
from lmc_cases.handovers.services.following import NewDuty
from lmc_cases.handovers.services.reading import RequestedPerson, consult_request, persons_of


def request_of(actor: User, handover_id: UUID) -> HandoverRequest:
    """Return a request the officer may see; 404 for all else. Whether anything may be recorded, the services say."""
    rows = HandoverRequest.objects.visible_to(actor).select_related("requesting", "requested")
    found = rows.filter(uuid=handover_id).first()
    if found is None:
        raise Http404
    return found


class FollowingPage(TemplateView):
    """Assurances, duties and reports, and where persons were taken on to."""

    template_name = "handovers/following.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read through the rule; the consultation is recorded."""
        actor = officer_of(self.request)
        try:
            handover = consult_request(actor=actor, handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        own = following.side_acting(actor, handover)
        return super().get_context_data(
            handover=handover,
            what=followed.following_of(actor, handover),
            own=own,
            may_assure=assuring.may_assure(actor, handover),
            may_allocate=allocating.may_allocate(actor, handover),
            **kwargs,
        )


class _FollowingForm(ServiceFormView):
    """A form about one request."""

    template_name = "handovers/small_form.html"
    actor: User
    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; for whoever may not record it the page does not exist."""
        self.actor = officer_of(request)
        self.handover = request_of(self.actor, kwargs["uuid"])
        if not self.may():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def may(self) -> bool:
        """Whether the officer acts for a side."""
        return following.side_acting(self.actor, self.handover) is not None

    @property
    def page(self) -> str:
        """The page that all of them lead back to."""
        return reverse("handovers:following", args=[self.handover.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is the same on each."""
        return super().get_context_data(
            **{
                "subtitle": self.handover.reference,
                "lead": _("The other country reads what you record."),
                "submit_label": _("Save"),
                "cancel_url": self.page,
                "draft": f"{type(self).__name__}-{self.kwargs.get('duty_uuid') or self.handover.uuid}",
                **kwargs,
            }
        )

    def moved(self) -> list[RequestedPerson]:
        """The persons who were handed over."""
        people = persons_of(self.actor, self.handover)
        return [one for one in people if one.subject.outcome == HandoverSubject.Outcome.HANDED_OVER]


class AddAssurance(_FollowingForm):
    """A further assurance of the receiving country."""

    form_class = AssuranceForm

    def may(self) -> bool:
        """Who decides for that country."""
        return assuring.may_assure(self.actor, self.handover)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its title."""
        return super().get_context_data(**{"page_title": _("Record the assurances"), **kwargs})

    def call(self, form: forms.Form) -> str:
        """Record it."""
        assert isinstance(form, AssuranceForm)  # noqa: S101 - declared above
        assuring.record_assurance(actor=self.actor, handover_id=self.handover.uuid, promise=form.promise)
        return self.page


class AddDuty(_FollowingForm):
    """What one of the two countries owes from now on."""

    form_class = DutyForm

    def get_initial(self) -> dict[str, Any]:
        """Owed by the receiving country, as most are."""
        return {"owed_by": self.handover.requesting.code, "once": once.new_token(self.actor.pk)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Persons, countries and assurances to choose from."""
        return {
            **super().get_form_kwargs(),
            "people": self.moved(),
            "handover": self.handover,
            "assurances": followed.assurances_of(self.actor, self.handover),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its title."""
        return super().get_context_data(**{"page_title": _("Record a duty"), **kwargs})

    def call(self, form: forms.Form) -> str:
        """Record it."""
        given = form.cleaned_data
        following.record_duties(
            actor=self.actor,
            handover_id=self.handover.uuid,
            new=NewDuty(
                kind=given["kind"],
                owed_by=given["owed_by"],
                source=given["source"],
                due_on=given["due_on"],
                what=given["what"],
                assurance_id=UUID(given["assurance_id"]) if given["assurance_id"] else None,
            ),
            subject_ids=ids_of(given["subject_ids"]),
            new_id=once.id_in(given["once"], self.request),
        )
        return self.page


class _OfDuty(_FollowingForm):
    """A form that begins with one duty."""

    duty: Duty

    def may(self) -> bool:
        """Whether the duty stands, and the officer acts for the side that this is for."""
        own = following.side_acting(self.actor, self.handover)
        rows = Duty.objects.visible_to(self.actor).unfinished().filter(handover=self.handover)
        found = rows.select_related("country").filter(uuid=self.kwargs["duty_uuid"]).first()
        if own is None or found is None:
            return False
        self.duty = found
        return (found.country_id == own.pk) is self.by_owing

    by_owing = True


class Report(_OfDuty):
    """Report on a duty, and on others of the same kind and day with it."""

    form_class = ReportForm

    def get_initial(self) -> dict[str, Any]:
        """The duty that was clicked."""
        return {"duty_ids": [str(self.duty.uuid)], "once": once.new_token(self.actor.pk)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """What is open of the same kind and day."""
        people = persons_of(self.actor, self.handover)
        duties = [
            (
                str(shown.row.uuid),
                name_of(shown.person) if shown.person else shown.row.what or shown.row.source,
            )
            for shown in followed.duties_of(self.actor, self.handover, people)
            if not shown.is_done
            and (shown.row.kind, shown.row.due_on, shown.row.country_id)
            == (self.duty.kind, self.duty.due_on, self.duty.country_id)
        ]
        return {**super().get_form_kwargs(), "kind": self.duty.kind, "duties": duties}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its title: what is reported on."""
        return super().get_context_data(**{"page_title": self.duty.get_kind_display(), **kwargs})

    def call(self, form: forms.Form) -> str:
        """Report."""
        given = form.cleaned_data
        following.report_on(
            actor=self.actor,
            handover_id=self.handover.uuid,
            duty_ids=ids_of(given["duty_ids"]),
            outcome=given["outcome"],
            on=given["on"],
            text=given["text"],
            new_id=once.id_in(given["once"], self.request),
        )
        return self.page


class SetDay(_OfDuty):
    """Give a duty of the other country another day."""

    form_class = DayForm
    by_owing = False

    def get_initial(self) -> dict[str, Any]:
        """The day that stands."""
        return {"due_on": self.duty.due_on}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its title."""
        return super().get_context_data(**{"page_title": self.duty.get_kind_display(), **kwargs})

    def call(self, form: forms.Form) -> str:
        """Set it."""
        following.set_day(
            actor=self.actor,
            duty_id=self.duty.uuid,
            due_on=form.cleaned_data["due_on"],
            reason=form.cleaned_data["reason"],
        )
        return self.page


class Allocate(_FollowingForm):
    """Record to which authority persons were taken on."""

    form_class = AllocationForm

    def may(self) -> bool:
        """The receiving country alone."""
        return allocating.may_allocate(self.actor, self.handover)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The persons who were handed over."""
        return {**super().get_form_kwargs(), "people": self.moved()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its title, and that nobody else reads it."""
        return super().get_context_data(
            **{
                "page_title": _("Record where persons were taken on to"),
                "lead": _("Only your own country reads it."),
                **kwargs,
            }
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        given = form.cleaned_data
        allocating.allocate(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_ids=ids_of(given["subject_ids"]),
            to=Destination(given["authority"], given["on"], given["place"], given["note"]),
        )
        return self.page
