"""Pages for who manages a country's users: the list, one officer, and what is changed there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.forms import (
    AddressForm,
    ClearanceForm,
    ConfirmForm,
    PostingEndForm,
    ReasonForm,
    UserFilterForm,
)
from lmc_cases.accounts.models import Invitation, SignedInSession, User
from lmc_cases.accounts.models.users import UserQuerySet
from lmc_cases.accounts.services import addresses, clearances, officers, postings, rights, sessions
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.accounts.tables import InvitationTable, RoleTable, UserTable
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action, may

PAGE_SIZE = 50


class ManagesUsers:
    """A page that only who manages a country's users finds; to everybody else it does not exist."""

    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 404 without the right."""
        if not may(request.user, Action.MANAGE_USERS):
            raise Http404
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    @property
    def viewer(self) -> User:
        """The officer signed in."""
        assert self.request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware
        return self.request.user

    def officers(self) -> UserQuerySet:
        """Officers of the countries whose users the viewer manages."""
        rows = User.objects.visible_to(self.viewer).managed_by(self.viewer)
        return rows.select_related("agency__jurisdiction")


class OneOfficer(ManagesUsers):
    """A page about one officer."""

    @cached_property
    def officer(self) -> User:
        """The officer named in the address; foreign and missing alike are not there."""
        found: User = get_object_or_404(self.officers().with_second_factor(), uuid=self.kwargs["uuid"])
        return found

    @property
    def page_of_officer(self) -> str:
        """The address of the officer's page."""
        return reverse("accounts:user", args=[self.officer.uuid])


class UserList(ManagesUsers, TemplateView):
    """Officers who are here, who have left, and who are invited."""

    template_name = "accounts/users.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of one of the three lists, newest first."""
        states = {"active": _("Active"), "invited": _("Invited"), "left": _("Left")}
        state = self.request.GET.get("state", "active")
        if state not in states:
            state = "active"
        form = UserFilterForm(self.request.GET or None)
        wanted = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
        cursor = Cursor.decode(self.request.GET.get("before"))
        if state == "invited":
            table, older = self._invitations(cursor)
        else:
            table, older = self._officers(state, wanted, cursor)
        here = reverse("accounts:users")
        return super().get_context_data(
            table=table,
            older=page_link(self.request.GET, "before", older),
            form=form,
            wanted=wanted,
            state=state,
            clear_url=f"{here}?state={state}",
            tabs=[
                {"url": f"{here}?state={name}", "label": label, "current": name == state}
                for name, label in states.items()
            ],
            **kwargs,
        )

    def _officers(self, state: str, wanted: str, cursor: Cursor | None) -> tuple[UserTable, Cursor | None]:
        rows = self.officers().with_second_factor().filter(is_active=state == "active")
        if wanted:
            rows = rows.matching(wanted)
        if cursor is not None:
            rows = rows.older_than(cursor.at, cursor.pk)
        page = list(rows.order_by("-joined_at", "-pk")[: PAGE_SIZE + 1])
        shown = page[:PAGE_SIZE]
        older = Cursor(at=shown[-1].joined_at, pk=shown[-1].pk) if len(page) > PAGE_SIZE else None
        return UserTable(shown, labels=rights.role_labels(shown)), older

    def _invitations(self, cursor: Cursor | None) -> tuple[InvitationTable, Cursor | None]:
        rows = Invitation.objects.visible_to(self.viewer).waiting().select_related("agency")
        if cursor is not None:
            rows = rows.older_than(cursor.at, cursor.pk)
        page = list(rows.order_by("-invited_at", "-pk")[: PAGE_SIZE + 1])
        shown = page[:PAGE_SIZE]
        older = Cursor(at=shown[-1].invited_at, pk=shown[-1].pk) if len(page) > PAGE_SIZE else None
        return InvitationTable(shown), older


