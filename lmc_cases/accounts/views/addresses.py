"""Agree to a new address or refuse it: the officer on the profile, a second administrator on the officer's page."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lmc_cases.accounts.forms import ConfirmForm
from lmc_cases.accounts.models import AddressChange, User
from lmc_cases.accounts.services import addresses
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


class _OneChange(StepUpRequired, ServiceFormView):
    """A step on a change of address that waits; foreign, decided and missing alike are not there."""

    form_class = ConfirmForm
    template_name = "components/confirm_page.html"

    @property
    def viewer(self) -> User:
        """The officer signed in."""
        return officer_of(self.request)

    @cached_property
    def change(self) -> AddressChange:
        """The change named in the address."""
        waiting = AddressChange.objects.visible_to(self.viewer).open().select_related("user", "asked_by")
        found: AddressChange = get_object_or_404(waiting, uuid=self.kwargs["uuid"])
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load it through the rule."""
        self.change  # noqa: B018 - a change that is not there answers 404 before anything is asked
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        """The page the officer or administrator came from."""
        if self.change.user_id == self.viewer.pk:
            return reverse("accounts:settings")
        return reverse("accounts:user", args=[self.change.user.uuid])

    def words(self) -> dict[str, str]:
        """The names a sentence needs."""
        return {
            "name": self.change.user.full_name,
            "old": self.change.user.email,
            "new": self.change.email,
            "by": self.change.asked_by.full_name,
        }


class AddressAgree(_OneChange):
    """Put it in force."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what happens."""
        return super().get_context_data(
            title=_("Agree to a new e-mail address"),
            question=_("%(name)s signs in with %(old)s. %(by)s asks for %(new)s instead.") % self.words(),
            consequences=[
                _(
                    "Whoever reads the new address can ask for a new password. Agree only if it is the officer's own."
                ),
                _("The old address is told. The new one gets a link to confirm it."),
            ],
            confirm_label=_("Agree"),
            cancel_url=self.back,
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Agree, and send the link."""
        back = self.back
        address = addresses.agree(actor=self.viewer, change_id=self.change.uuid)
        send_verification_email_to_address(self.request, address)
        messages.success(self.request, _("The e-mail address has been changed."))
        return back


class AddressRefuse(_OneChange):
    """Leave the address as it is."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask."""
        return super().get_context_data(
            title=_("Refuse a new e-mail address"),
            question=_("%(name)s goes on signing in with %(old)s?") % self.words(),
            consequences=[
                _("If nobody should have asked for it, tell another administrator or your supervisor.")
            ],
            confirm_label=_("Refuse"),
            cancel_url=self.back,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Refuse."""
        back = self.back
        addresses.refuse(actor=self.viewer, change_id=self.change.uuid)
        messages.success(self.request, _("The e-mail address stays as it is."))
        return back
