"""Where the officer is signed in, and the way out of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from lmc_cases.accounts.forms import ConfirmForm
from lmc_cases.accounts.models import SignedInSession
from lmc_cases.accounts.services import sessions
from lmc_cases.accounts.session_limits import seconds_left, session_id
from lmc_cases.accounts.tables import SessionTable
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of

SHOWN = 20


class SessionList(TemplateView):
    """Device, place, since when, last seen; this one first, then those that are open, then the last ones that ended."""

    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The officer's own sessions, newest first."""
        viewer = officer_of(self.request)
        mine = SignedInSession.objects.visible_to(viewer).filter(user=viewer).order_by("-last_seen_at", "-pk")
        here = session_id(self.request)
        there = list(mine.in_force())
        there.sort(key=lambda row: str(row.uuid) != here)
        shown = {row.pk for row in there}
        over = [row for row in mine[: SHOWN + len(there)] if row.pk not in shown][:SHOWN]
        return super().get_context_data(
            table=SessionTable(there, here=here),
            others=len(there) - 1,
            over=SessionTable(over, here=here, is_over=True) if over else None,
            **kwargs,
        )


class SessionEnd(ServiceFormView):
    """Sign one of the own sessions out."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    @cached_property
    def row(self) -> SignedInSession:
        """The session named in the address; somebody else's and missing alike are not there."""
        viewer = officer_of(self.request)
        mine = SignedInSession.objects.visible_to(viewer).in_force().filter(user=viewer)
        found: SignedInSession = get_object_or_404(mine, uuid=self.kwargs["uuid"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what happens."""
        return super().get_context_data(
            title=_("Sign out there"),
            question=_("Sign out on %(device)s?") % {"device": self.row.device_name},
            consequences=[_("Text that has not been saved there is kept in that browser only.")],
            confirm_label=_("Sign out there"),
            cancel_url=reverse("accounts:sessions"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """End it."""
        sessions.end_session(actor=officer_of(self.request), session_id=self.kwargs["uuid"])
        messages.success(self.request, _("Signed out there."))
        return reverse("accounts:sessions")


class OtherSessionsEnd(ServiceFormView):
    """Sign everything out but this browser."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what happens."""
        return super().get_context_data(
            title=_("Sign out everywhere else"),
            question=_("Sign out everywhere but in this browser?"),
            consequences=[
                _("If somebody else was signed in with your account, change your password as well.")
            ],
            confirm_label=_("Sign out everywhere else"),
            cancel_url=reverse("accounts:sessions"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """End them."""
        sessions.end_other_sessions(actor=officer_of(self.request), keep=session_id(self.request))
        messages.success(self.request, _("You are signed out everywhere else."))
        return reverse("accounts:sessions")


class TimeLeft(View):
    """How long the session lasts: asked by the page before it warns. GET is no click; POST is the officer's."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer in seconds."""
        row = sessions.held(user=officer_of(request), session_id=session_id(request))
        idle, in_all = seconds_left(row) if row is not None else (0, 0)
        response = JsonResponse({"idle": idle, "in_all": in_all})
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        """The officer is there: count on from now."""
        row = sessions.held(user=officer_of(request), session_id=session_id(request))
        if row is not None:
            sessions.seen(row, always=True)
        return self.get(request)