class UserPage(OneOfficer, TemplateView):
    """One officer: account, second factor, roles."""

    template_name = "accounts/user.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The roles of the country, held and not held."""
        officer = self.officer
        assert officer.agency is not None  # noqa: S101 - managed officers belong to an agency
        country = officer.agency.jurisdiction
        may_change = officer.is_active and officer.pk != self.viewer.pk
        held = {assignment.role_id: assignment for assignment in rights.roles_held(officer)}
        # A role that no longer means anything in the country can still be taken back.
        listed = {role.pk: role for role in rights.roles_of(country)}
        listed |= {assignment.role_id: assignment.role for assignment in held.values()}
        rows = [
            {
                "role": role,
                "allows": role.allows(country),
                "held": held.get(role.pk),
                "officer": officer,
                "may_change": may_change,
            }
            for role in listed.values()
        ]
        change = addresses.open_change_of(viewer=self.viewer, user=officer)
        return super().get_context_data(
            officer=officer,
            is_self=officer.pk == self.viewer.pk,
            may_change=may_change,
            roles=RoleTable(rows),
            address_change=change,
            may_agree=change is not None and addresses.may_agree(self.viewer, change),
            sessions=SignedInSession.objects.visible_to(self.viewer).in_force().filter(user=officer).count(),
            posting_ends_soon=postings.ends_soon(officer),
            **kwargs,
        )


class OfficerStep(StepUpRequired, OneOfficer, ServiceFormView):
    """A step that asks before it changes an officer's account."""

    template_name = "components/confirm_page.html"
    form_class: type[forms.Form] = ReasonForm
    tone = "danger"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question is shown about an officer who is there, and never about oneself."""
        if self.officer.pk == self.viewer.pk or not self.officer.is_active:
            raise Http404
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        """Foreign and missing officers are not there, before anything is asked."""
        self.officer  # noqa: B018 - 404
        return super().post(request, *args, **kwargs)

    def words(self) -> dict[str, Any]:
        """Title, question, consequences and label of the button."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the confirm page prints."""
        return super().get_context_data(
            cancel_url=self.page_of_officer, tone=self.tone, **self.words(), **kwargs
        )


class RoleGrant(OfficerStep):
    """Give a role."""

    form_class = ConfirmForm
    tone = "primary"

    @cached_property
    def role(self) -> Any:
        """The role named in the address, if it means something in the officer's country."""
        assert self.officer.agency is not None  # noqa: S101 - managed officers belong to an agency
        for role in rights.roles_of(self.officer.agency.jurisdiction):
            if role.code == self.kwargs["code"]:
                return role
        raise Http404

    def words(self) -> dict[str, Any]:
        """Say what the role allows."""
        assert self.officer.agency is not None  # noqa: S101 - managed officers belong to an agency
        return {
            "title": _("Give a role"),
            "question": _("Give %(name)s the role “%(role)s”?")
            % {"name": self.officer.full_name, "role": self.role.label},
            "consequences": self.role.allows(self.officer.agency.jurisdiction),
            "confirm_label": _("Give the role"),
        }

    def call(self, form: forms.Form) -> str:
        """Give it."""
        rights.grant_role(actor=self.viewer, user_id=self.officer.uuid, role_code=self.kwargs["code"])
        messages.success(self.request, _("The role has been given."))
        return self.page_of_officer


class RoleRevoke(OfficerStep):
    """Take a role back."""

    form_class = ConfirmForm

    @cached_property
    def role(self) -> Any:
        """The role named in the address, if the officer holds it."""
        for assignment in rights.roles_held(self.officer):
            if assignment.role.code == self.kwargs["code"]:
                return assignment.role
        raise Http404

    def words(self) -> dict[str, Any]:
        """Say what ends."""
        return {
            "title": _("Take a role back"),
            "question": _("Take the role “%(role)s” back from %(name)s?")
            % {"name": self.officer.full_name, "role": self.role.label},
            "consequences": [_("It ends with the officer's next click.")],
            "confirm_label": _("Take the role back"),
        }

    def call(self, form: forms.Form) -> str:
        """Take it."""
        rights.revoke_role(actor=self.viewer, user_id=self.officer.uuid, role_code=self.kwargs["code"])
        messages.success(self.request, _("The role has been taken back."))
        return self.page_of_officer


