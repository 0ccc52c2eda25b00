"""Forms of accounts. What may be chosen is given by the view, which asks the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.account.forms import SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.sign_in import note_refusal
from lmc_cases.core.display import own_language_name

Choices = Iterable[tuple[Any, Any]]


def language_choices() -> list[tuple[str, str]]:
    """Each language by its own name, for a reader who knows no other."""
    return [(code, own_language_name(code)) for code, _name in settings.LANGUAGES]


class SettingsForm(forms.Form):
    """The officer's own settings."""

    language = forms.ChoiceField(label=_("Language of the pages"), choices=language_choices)
    document_language = forms.ChoiceField(label=_("Language of documents"), choices=language_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    calendar = forms.ChoiceField(label=_("Calendar"), choices=User.Calendar.choices)

    def __init__(self, *args: Any, zones: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]


class UserFilterForm(forms.Form):
    """Find an officer among many."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=200)


class InviteForm(forms.Form):
    """Whom to invite, where to, as what."""

    full_name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    agency = forms.TypedChoiceField(label=_("Agency"), coerce=UUID)
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=language_choices,
        help_text=_("The invitation is written in this language."),
    )

    def __init__(self, *args: Any, agencies: Choices, roles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = agencies  # type: ignore[attr-defined]
        self.fields["roles"].choices = roles  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """A step that needs no more than a yes."""


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
    )


class AddressForm(ReasonForm):
    """A new address to sign in with."""

    field_order = ["email", "reason"]
    email = forms.EmailField(label=_("New e-mail address"), max_length=254)


class NewPasswordForm(SetPasswordForm):
    """The first password of an invited officer, held against the product's rules for passwords."""


class SecondFactorForm(AuthenticateForm):
    """The second step of signing in; a wrong code leaves a trace."""

    def clean_code(self) -> str:
        """Check the code by allauth and record a refusal."""
        return _code_or_refusal(self.user, super().clean_code)


class SecondFactorAgainForm(ReauthenticateForm):
    """A code asked for again within a session; a wrong one leaves a trace."""

    def clean_code(self) -> str:
        """Check the code by allauth and record a refusal."""
        return _code_or_refusal(self.user, super().clean_code)


def _code_or_refusal(user: User, check: Any) -> str:
    try:
        code: str = check()
    except ValidationError as error:
        is_wrong = error.code == "incorrect_code"
        note_refusal(email=user.email, reason_code="wrong_code" if is_wrong else "too_many_attempts")
        raise
    return code
