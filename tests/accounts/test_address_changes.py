"""No administrator takes a colleague's account over by choosing its address: the officer or a second one agrees."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from lmc_cases.accounts.models import AddressChange, User
from lmc_cases.accounts.services import addresses, officers, rights
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from tests.accounts.samples import link_in, sign_in
from tests.factories import PASSWORD, officer

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
NEW = "new@th.invalid"


@pytest.fixture
def admin() -> User:
    return officer("TH", "country_administrator")


@pytest.fixture
def user() -> User:
    return officer("TH")


def asked(admin: User, user: User, email: str = NEW) -> AddressChange:
    return addresses.ask_for_address(actor=admin, user_id=user.uuid, email=email, reason="Married")


def page(change: AddressChange, step: str = "agree") -> str:
    return f"/accounts/address/{change.uuid}/{step}/"


def test_one_administrator_alone_changes_nothing_and_gets_no_reset_link(
    client: Client, admin: User, user: User, django_capture_on_commit_callbacks: object
) -> None:
    sign_in(client, admin)
    form = f"/accounts/users/{user.uuid}/address/"
    assert client.get(form).status_code == 200
    assert client.post(form, {"email": NEW, "reason": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.post(form, {"email": "New@TH.invalid", "reason": "Married"}).status_code == 302
    user.refresh_from_db()
    assert user.email != NEW
    assert [sent.to for sent in mail.outbox] == [[user.email]], "the old address is told, the new one is not"
    assert "Nothing has changed yet" in mail.outbox[0].body
    change = AddressChange.objects.get()
    shown = client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert page(change) not in shown
    assert page(change, "refuse") in shown
    refused = client.post(page(change))
    assert refused.status_code == 422
    assert "was not appointed by the one who asks" in refused.content.decode()
    mail.outbox.clear()
    Client().post("/sign-in/password/reset/", {"email": NEW})
    assert all("/password/reset/key/" not in sent.body for sent in mail.outbox)
    user.refresh_from_db()
    assert user.email != NEW


def test_the_officer_agrees_in_the_own_session_and_confirms_the_new_address(
    client: Client, admin: User, user: User, django_capture_on_commit_callbacks: object
) -> None:
    old = user.email
    change = asked(admin, user)
    sign_in(client, user)
    assert page(change) in client.get(HOME).content.decode()
    question = client.get(page(change)).content.decode()
    assert NEW in question
    assert admin.full_name in question
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.post(page(change)).url == HOME
    user.refresh_from_db()
    assert user.email == NEW
    by_address = {sent.to[0]: sent for sent in mail.outbox}
    assert set(by_address) == {old, NEW}
    assert not user.emailaddress_set.get().verified
    theirs = Client()
    link = link_in(by_address[NEW])
    assert theirs.get(link).status_code == 200
    theirs.post(link)
    assert user.emailaddress_set.get().verified
    assert theirs.post("/sign-in/login/", {"login": old, "password": PASSWORD}).status_code == 200
    assert theirs.post("/sign-in/login/", {"login": NEW, "password": PASSWORD}).status_code == 302
    event = AuditEvent.objects.get(verb="account.address_changed")
    assert (event.actor, event.codes["asked_by"]) == (user, str(admin.uuid))
    assert client.post(page(change)).status_code == 404, "it is decided"


def test_a_second_administrator_agrees_for_an_officer_who_cannot(
    client: Client, admin: User, user: User
) -> None:
    second = officer("TH", "country_administrator")
    change = asked(admin, user)
    sign_in(client, second)
    assert page(change) in client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert client.post(page(change)).url == f"/accounts/users/{user.uuid}/"
    user.refresh_from_db()
    assert user.email == NEW
    assert AuditEvent.objects.get(verb="account.address_changed").actor == second


def test_an_administrator_made_for_the_purpose_does_not_agree(
    client: Client, admin: User, user: User
) -> None:
    """Attack: appoint a second account of one's own, before or after asking, and agree with it."""
    helper = officer("TH")
    rights.grant_role(actor=admin, user_id=helper.uuid, role_code="country_administrator")
    change = asked(admin, user)
    late = officer("TH", "country_administrator")
    for account in (helper, late):
        theirs = Client()
        sign_in(theirs, account)
        assert page(change) not in theirs.get(f"/accounts/users/{user.uuid}/").content.decode()
        assert theirs.post(page(change)).status_code == 422
        with pytest.raises(addresses.NotYours):
            addresses.agree(actor=account, change_id=change.uuid)
    user.refresh_from_db()
    assert user.email != NEW


def test_colleagues_and_other_countries_do_not_find_the_change(
    client: Client, admin: User, user: User
) -> None:
    change = asked(admin, user)
    for stranger in (officer("TH"), officer("LA", "country_administrator"), officer("TH", "auditor")):
        theirs = Client()
        sign_in(theirs, stranger)
        for step in ("agree", "refuse"):
            assert theirs.get(page(change, step)).status_code == 404
            assert theirs.post(page(change, step)).status_code == 404
        with pytest.raises(AddressChange.DoesNotExist):
            addresses.agree(actor=stranger, change_id=change.uuid)
    user.refresh_from_db()
    assert user.email != NEW


def test_the_officer_refuses_and_it_is_over(client: Client, admin: User, user: User) -> None:
    change = asked(admin, user)
    sign_in(client, user)
    assert client.get(page(change, "refuse")).status_code == 200
    assert client.post(page(change, "refuse")).status_code == 302
    with pytest.raises(AddressChange.DoesNotExist):
        addresses.agree(actor=officer("TH", "country_administrator"), change_id=change.uuid)
    assert AuditEvent.objects.filter(verb="address_change.refused", actor=user).exists()


def test_a_change_that_nobody_answered_ends_and_a_later_one_replaces_it(admin: User, user: User) -> None:
    second = officer("TH", "country_administrator")
    first = asked(admin, user)
    later = asked(admin, user, "later@th.invalid")
    with pytest.raises(AddressChange.DoesNotExist):
        addresses.agree(actor=second, change_id=first.uuid)
    with time_machine.travel(dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=8)):
        with pytest.raises(AddressChange.DoesNotExist):
            addresses.agree(actor=second, change_id=later.uuid)
        asked(admin, user, "third@th.invalid")
    first.refresh_from_db()
    assert first.outcome == "REPLACED"


def test_an_address_in_use_is_taken_neither_when_asked_nor_when_agreed(
    client: Client, admin: User, user: User
) -> None:
    other = officer("TH")
    with pytest.raises(InvalidInput) as refused:
        asked(admin, user, other.email.upper())
    assert refused.value.field == "email"
    change = asked(admin, user)
    User.objects.get_queryset().filter(pk=other.pk).update(email=NEW)
    with pytest.raises(InvalidInput):
        addresses.agree(actor=user, change_id=change.uuid)


def test_a_closed_account_gets_no_new_address(admin: User, user: User) -> None:
    change = asked(admin, user)
    officers.close_account(actor=admin, user_id=user.uuid, reason="Left")
    with pytest.raises(AddressChange.DoesNotExist):
        addresses.agree(actor=officer("TH", "country_administrator"), change_id=change.uuid)


def test_the_database_refuses_an_agreement_by_who_asked(admin: User, user: User) -> None:
    change = asked(admin, user)
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressChange.objects.filter(pk=change.pk).update(
            decided_by=admin, decided_at=change.asked_at, outcome="AGREED"
        )