class SecondFactorReset(OfficerStep):
    """Remove a second factor that was lost."""

    def words(self) -> dict[str, Any]:
        """Say what to make sure of before."""
        return {
            "title": _("Reset the second factor"),
            "question": _("Remove the second factor of %(name)s?") % {"name": self.officer.full_name},
            "consequences": [
                _("Make sure that it is the officer who asks: in person or by a call you make."),
                _("The authenticator app, the security keys and the recovery codes stop working at once."),
                _("The officer sets up a new second factor when next signing in, and is told by mail."),
            ],
            "confirm_label": _("Reset the second factor"),
        }

    def call(self, form: forms.Form) -> str:
        """Remove it."""
        officers.reset_second_factor(
            actor=self.viewer, user_id=self.officer.uuid, reason=form.cleaned_data["reason"]
        )
        messages.success(self.request, _("The second factor has been reset."))
        return self.page_of_officer


class AddressChange(OfficerStep):
    """Ask for another address for an officer to sign in with."""

    form_class = AddressForm
    tone = "primary"

    def words(self) -> dict[str, Any]:
        """Say who has to agree."""
        return {
            "title": _("Change the e-mail address"),
            "question": _("%(name)s signs in with %(email)s now.")
            % {"name": self.officer.full_name, "email": self.officer.email},
            "consequences": [
                _("Nothing changes until the officer, signed in as before, or another administrator agrees."),
                _("The old address is told. After the change the new one gets a link to confirm it."),
            ],
            "confirm_label": _("Ask for the change"),
        }

    def call(self, form: forms.Form) -> str:
        """Ask."""
        addresses.ask_for_address(actor=self.viewer, user_id=self.officer.uuid, **form.cleaned_data)
        messages.success(self.request, _("The officer or another administrator has to agree now."))
        return self.page_of_officer


class PostingEnd(OfficerStep):
    """Say when an officer's posting ends."""

    form_class = PostingEndForm
    tone = "primary"

    def get_initial(self) -> dict[str, Any]:
        """What is known now."""
        return {"ends_on": self.officer.posting_ends_on}

    def words(self) -> dict[str, Any]:
        """Say what ends then."""
        return {
            "title": _("End of the posting"),
            "question": _("When does the posting of %(name)s end?") % {"name": self.officer.full_name},
            "consequences": [
                _(
                    "After that day the account opens nothing: sign-in, sessions and tokens end by themselves."
                ),
                _("The officer and the administrators of the country are told before."),
                _("The cases stay where they are until an administrator hands them on."),
            ],
            "confirm_label": _("Save"),
        }

    def call(self, form: forms.Form) -> str:
        """Set it."""
        postings.set_posting_end(actor=self.viewer, user_id=self.officer.uuid, **form.cleaned_data)
        messages.success(self.request, _("The end of the posting has been saved."))
        return self.page_of_officer


class ClearanceSet(OfficerStep):
    """Say up to which classification an officer reads."""

    form_class = ClearanceForm
    tone = "primary"

    def get_initial(self) -> dict[str, Any]:
        """What is held now."""
        return {"clearance": self.officer.clearance}

    def words(self) -> dict[str, Any]:
        """Say what follows."""
        return {
            "title": _("Clearance"),
            "question": _("Up to which classification does %(name)s read?")
            % {"name": self.officer.full_name},
            "consequences": [
                _("It takes effect with the next click, in every browser."),
                _("Cases classified above it are closed to the officer, also those that name the officer."),
            ],
            "confirm_label": _("Save"),
        }

    def call(self, form: forms.Form) -> str:
        """Set it."""
        clearances.set_clearance(actor=self.viewer, user_id=self.officer.uuid, **form.cleaned_data)
        messages.success(self.request, _("The clearance has been saved."))
        return self.page_of_officer


class SignOut(OfficerStep):
    """End an officer's sessions."""

    def words(self) -> dict[str, Any]:
        """Say what ends."""
        return {
            "title": _("Sign the officer out"),
            "question": _("Sign %(name)s out everywhere?") % {"name": self.officer.full_name},
            "consequences": [
                _("It takes effect with the next click, in every browser."),
                _("The officer can sign in again. To prevent that, close the account."),
            ],
            "confirm_label": _("Sign the officer out"),
        }

    def call(self, form: forms.Form) -> str:
        """End them."""
        sessions.sign_officer_out(
            actor=self.viewer, user_id=self.officer.uuid, reason=form.cleaned_data["reason"]
        )
        messages.success(self.request, _("The officer is signed out."))
        return self.page_of_officer
