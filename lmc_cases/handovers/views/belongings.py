"""The property and money of one person: the list, and one entry at a time."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.forms import ReasonForm
from lmc_cases.handovers.models import HandoverRequest, PropertyItem
from lmc_cases.handovers.person_forms import PropertyForm
from lmc_cases.handovers.services import belongings, reading
from lmc_cases.handovers.services.belongings import Entry
from lmc_cases.handovers.views.checks import OnePerson

FIELDS = (
    "description",
    "quantity",
    "amount",
    "currency",
    "disposition",
    "reason",
    "return_what",
    "return_to",
    "return_by",
    "return_source",
    "third_party",
)


class PropertyList(OnePerson, TemplateView):
    """What stands on the list of one person."""

    template_name = "handovers/property.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Load through the rule; the consultation is recorded as one of the request."""
        try:
            reading.consult_request(actor=officer_of(request), handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One row per entry."""
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            items=belongings.property_of(self.actor, self.handover).get(self.subject.pk, []),
            may_change=belongings.may_keep_list(self.actor, self.handover),
            **kwargs,
        )


class _EntryPage(OnePerson, ServiceFormView):
    """A form about one entry."""

    template_name = "handovers/small_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        if not belongings.may_keep_list(self.actor, self.handover):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def item(self) -> PropertyItem:
        """The entry; 404 where it is not on this person's list."""
        rows = belongings.property_of(self.actor, self.handover).get(self.subject.pk, [])
        found = next((row for row in rows if row.uuid == self.kwargs["item_uuid"]), None)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        shown = self.person.shown
        return super().get_context_data(
            **{
                "page_title": _("Property and money"),
                "lead": _("The other country reads what you record."),
                "subtitle": f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}",
                "submit_label": _("Save"),
                "cancel_url": self.url("property"),
                **kwargs,
            }
        )


class PropertyAdd(_EntryPage):
    """Put one thing or sum on the list."""

    form_class = PropertyForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The exhibits it may name."""
        return {
            **super().get_form_kwargs(),
            "exhibits": belongings.exhibits_of(self.actor, self.handover),
        }

    def get_initial(self) -> dict[str, Any]:
        """One piece, and a token, so that a second click records nothing."""
        return {"quantity": 1, "once": once.new_token(self.actor.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where its draft is kept."""
        return super().get_context_data(**{"draft": f"property-{self.subject.uuid}", **kwargs})

    def call(self, form: forms.Form) -> str:
        """Record it."""
        belongings.record_property(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            entry=_entry(form),
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return self.url("property")


class PropertyChange(PropertyAdd):
    """Change an entry."""

    def get_initial(self) -> dict[str, Any]:
        """What it says."""
        item = self.item
        return {
            **{name: getattr(item, name) for name in FIELDS},
            "exhibit_id": str(item.exhibit_uuid or ""),
            "version": item.version,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where its draft is kept."""
        return super().get_context_data(**{"draft": f"property-{self.item.uuid}", **kwargs})

    def call(self, form: forms.Form) -> str:
        """Change it."""
        belongings.change_property(
            actor=self.actor,
            handover_id=self.handover.uuid,
            item_id=self.kwargs["item_uuid"],
            entry=_entry(form),
            version=form.cleaned_data["version"] or 0,
        )
        return self.url("property")


class PropertyRemove(_EntryPage):
    """Take an entry off the list."""

    form_class = ReasonForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What goes."""
        return super().get_context_data(
            **{
                "lead": self.item.description,
                "submit_label": _("Take off the list"),
                "draft": f"property-remove-{self.item.uuid}",
                **kwargs,
            }
        )

    def call(self, form: forms.Form) -> str:
        """Take it off."""
        belongings.remove_property(
            actor=self.actor,
            handover_id=self.handover.uuid,
            item_id=self.kwargs["item_uuid"],
            reason=form.cleaned_data["reason"],
        )
        return self.url("property")


def _entry(form: forms.Form) -> Entry:
    given = form.cleaned_data
    return Entry(
        **{name: given[name] for name in FIELDS},
        exhibit_id=uuid.UUID(given["exhibit_id"]) if given["exhibit_id"] else None,
    )
