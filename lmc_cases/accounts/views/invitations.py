"""Invite an officer, withdraw an invitation, take one up."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from lmc_cases.accounts.forms import ConfirmForm, InviteForm, NewPasswordForm
from lmc_cases.accounts.models import Invitation, User
from lmc_cases.accounts.services import invitations, rights
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.accounts.views.users import ManagesUsers
from lmc_cases.core.errors import DomainError
from lmc_cases.core.scoping import ServiceFormView


class Invite(StepUpRequired, ManagesUsers, ServiceFormView):
    """Invite an officer to an agency of the own country."""

    form_class = InviteForm
    template_name = "accounts/invite.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The own country's agencies, and the roles that mean something there."""
        agencies = rights.agencies_managed_by(self.viewer)
        roles = {
            role.code: role
            for country in {agency.jurisdiction for agency in agencies}
            for role in rights.roles_of(country)
        }
        ordered = sorted(roles.values(), key=lambda role: (role.sort_order, role.pk))
        return {
            **super().get_form_kwargs(),
            "agencies": [(agency.uuid, agency.name) for agency in agencies],
            "roles": [(role.code, role.label) for role in ordered],
        }

    def get_initial(self) -> dict[str, Any]:
        """The administrator's own agency and the country's language."""
        agency = self.viewer.agency
        return {"agency": agency.uuid, "language": agency.jurisdiction.first_language} if agency else {}

    def call(self, form: forms.Form) -> str:
        """Invite."""
        data = form.cleaned_data
        invitation = invitations.invite(
            actor=self.viewer,
            agency_id=data["agency"],
            email=data["email"],
            full_name=data["full_name"],
            role_codes=data["roles"],
            language=data["language"],
        )
        messages.success(
            self.request, _("The invitation to %(email)s has been sent.") % {"email": invitation.email}
        )
        return reverse("accounts:users") + "?state=invited"


class InvitationWithdraw(ManagesUsers, ServiceFormView):
    """End an invitation that was not taken up."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    @cached_property
    def invitation(self) -> Invitation:
        """The invitation named in the address; foreign and missing alike are not there."""
        waiting = Invitation.objects.visible_to(self.viewer).waiting()
        found: Invitation = get_object_or_404(waiting, uuid=self.kwargs["uuid"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the confirm page prints."""
        return super().get_context_data(
            title=_("Withdraw an invitation"),
            question=_("Withdraw the invitation of %(name)s (%(email)s)?")
            % {"name": self.invitation.full_name, "email": self.invitation.email},
            consequences=[_("The link in the mail stops working.")],
            confirm_label=_("Withdraw the invitation"),
            cancel_url=reverse("accounts:users") + "?state=invited",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Withdraw."""
        invitations.withdraw_invitation(actor=self.viewer, invitation_id=self.kwargs["uuid"])
        messages.success(self.request, _("The invitation has been withdrawn."))
        return reverse("accounts:users") + "?state=invited"


@method_decorator(login_not_required, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class AcceptInvitation(View):
    """Set a password, be signed in, set the second factor up. In the invitation's language, unless one was chosen."""

    http_method_names = ["get", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the invitation behind the token; what no longer works gets one page, whatever the cause."""
        try:
            invitation = invitations.open_invitation(kwargs["token"])
        except Invitation.DoesNotExist:
            response = self._ended(request)
        else:
            chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
            language = translation.get_language() if chosen else invitation.language
            with translation.override(language):
                if request.user.is_authenticated:
                    response = render(request, "accounts/invitation_signed_in.html", status=409)
                elif request.method == "POST":
                    response = self._accept(request, invitation, kwargs["token"])
                elif request.method in {"GET", "HEAD"}:
                    response = self._ask(request, invitation, self._form(invitation))
                else:
                    return self.http_method_not_allowed(request)
            response.headers["Content-Language"] = language or ""
        # The address is a key until it is used.
        add_never_cache_headers(response)
        # The host alone: with "no-referrer" a browser sends "Origin: null", and the form would be refused.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    @staticmethod
    def _form(invitation: Invitation, data: Any = None) -> NewPasswordForm:
        # The rules for passwords compare with the name and the address.
        stranger = User(email=invitation.email, full_name=invitation.full_name)
        return NewPasswordForm(data=data, user=stranger)

    def _accept(self, request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
        form = self._form(invitation, request.POST)
        if not form.is_valid():
            return self._ask(request, invitation, form, status=422)
        try:
            with transaction.atomic():
                user = invitations.accept_invitation(token=token, password=form.cleaned_data["password1"])
        except Invitation.DoesNotExist:
            return self._ended(request)
        except DomainError as error:
            form.add_error(None, str(error))
            return self._ask(request, invitation, form, status=422)
        # The password was typed just now: the sign-in library hears of it and asks for it no second time.
        login = Login(user=user, email=user.email, redirect_url=reverse("mfa_activate_totp"))
        response: HttpResponse = perform_password_login(request, {"email": user.email}, login)
        return response

    @staticmethod
    def _ask(
        request: HttpRequest, invitation: Invitation, form: NewPasswordForm, status: int = 200
    ) -> HttpResponse:
        context = {"invitation": invitation, "form": form}
        return render(request, "accounts/invitation_accept.html", context, status=status)

    @staticmethod
    def _ended(request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/invitation_ended.html", status=410)
