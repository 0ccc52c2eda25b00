"""The checks of one person: how both sides stand, record one, make an exception by two."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.checks import CHECKS, Check, check_of
from lmc_cases.handovers.forms import ReasonForm
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.person_forms import CheckForm
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services import checking, reading
from lmc_cases.handovers.services.belongings import property_of
from lmc_cases.handovers.services.checking import Findings, side_of
from lmc_cases.handovers.services.custody_read import count_hands, may_read_hands
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.states import CHECKABLE
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting


class OnePerson:
    """What the pages of one person share."""

    request: HttpRequest
    kwargs: dict[str, Any]
    actor: User
    handover: HandoverRequest
    person: RequestedPerson

    def load(self, request: HttpRequest, uuid: Any, subject_uuid: Any) -> None:
        """Load the request and the person through the rule; 404 for foreign and missing alike."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        handover = rows.filter(uuid=uuid).first()
        if handover is None:
            raise Http404
        self.handover = handover
        subjects = HandoverSubject.objects.visible_to(self.actor).filter(handover=handover, uuid=subject_uuid)
        people = reading.persons_of(self.actor, handover, subjects=list(subjects))
        found = next((each for each in people if each.shown), None)
        if found is None:
            raise Http404
        self.person = found

    @property
    def subject(self) -> HandoverSubject:
        """The person's row of the request."""
        return self.person.subject

    def url(self, name: str, *more: str) -> str:
        """Return an address of this person."""
        return reverse(f"handovers:{name}", args=[self.handover.uuid, self.subject.uuid, *more])

    @property
    def may_record(self) -> bool:
        """Whether the officer records checks here."""
        if self.handover.status not in CHECKABLE:
            return False
        try:
            side_of(self.actor, self.handover)
        except HandoverRequest.DoesNotExist:
            return False
        return True

    def may_except(self, action: Action) -> bool:
        """Whether the officer answers for exceptions of the country that holds the person."""
        if self.handover.status not in CHECKABLE:
            return False
        return jurisdictions_granting(self.actor, action).filter(pk=self.handover.requested_id).exists()


class PersonChecks(OnePerson, TemplateView):
    """How every check of one person stands, on both sides."""

    template_name = "handovers/person.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Load through the rule; the consultation is recorded as one of the request."""
        try:
            reading.consult_request(actor=officer_of(request), handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One row per check."""
        rows = reading.checks_of_person(self.actor, self.handover, self.subject)
        shown = {row.standing.check.kind for row in rows}
        further = [check for check in CHECKS if check.kind not in shown] if self.may_record else []
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            rows=rows,
            further=further,
            may_record=self.may_record,
            may_propose=self.may_except(Action.EDIT),
            may_confirm=self.may_except(Action.APPROVE_HANDOVER),
            officer=self.actor,
            property_count=len(property_of(self.actor, self.handover).get(self.subject.pk, ())),
            has_custody=may_read_hands(self.actor, self.handover, self.subject),
            hands_count=count_hands(self.actor, self.handover, self.subject),
            has_counts=self.handover.procedure in ASKED,
            is_victim=self.subject.outcome == HandoverSubject.Outcome.VICTIM_TRACK,
            **kwargs,
        )


class _CheckPage(OnePerson, ServiceFormView):
    """A form about one check of one person."""

    template_name = "handovers/small_form.html"
    check: Check

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        check = check_of(kwargs["kind"])
        if check is None or not self.is_allowed():
            raise Http404
        self.check = check
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Whether the officer may send this form."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        shown = self.person.shown
        return super().get_context_data(
            **{
                "page_title": self.check.kind.label,
                "subtitle": f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}",
                "cancel_url": self.url("person"),
                "draft": f"check-{self.subject.uuid}-{self.check.kind}",
                **kwargs,
            }
        )


class RecordCheck(_CheckPage):
    """Record what was found."""

    form_class = CheckForm

    def is_allowed(self) -> bool:
        """Officers of either side who change records."""
        return self.may_record

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form is made of the check's row."""
        return {**super().get_form_kwargs(), "check": self.check}

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the other country is told of it."""
        lead = (
            _("The other country is told the outcome and who answers for it, never the grounds.")
            if self.check.confidential
            else _("The other country reads what you record.")
        )
        return super().get_context_data(lead=lead, submit_label=_("Record the check"), **kwargs)

    def call(self, form: forms.Form) -> str:
        """Record it."""
        given = dict(form.cleaned_data)
        outcome, on = given.pop("outcome"), given.pop("on")
        given["indicators"] = tuple(given.get("indicators", ()))
        checking.record_check(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            kind=self.check.kind,
            outcome=outcome,
            on=on,
            findings=Findings(**given),
        )
        return self.url("person")


class ProposeException(_CheckPage):
    """Propose that a check does not hold the person back."""

    form_class = ReasonForm

    def is_allowed(self) -> bool:
        """Officers of the country that holds the person."""
        return self.may_except(Action.EDIT)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What an exception is."""
        return super().get_context_data(
            lead=_("An exception holds only once another officer with the right to decide confirms it."),
            submit_label=_("Propose the exception"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Propose it."""
        checking.propose_exception(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            kind=self.check.kind,
            reason=form.cleaned_data["reason"],
        )
        return self.url("person")


class ConfirmException(StepUpRequired, _CheckPage):
    """Answer for an exception as the second officer."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"

    def is_allowed(self) -> bool:
        """Officers with the right to decide, of the country that holds the person."""
        return self.may_except(Action.APPROVE_HANDOVER)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the officer answers for."""
        return super().get_context_data(
            title=_("Confirm the exception"),
            question=_("Do you answer for moving this person although the check “%(check)s” is not passed?")
            % {"check": self.check.kind.label},
            consequences=[_("Both countries see the exception, its reason and both officers.")],
            confirm_label=_("Confirm"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Confirm it."""
        checking.confirm_exception(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            kind=self.check.kind,
        )
        return self.url("person")
