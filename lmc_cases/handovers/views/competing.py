"""Requests that compete for one person: pages of the country that holds the person, which no other country has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.handovers.count_forms import PutFirstForm
from lmc_cases.handovers.models import CompetingLink
from lmc_cases.handovers.services import competing
from lmc_cases.handovers.services.competing import Rival
from lmc_cases.handovers.views.acts import CANNOT_BE_UNDONE
from lmc_cases.handovers.views.checks import OnePerson


class _OfHolder(OnePerson):
    """For officers of the country that holds the person; for anybody else there is no such page."""

    def load_own(self, request: HttpRequest, **kwargs: Any) -> None:
        """Load through the rule."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        if not competing.may_see_competing(self.actor, self.handover):
            raise Http404

    @property
    def subtitle(self) -> str:
        """The request and the person."""
        shown = self.person.shown
        return f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}"


class Competing(_OfHolder, TemplateView):
    """Who may be the same in other requests, what is linked, and the facts of both beside each other."""

    template_name = "handovers/competing.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load through the rule; that the facts of each request were read is recorded."""
        self.load_own(request, **kwargs)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Links first, then what is proposed and not linked."""
        # Its own facts are read too: the page shows the person also where nothing competes.
        competing.facts_of(self.actor, self.handover.pk, self.subject)
        links = competing.links_of(self.actor, self.subject)
        linked = {pk for link in links for pk in (link.row.one_id, link.row.other_id)}
        rivals = competing.rivals_of(self.actor, self.handover).get(self.subject.pk, [])
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            links=links,
            rivals=[each for each in rivals if each.subject.pk not in linked],
            may_link=competing.may_link(self.actor, self.handover),
            may_put_first=competing.may_put_first(self.actor, self.handover),
            **kwargs,
        )


class _CompetingPage(_OfHolder, ServiceFormView):
    """A form about two requests."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule."""
        self.load_own(request, **kwargs)
        if not self.is_allowed():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Whether the officer may send this form."""
        raise NotImplementedError


class LinkCompeting(_CompetingPage):
    """Confirm that two requests ask for one person."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"
    rival: Rival

    def is_allowed(self) -> bool:
        """Only what the records propose is linked."""
        if not competing.may_link(self.actor, self.handover):
            return False
        rivals = competing.rivals_of(self.actor, self.handover).get(self.subject.pk, [])
        found = next((each for each in rivals if each.subject.uuid == self.kwargs["other_uuid"]), None)
        if found is not None:
            self.rival = found
        return found is not None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the officer confirms."""
        return super().get_context_data(
            title=_("Link competing requests"),
            question=_("Do the requests %(one)s and %(other)s ask for the same person?")
            % {"one": self.handover.reference, "other": self.rival.handover.reference},
            consequences=[
                str(self.rival.likeness.label),
                _("Only your country sees the link. No country that asks learns of another."),
                CANNOT_BE_UNDONE,
            ],
            confirm_label=_("Link them"),
            tone="primary",
            cancel_url=self.url("competing"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Link them."""
        competing.link_competing(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            other_id=self.rival.subject.uuid,
        )
        return self.url("competing")


class PutFirst(StepUpRequired, _CompetingPage):
    """Record which of two requests goes first."""

    form_class = PutFirstForm
    template_name = "handovers/small_form.html"
    link: CompetingLink

    def is_allowed(self) -> bool:
        """A link of this person that is not decided."""
        if not competing.may_put_first(self.actor, self.handover):
            return False
        rows = CompetingLink.objects.visible_to(self.actor).select_related(
            "one_handover__requesting", "other_handover__requesting"
        )
        found = rows.filter(uuid=self.kwargs["link_uuid"], decision=None).first()
        if found is None or self.subject.pk not in (found.one_id, found.other_id):
            return False
        self.link = found
        return True

    def get_form_kwargs(self) -> dict[str, Any]:
        """The two requests, the older first."""
        requests = (self.link.one_handover, self.link.other_handover)
        return {**super().get_form_kwargs(), "requests": requests}

    def get_initial(self) -> dict[str, Any]:
        """The language of the officer's papers."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What follows."""
        return super().get_context_data(
            page_title=_("Which request goes first?"),
            lead=_(
                "The other request is postponed for this person. Its country reads that another procedure goes"
                " first, and not which. The reasons stay with your country."
            ),
            subtitle=self.subtitle,
            submit_label=_("Record the decision"),
            cancel_url=self.url("competing"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        given = form.cleaned_data
        competing.put_first(
            actor=self.actor,
            link_id=self.link.uuid,
            first_id=UUID(given["first_id"]),
            reasons=given["reasons"],
            language=given["language"],
            decider=given["decider"],
        )
        return self.url("competing")
