"""An officer leaves: the cases go to a colleague, then the account closes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.cases.forms.casework import HandOnForm
from lmc_cases.cases.services import handing_on
from lmc_cases.cases.views.base import officer_of
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting


class OfficerLeave(StepUpRequired, ServiceFormView):
    """Choose who takes the cases, and close the account; for who manages the country's users."""

    form_class = HandOnForm
    template_name = "components/confirm_page.html"
    leaving: User
    actor: User
    cases: int

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the officer through the rule."""
        self.actor = officer_of(request)
        managed = jurisdictions_granting(self.actor, Action.MANAGE_USERS)
        leaving = (
            User.objects.visible_to(self.actor)
            .filter(uuid=kwargs["uuid"], agency__jurisdiction__in=managed, is_active=True)
            .exclude(pk=self.actor.pk)
            .first()
        )
        if leaving is None:
            raise Http404
        self.leaving = leaving
        self.cases = handing_on.count_cases(actor=self.actor, officer_id=leaving.uuid)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the leaving officer's colleagues."""
        return {**super().get_form_kwargs(), "officer": self.leaving, "cases": self.cases}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what moves."""
        consequences = [_("Sign-in, roles and tokens of this account end at once.")]
        if self.cases:
            moved = ngettext(
                "%(number)s case goes to the colleague you choose.",
                "%(number)s cases go to the colleague you choose.",
                self.cases,
            )
            consequences.insert(0, moved % {"number": self.cases})
        return super().get_context_data(
            title=_("Officer leaves"),
            question=_("%(name)s leaves, and the account is closed.") % {"name": self.leaving.full_name},
            consequences=consequences,
            confirm_label=_("Close the account"),
            cancel_url=reverse("accounts:users"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Hand on and close in one act."""
        handing_on.leave(
            actor=self.actor,
            officer_id=self.leaving.uuid,
            colleague_id=form.cleaned_data.get("colleague"),
            reason=form.cleaned_data["reason"],
        )
        messages.success(self.request, _("The account is closed."))
        return reverse("accounts:users")
