"""State one thing in a request: of a person, or what the request undertakes as a whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, RequestStatement
from lmc_cases.handovers.services.reading import RequestedPerson, persons_of
from lmc_cases.handovers.services.stated import StatementShown, statements_of
from lmc_cases.handovers.services.stating import Said, check_may_state, state
from lmc_cases.handovers.states import WrongState
from lmc_cases.handovers.writing_forms import StatementForm

Kind = RequestStatement.Kind


class StateSomething(ServiceFormView):
    """One thing; what was stated before is the beginning of the form."""

    form_class = StatementForm
    template_name = "handovers/small_form.html"
    actor: User
    handover: HandoverRequest
    kind: Kind
    person: RequestedPerson | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule; a kind that is not of a person, or of the request, does not exist."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        subject_uuid = kwargs.get("subject_uuid")
        if handover is None or kwargs["kind"] not in Kind.values:
            raise Http404
        self.handover, self.kind = handover, Kind(kwargs["kind"])
        if self.kind.is_of_person is (subject_uuid is None):
            raise Http404
        try:
            check_may_state(self.actor, handover)
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("handovers:detail", uuid=handover.uuid)
        if subject_uuid is not None:
            self.person = self._person(subject_uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """What it is about."""
        return {**super().get_form_kwargs(), "kind": self.kind}

    def get_initial(self) -> dict[str, Any]:
        """What was stated last, in its language."""
        before = self._before()
        return {
            "given": before.row.given if before else RequestStatement.Given.STATED,
            "text": before.text if before else "",
            "language": before.row.language if before else self.handover.facts_language,
            "given_by": before.row.given_by if before else "",
            "given_on": before.row.given_on if before else None,
            "once": once.new_token(self.actor.pk),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        of = self.person.subject.uuid if self.person else self.handover.uuid
        about = ""
        if self.person is not None:
            shown = self.person.shown
            about = f" · S{shown['number']} {shown['name'] or shown['romanised']}"
        return super().get_context_data(
            page_title=self.kind.label,
            lead=_(
                "The other country reads it with the request. It is not changed later: the newest counts."
            ),
            subtitle=f"{self.handover.reference}{about}",
            submit_label=_("Save"),
            cancel_url=self._address(),
            draft=f"handover-statement-{of}-{self.kind.value}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """State it."""
        given = dict(form.cleaned_data)
        token = given.pop("once")
        state(
            actor=self.actor,
            handover_id=self.handover.uuid,
            kind=self.kind.value,
            said=Said(**given),
            subject_id=self.person.subject.uuid if self.person else None,
            new_id=once.id_in(token, self.request),
        )
        return self._address()

    def _person(self, subject_uuid: Any) -> RequestedPerson:
        subjects = HandoverSubject.objects.visible_to(self.actor).filter(
            handover=self.handover, uuid=subject_uuid
        )
        people = persons_of(self.actor, self.handover, subjects=list(subjects))
        found = next((each for each in people if each.shown), None)
        if found is None:
            raise Http404
        return found

    def _before(self) -> StatementShown | None:
        subjects = [self.person.subject.pk] if self.person else []
        held = statements_of(self.actor, self.handover, subjects=subjects)
        return held.get(subjects[0] if subjects else None, {}).get(self.kind)

    def _address(self) -> str:
        return f"{reverse('handovers:detail', args=[self.handover.uuid])}#stated"
