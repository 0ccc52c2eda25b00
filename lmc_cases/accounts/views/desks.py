"""Pages of duty desks for who manages a country's users; an officer's own absences; notices put away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from lmc_cases.accounts.desk_forms import AbsenceForm, DeskForm, DutyForm
from lmc_cases.accounts.forms import ConfirmForm
from lmc_cases.accounts.models import Absence, DeskDuty, DutyDesk, Notice
from lmc_cases.accounts.services import desks
from lmc_cases.accounts.views.users import ManagesUsers
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


class Desks(ManagesUsers, TemplateView):
    """The duty desks of the country, who is on duty, and who comes next."""

    template_name = "accounts/desks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each desk with its duties that have not ended."""
        rows = DutyDesk.objects.visible_to(self.viewer).managed_by(self.viewer)
        shown = list(rows.select_related("jurisdiction", "agency").order_by("agency__name", "pk"))
        duties = (
            DeskDuty.objects.visible_to(self.viewer)
            .filter(desk__in=shown)
            .on_duty_or_later()
            .select_related("officer")
        )
        of_desk: dict[int, list[DeskDuty]] = {}
        for duty in duties.order_by("starts_at", "pk"):
            of_desk.setdefault(duty.desk_id, []).append(duty)
        return super().get_context_data(desks=[(desk, of_desk.get(desk.pk, [])) for desk in shown], **kwargs)


class DeskStep(ManagesUsers, ServiceFormView):
    """A form about a desk."""

    template_name = "accounts/desk_form.html"
    page_title = gettext_lazy("Open a duty desk")
    submit_label = gettext_lazy("Open the desk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Title, button and the way back."""
        return super().get_context_data(
            page_title=self.page_title,
            submit_label=self.submit_label,
            cancel_url=reverse("accounts:desks"),
            **kwargs,
        )


class DeskOpen(DeskStep):
    """Open a desk of the country, or of one agency."""

    form_class = DeskForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the country's agencies."""
        return {**super().get_form_kwargs(), "actor": self.viewer}

    def call(self, form: forms.Form) -> str:
        """Open it."""
        desks.open_desk(actor=self.viewer, **form.cleaned_data)
        messages.success(self.request, _("The duty desk is open. Put somebody on duty."))
        return reverse("accounts:desks")


class DutySet(DeskStep):
    """Put an officer on duty."""

    form_class = DutyForm
    page_title = gettext_lazy("Put an officer on duty")
    submit_label = gettext_lazy("Put on duty")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the country's officers; a desk of another country does not exist."""
        rows = DutyDesk.objects.visible_to(self.viewer).managed_by(self.viewer)
        if not rows.filter(uuid=self.kwargs["uuid"]).exists():
            raise Http404
        return {**super().get_form_kwargs(), "actor": self.viewer}

    def call(self, form: forms.Form) -> str:
        """Put on duty."""
        desks.put_on_duty(actor=self.viewer, desk_id=self.kwargs["uuid"], **form.cleaned_data)
        messages.success(self.request, _("The officer is on duty."))
        return reverse("accounts:desks")


class DutyEnd(ManagesUsers, ServiceFormView):
    """Take an officer off duty."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask."""
        duty = (
            DeskDuty.objects.visible_to(self.viewer)
            .on_duty_or_later()
            .filter(uuid=self.kwargs["uuid"])
            .select_related("officer")
            .first()
        )
        if duty is None:
            raise Http404
        return super().get_context_data(
            title=_("End the duty"),
            question=_("%(name)s is no longer told of what waits at this desk.")
            % {"name": duty.officer.full_name},
            confirm_label=_("End the duty"),
            cancel_url=reverse("accounts:desks"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """End it."""
        desks.take_off_duty(actor=self.viewer, duty_id=self.kwargs["uuid"])
        messages.success(self.request, _("The duty has ended."))
        return reverse("accounts:desks")


class OwnAbsence(ServiceFormView):
    """When the officer is away and who stands in; what that opens, and what it never opens."""

    form_class = AbsenceForm
    template_name = "accounts/absence.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers colleagues of the own country."""
        return {**super().get_form_kwargs(), "actor": officer_of(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Absences that run or are to come, the officer's own and those the officer stands in for."""
        user = officer_of(self.request)
        rows = Absence.objects.visible_to(user).select_related("officer", "substitute").order_by("starts_at")
        mine = [row for row in rows.filter(officer=user) if not row.is_over]
        return super().get_context_data(
            mine=mine,
            for_others=[row for row in rows.filter(substitute=user) if not row.is_over],
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Enter it."""
        desks.set_absence(actor=officer_of(self.request), **form.cleaned_data)
        messages.success(self.request, _("Your absence is entered."))
        return reverse("accounts:absence")


class AbsenceEnd(ServiceFormView):
    """Be back earlier."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask."""
        user = officer_of(self.request)
        own = Absence.objects.visible_to(user).filter(officer=user, uuid=self.kwargs["uuid"])
        absence = own.select_related("substitute").first()
        if absence is None or absence.is_over:
            raise Http404
        return super().get_context_data(
            title=_("End the absence"),
            question=_("%(name)s no longer stands in for you.") % {"name": absence.substitute.full_name},
            confirm_label=_("End the absence"),
            cancel_url=reverse("accounts:absence"),
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """End it."""
        desks.end_absence(actor=officer_of(self.request), absence_id=self.kwargs["uuid"])
        messages.success(self.request, _("Your absence has ended."))
        return reverse("accounts:absence")


class NoticePutAway(View):
    """Put a notice away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Back to the first page."""
        try:
            desks.put_away(actor=officer_of(request), notice_id=kwargs["uuid"])
        except Notice.DoesNotExist:
            raise Http404 from None
        return redirect("home")
