"""The custody record of one person: the list, and one entry at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.custody_forms import HandForm
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import custody, reading
from lmc_cases.handovers.services.custody import HandEntry
from lmc_cases.handovers.services.custody_read import HandShown, hands_of, may_read_hands
from lmc_cases.handovers.views.checks import OnePerson


class _OfRecord(OnePerson):
    """What the pages of one custody record share."""

    def load(self, request: HttpRequest, uuid: Any, subject_uuid: Any) -> None:
        """Load the request and the person; 404 also where the record is not the officer's to read."""
        super().load(request, uuid, subject_uuid)
        if not may_read_hands(self.actor, self.handover, self.subject):
            raise Http404

    def hands(self) -> list[HandShown]:
        """The entries of this person."""
        return hands_of(self.actor, self.handover, subjects=[self.subject.pk]).get(self.subject.pk, [])


class CustodyRecord(_OfRecord, TemplateView):
    """In whose hands a person was, from the first entry to the last."""

    template_name = "handovers/custody.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Load through the rule; the consultation is recorded as one of the request."""
        try:
            reading.consult_request(actor=officer_of(request), handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One row per entry, and whether the officer may correct it."""
        sides = custody.sides_to_correct(self.actor, self.handover, self.subject)
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            hands=[(hand, hand.row.country_id in sides and not hand.is_corrected) for hand in self.hands()],
            may_record=custody.holder_of(self.handover, self.subject).pk in sides,
            **kwargs,
        )


class HandAdd(_OfRecord, ServiceFormView):
    """Add an entry."""

    form_class = HandForm
    template_name = "handovers/small_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule, for an officer who may send this form."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        if not self.is_allowed():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Officers of the side that holds the person."""
        return custody.may_record_hand(self.actor, self.handover, self.subject)

    def get_initial(self) -> dict[str, Any]:
        """Now, and a token, so that a second click records nothing."""
        return {"at": timezone.now(), "once": once.new_token(self.actor.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        shown = self.person.shown
        return super().get_context_data(
            **{
                "page_title": _("Custody of the person"),
                "lead": _(
                    "The other country reads what you record. It cannot be changed later, only corrected."
                ),
                "subtitle": f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}",
                "submit_label": _("Record custody"),
                "cancel_url": self.url("custody"),
                "draft": f"custody-{self.subject.uuid}",
                **kwargs,
            }
        )

    def corrects(self) -> UUID | None:
        """Which entry it corrects."""
        return None

    def call(self, form: forms.Form) -> str:
        """Record it."""
        given = dict(form.cleaned_data)
        token = given.pop("once")
        custody.record_hand(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            entry=HandEntry(**given),
            corrects_id=self.corrects(),
            new_id=once.id_in(token, self.request),
        )
        return self.url("custody")


class HandCorrect(HandAdd):
    """Correct an entry of the own side by a new one."""

    hand: HandShown

    def is_allowed(self) -> bool:
        """Officers of the side that recorded it."""
        found = next((hand for hand in self.hands() if hand.row.uuid == self.kwargs["hand_uuid"]), None)
        if found is None:
            return False
        self.hand = found
        return found.row.country_id in custody.sides_to_correct(self.actor, self.handover, self.subject)

    def get_initial(self) -> dict[str, Any]:
        """What it says."""
        row = self.hand.row
        return {
            **super().get_initial(),
            "at": row.at,
            "place": row.place,
            "from_holder": row.from_holder,
            "to_holder": row.to_holder,
            "injuries": row.injuries,
            "injuries_text": self.hand.injuries,
            "medication": self.hand.medication,
            "note": self.hand.note,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What a correction is, and where its draft is kept."""
        return super().get_context_data(
            **{
                "lead": _("Both countries see the entry you correct and your correction."),
                "submit_label": _("Correct the entry"),
                "draft": f"custody-{self.hand.row.uuid}",
                **kwargs,
            }
        )

    def corrects(self) -> UUID | None:
        """The entry in the address."""
        return self.hand.row.uuid
