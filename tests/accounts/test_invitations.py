"""Invitations: from the administrator's form through the mail to an officer with roles and a second factor."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from lmc_cases.accounts.models import Invitation, RoleAssignment, User
from lmc_cases.accounts.services import invitations, rights
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.models import Agency
from tests.accounts.samples import code_now, link_in, password_step, sign_in
from tests.factories import demo_agency, officer

pytestmark = pytest.mark.django_db
PASSWORD = "a phrase nobody else uses"
SET_UP = "/sign-in/2fa/totp/activate/"


def wanted(at: Agency, **fields: Any) -> dict[str, Any]:
    return {
        "full_name": "Invented Newcomer",
        "email": "Newcomer@TH.invalid",
        "agency": str(at.uuid),
        "roles": ["liaison_officer", "evidence_custodian"],
        "language": "en",
        **fields,
    }


def invited(admin: User, **fields: Any) -> tuple[Invitation, str]:
    """An invitation and the path of its link."""
    assert admin.agency is not None
    invitation = invitations.invite(
        actor=admin,
        agency_id=admin.agency.uuid,
        email=fields.pop("email", "newcomer@th.invalid"),
        full_name="Invented Newcomer",
        role_codes=fields.pop("role_codes", ["liaison_officer"]),
        language=fields.pop("language", "en"),
    )
    return invitation, link_in(mail.outbox[-1])


def passwords(word: str = PASSWORD) -> dict[str, str]:
    return {"password1": word, "password2": word}


def test_an_invitation_goes_from_the_form_through_the_mail_to_an_officer_with_roles(client: Client) -> None:
    admin = officer("TH", "country_administrator")
    sign_in(client, admin)
    assert admin.agency is not None
    answer = client.post("/accounts/invitations/new/", wanted(admin.agency), follow=True)
    assert "newcomer@th.invalid" in answer.content.decode()
    (sent,) = mail.outbox
    assert sent.to == ["newcomer@th.invalid"]

    guest = Client()
    path = link_in(sent)
    page = guest.get(path)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "strict-origin"
    assert "no-store" in page["Cache-Control"]
    assert guest.post(path, {"password1": PASSWORD, "password2": "different"}).status_code == 422
    for weak in ("short", "password12345", "newcomer@th.invalid"):
        assert guest.post(path, passwords(weak)).status_code == 422, weak
    assert not User.objects.get_queryset().filter(email="newcomer@th.invalid").exists()

    accepted = guest.post(path, passwords())
    assert accepted.url == SET_UP
    user = User.objects.get_queryset().get(email="newcomer@th.invalid")
    assert guest.get("/accounts/settings/").url == SET_UP
    page = guest.get(SET_UP)
    assert page.status_code == 200, "the password typed a moment ago is not asked for again"
    guest.post(SET_UP, {"code": code_now(page.context["form"].secret)})
    assert guest.get("/accounts/settings/").status_code == 200

    held = RoleAssignment.objects.in_force().filter(user=user)
    assert set(held.values_list("role__code", "granted_by")) == {
        ("liaison_officer", admin.pk),
        ("evidence_custodian", admin.pk),
    }
    verbs = set(AuditEvent.objects.filter(owner_country=admin.country).values_list("verb", flat=True))
    assert {"invitation.sent", "invitation.accepted", "account.opened", "role.granted"} <= verbs


def test_the_invitation_and_its_page_speak_the_language_that_was_chosen() -> None:
    admin = officer("TH", "country_administrator")
    with translation.override("th"):
        subject = translation.gettext("Your invitation to LMC Cases")
    _invitation, path = invited(admin, language="th")
    assert mail.outbox[0].subject == subject
    page = Client().get(path)
    assert page["Content-Language"] == "th"
    assert '<html lang="th"' in page.content.decode()
    chosen = Client()
    chosen.post("/language/", {"language": "vi"})
    assert chosen.get(path)["Content-Language"] == "vi"


def test_a_link_that_was_used_withdrawn_or_is_too_old_says_what_to_do() -> None:
    admin = officer("TH", "country_administrator")
    _used, used = invited(admin, email="a@th.invalid")
    assert Client().post(used, passwords()).status_code == 302
    withdrawn_invitation, withdrawn = invited(admin, email="b@th.invalid")
    invitations.withdraw_invitation(actor=admin, invitation_id=withdrawn_invitation.uuid)
    old_invitation, old = invited(admin, email="c@th.invalid")
    Invitation.objects.filter(pk=old_invitation.pk).update(
        expires_at=timezone.now() - dt.timedelta(seconds=1)
    )
    pages = []
    for path in (used, withdrawn, old, "/accounts/invitation/never-existed/"):
        for answer in (Client().get(path), Client().post(path, passwords())):
            assert answer.status_code == 410, path
            pages.append(
                re.sub(r'value="[^"]+"|"X-CSRFToken": "[^"]+"|value=./\S+', "", answer.content.decode())
            )
            assert "ask your country" in pages[-1]
    assert len(set(pages)) == 1, "the page does not tell the causes apart"
    assert User.objects.get_queryset().filter(email__in=["b@th.invalid", "c@th.invalid"]).count() == 0


def test_an_invitation_ends_with_the_right_of_who_sent_it() -> None:
    admin, second = officer("TH", "country_administrator"), officer("TH", "country_administrator")
    _invitation, path = invited(admin)
    assert Client().get(path).status_code == 200
    rights.revoke_role(actor=second, user_id=admin.uuid, role_code="country_administrator")
    assert Client().get(path).status_code == 410
    assert Client().post(path, passwords()).status_code == 410


def test_an_invitation_opened_in_somebody_elses_session_changes_nothing(client: Client) -> None:
    admin = officer("TH", "country_administrator")
    invitation, path = invited(admin)
    sign_in(client, officer("TH"))
    assert client.get(path).status_code == 409
    assert client.post(path, passwords()).status_code == 409
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_token_is_nowhere_in_the_database() -> None:
    invitation, path = invited(officer("TH", "country_administrator"))
    token = path.rstrip("/").rsplit("/", 1)[-1]
    assert token not in str(vars(invitation))
    assert len(token) >= 43


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("roles", ["no_such_role"]),
        ("roles", []),
        ("language", "xx"),
        ("email", "not an address"),
        ("full_name", " "),
        ("agency", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(client: Client, field: str, value: Any) -> None:
    admin = officer("TH", "country_administrator")
    sign_in(client, admin)
    assert admin.agency is not None
    answer = client.post("/accounts/invitations/new/", wanted(admin.agency, **{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert mail.outbox == []
    assert not Invitation.objects.exists()


def test_an_address_is_invited_once_and_never_when_it_has_an_account() -> None:
    admin = officer("TH", "country_administrator")
    invited(admin, email="once@th.invalid")
    for address in ("Once@th.invalid", admin.email.upper()):
        with pytest.raises(InvalidInput) as refused:
            invited(admin, email=address)
        assert refused.value.field == "email"


def test_an_administrator_invites_to_own_agencies_only(client: Client) -> None:
    admin = officer("TH", "country_administrator")
    foreign = demo_agency("LA")
    sign_in(client, admin)
    page = client.get("/accounts/invitations/new/")
    assert str(foreign.uuid) not in page.content.decode()
    assert client.post("/accounts/invitations/new/", wanted(foreign)).status_code == 422
    with pytest.raises(Agency.DoesNotExist):
        invitations.invite(
            actor=admin,
            agency_id=foreign.uuid,
            email="x@la.invalid",
            full_name="Invented",
            role_codes=["liaison_officer"],
            language="en",
        )


def test_a_partner_country_gives_only_roles_that_mean_something_there(client: Client) -> None:
    admin = officer("SG", "country_administrator")
    sign_in(client, admin)
    offered = [
        code
        for code, _label in client.get("/accounts/invitations/new/").context["form"].fields["roles"].choices
    ]
    assert "border_officer" not in offered
    with pytest.raises(InvalidInput):
        invited(admin, role_codes=["border_officer"])


def test_an_invitation_that_could_not_be_mailed_does_not_stay(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object, messages: object) -> int:
        raise ConnectionRefusedError

    admin = officer("TH", "country_administrator")
    sign_in(client, admin)
    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert admin.agency is not None
    answer = client.post("/accounts/invitations/new/", wanted(admin.agency))
    assert answer.status_code == 422
    assert not Invitation.objects.exists()
    assert not AuditEvent.objects.filter(verb="invitation.sent").exists()


def test_an_administrator_withdraws_an_own_invitation_and_never_a_foreign_one(client: Client) -> None:
    own, _path = invited(officer("TH", "country_administrator"), email="own@th.invalid")
    foreign, _path = invited(officer("LA", "country_administrator"), email="foreign@la.invalid")
    sign_in(client, officer("TH", "country_administrator"))
    listed = client.get("/accounts/users/?state=invited").content.decode()
    assert "own@th.invalid" in listed
    assert "foreign@la.invalid" not in listed
    page = f"/accounts/invitations/{own.uuid}/withdraw/"
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    assert client.post(page).status_code == 404, "it is gone from the list"
    for unknown in (foreign.uuid, "00000000-0000-4000-8000-000000000000"):
        for ask in (client.get, client.post):
            assert ask(f"/accounts/invitations/{unknown}/withdraw/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.withdrawn_at is None


def command(**options: Any) -> str:
    out = StringIO()
    call_command(
        "create_country_admin",
        **{
            "country": "TH",
            "email": "first@th.invalid",
            "name": "Invented First",
            "stdout": out,
            "stderr": StringIO(),
            **options,
        },
    )
    return out.getvalue()


def test_the_first_administrator_of_a_country_comes_by_command_and_then_invites(client: Client) -> None:
    said = command(language="en")
    path = link_in(mail.outbox[0])
    assert path in said
    accepted = client.post(path, passwords())
    assert accepted.url == SET_UP
    client.post(SET_UP, {"code": code_now(client.get(SET_UP).context["form"].secret)})
    assert client.get("/accounts/users/").status_code == 200
    user = User.objects.get_queryset().get(email="first@th.invalid")
    assert user.agency is not None
    assert user.agency.code == "TH-POLICE"
    with pytest.raises(CommandError, match="has an administrator"):
        command(email="second@th.invalid")


def test_a_second_run_is_refused_until_the_lost_link_is_replaced() -> None:
    first = command()
    with pytest.raises(CommandError, match="--replace"):
        command()
    assert Invitation.objects.count() == 1
    second = command(replace=True)
    old, new = (re.findall(r"http\S+", said)[0].split("/", 3)[3] for said in (first, second))
    assert Client().get(f"/{old}").status_code == 410
    assert Client().get(f"/{new}").status_code == 200


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"country": "XX"}, "No country has the code XX"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"agency": "LA-POLICE"}, "Name an agency of Thailand"),
        ({"name": " "}, "full name"),
    ],
)
def test_the_command_says_what_is_wrong(options: dict[str, str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(**options)
    assert not Invitation.objects.exists()


def test_the_command_prints_the_link_even_when_the_mail_server_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(self: object, messages: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    errors = StringIO()
    said = command(stderr=errors)
    assert "/accounts/invitation/" in said
    assert errors.getvalue()


def test_an_invitation_ends_by_the_clock_of_the_database() -> None:
    """A web server with a wrong clock does not keep an old link alive."""
    invitation, path = invited(officer("TH", "country_administrator"))
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    with time_machine.travel(timezone.now() - dt.timedelta(days=1), tick=True):
        assert Client().get(path).status_code == 410
    assert password_step(Client(), User(email=invitation.email)).status_code == 200
