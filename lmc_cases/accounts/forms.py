"""Forms of accounts. What may be chosen is given by the view, which asks the services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from allauth.account.forms import SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.sign_in import note_refusal
from lmc_cases.core.display import own_language_name
from lmc_cases.jurisdictions.models import Clearance

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


class PostingEndForm(ReasonForm):
    """The last day of a posting."""

    field_order = ["ends_on", "reason"]
    ends_on = forms.DateField(
        label=_("Last day of the posting"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty when no end is known."),
    )


class ClearanceForm(ReasonForm):
    """Up to which classification an officer reads."""

    field_order = ["clearance", "reason"]
    clearance = forms.TypedChoiceField(label=_("Clearance"), choices=Clearance.choices, coerce=int)


class SecondFactorForm(AuthenticateForm):
    """The second step of signing in; a wrong code leaves a trace."""

    def clean_code(self) -> str:
        """Check the code by allauth and record a refusal."""
        return str(_or_refusal(self.user, super().clean_code, "wrong_code"))


class SecondFactorAgainForm(ReauthenticateForm):
    """A code asked for again within a session; a wrong one leaves a trace."""

    def clean_code(self) -> str:
        """Check the code by allauth and record a refusal."""
        return str(_or_refusal(self.user, super().clean_code, "wrong_code"))


class KeyForm(AuthenticateWebAuthnForm):
    """A security key as the second step of signing in."""

    def clean_credential(self) -> Any:
        """Check the key by allauth and record a refusal."""
        return _or_refusal(self.user, super().clean_credential, "wrong_key")


class KeyAgainForm(ReauthenticateWebAuthnForm):
    """A security key asked for again within a session."""

    def clean_credential(self) -> Any:
        """Check the key by allauth and record a refusal."""
        return _or_refusal(self.user, super().clean_credential, "wrong_key")


class PasskeyForm(LoginWebAuthnForm):
    """A passkey in place of password and second factor."""

    def clean_credential(self) -> Any:
        """Check the key by allauth and record a refusal; whose account was tried is not believed."""
        return _or_refusal(None, super().clean_credential, "wrong_key")


class AddKeyForm(AddWebAuthnForm):
    """A new security key."""

    field_order = ["name", "passwordless", "credential"]
    name = forms.CharField(label=_("Name of the key"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=_("Sign in with this key alone, without the password"),
        required=False,
        help_text=_("It asks for its PIN or your fingerprint each time."),
    )

    def clean(self) -> dict[str, Any]:
        """Check what the key answered; whatever is malformed is refused in the same words."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except (ValidationError, *MALFORMED):
            raise _unknown_key() from None
        return cleaned


class RenameKeyForm(EditWebAuthnForm):
    """Another name for a security key."""

    name = forms.CharField(label=_("Name of the key"), max_length=100)


# What the library's reading of a crafted answer may raise beside its own refusal.
MALFORMED = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError)


def _or_refusal(user: User | None, check: Callable[[], Any], reason_code: str) -> Any:
    try:
        return check()
    except ValidationError as error:
        is_wrong = error.code == "incorrect_code"
        _note(user, reason_code if is_wrong else "too_many_attempts")
        if is_wrong and reason_code == "wrong_key":
            raise _unknown_key() from None
        raise
    except MALFORMED:
        _note(user, reason_code)
        raise _unknown_key() from None


def _unknown_key() -> ValidationError:
    return ValidationError(_("The key was not recognised. Try again."), code="incorrect_code")


def _note(user: User | None, reason_code: str) -> None:
    note_refusal(email=user.email if user else "", reason_code=reason_code)
