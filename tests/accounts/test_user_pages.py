"""Who manages users sees and changes those of the own country, and nobody else finds the pages."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services import officers, rights
from lmc_cases.accounts.views import users as user_views
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import NotAllowed
from tests.accounts.samples import sign_in
from tests.factories import officer

pytestmark = pytest.mark.django_db
NOBODY = uuid.UUID("00000000-0000-4000-8000-000000000000")
STEPS = (
    "",
    "roles/supervisor/give/",
    "roles/liaison_officer/take/",
    "second-factor/",
    "address/",
    "posting/",
    "sign-out/",
)


@pytest.fixture
def admin() -> User:
    return officer("TH", "country_administrator")


@pytest.fixture
def browser(client: Client, admin: User) -> Client:
    return sign_in(client, admin)


def roles(user: User) -> set[str]:
    return {assignment.role.code for assignment in rights.roles_held(user)}


def test_an_administrator_finds_the_own_countrys_officers_in_three_lists(
    browser: Client, admin: User
) -> None:
    here, gone, foreign = officer("TH"), officer("TH"), officer("LA")
    officers.close_account(actor=admin, user_id=gone.uuid, reason="Left")
    active = browser.get("/accounts/users/").content.decode()
    assert here.email in active
    assert admin.email in active
    assert gone.email not in active
    left = browser.get("/accounts/users/?state=left").content.decode()
    assert gone.email in left
    assert here.email not in left
    for page in (active, left, browser.get("/accounts/users/?state=invited").content.decode()):
        assert foreign.email not in page
    assert browser.get("/accounts/users/?state=nonsense").status_code == 200


def test_the_list_is_searched_by_name_and_address(browser: Client) -> None:
    one, other = officer("TH"), officer("TH")
    for word in (one.email, one.full_name.upper()):
        found = browser.get("/accounts/users/", {"q": word}).content.decode()
        assert f'/accounts/users/{one.uuid}/"' in found
        assert f'/accounts/users/{other.uuid}/"' not in found


def test_the_list_pages_by_the_last_row_and_costs_the_same_for_many(
    browser: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    monkeypatch.setattr(user_views, "PAGE_SIZE", 3)
    wanted = {officer("TH").email for _number in range(7)}
    seen: list[str] = []
    address = "/accounts/users/"
    for _page in range(5):
        with django_assert_max_num_queries(30):  # type: ignore[operator]
            page = browser.get(address).content.decode()
        seen += re.findall(r"officer\d+@th\.invalid", page.split("</thead>")[1])
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        address = "/accounts/users/" + older.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 8
    assert wanted < set(seen)


@pytest.mark.parametrize("step", STEPS)
def test_foreign_and_missing_officers_are_not_there_alike(browser: Client, step: str) -> None:
    foreign = officer("LA", "liaison_officer")
    before = roles(foreign)
    answers = []
    for target in (foreign.uuid, NOBODY):
        for answer in (
            browser.get(f"/accounts/users/{target}/{step}"),
            browser.post(f"/accounts/users/{target}/{step}", {"reason": "Any", "email": "x@th.invalid"}),
        ):
            answers.append((answer.status_code, answer.content))
    assert answers[0][0] == 404
    if step:
        assert answers[1][0] == 404
    foreign.refresh_from_db()
    assert (roles(foreign), foreign.email != "x@th.invalid") == (before, True)
    shown = [re.sub(rb"[0-9a-f]{32}", b"", content) for _status, content in answers]
    assert shown[0] == shown[2]
    assert shown[1] == shown[3]


@pytest.mark.parametrize("role", ["liaison_officer", "supervisor", "auditor"])
def test_officers_without_the_right_do_not_find_the_pages_not_even_their_own(
    client: Client, role: str
) -> None:
    user, colleague = officer("TH", role), officer("TH")
    sign_in(client, user)
    for path in (
        "users/",
        f"users/{user.uuid}/",
        f"users/{colleague.uuid}/",
        f"users/{colleague.uuid}/second-factor/",
        "invitations/new/",
        f"invitations/{NOBODY}/withdraw/",
    ):
        assert client.get(f"/accounts/{path}").status_code == 404, path
        assert client.post(f"/accounts/{path}").status_code in {404, 405}, path
    assert "/accounts/users/" not in client.get("/accounts/settings/").content.decode()


def test_a_superuser_without_a_grant_sees_nothing(client: Client) -> None:
    user, colleague = officer("TH", "prosecutor"), officer("TH")
    rights.revoke_role(
        actor=officer("TH", "country_administrator"), user_id=user.uuid, role_code="prosecutor"
    )
    User.objects.get_queryset().filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    user.refresh_from_db()
    sign_in(client, user)
    assert client.get("/accounts/users/").status_code == 404
    assert client.get(f"/accounts/users/{colleague.uuid}/").status_code == 404
    assert set(User.objects.visible_to(user)) == {user}
    assert not AuditEvent.objects.visible_to(user).exists()


def test_a_role_is_given_and_taken_back_with_a_question_before(browser: Client, admin: User) -> None:
    user = officer("TH", "prosecutor")
    page = browser.get(f"/accounts/users/{user.uuid}/").content.decode()
    give = f"/accounts/users/{user.uuid}/roles/supervisor/give/"
    assert f'href="{give}"' in page
    question = browser.get(give).content.decode()
    assert "Decide on handovers asked of the country" in question
    assert roles(user) == {"prosecutor"}, "looking changes nothing"
    assert browser.post(give).status_code == 302
    assert roles(user) == {"prosecutor", "supervisor"}
    take = f"/accounts/users/{user.uuid}/roles/supervisor/take/"
    assert browser.get(take).status_code == 200
    assert browser.post(take).status_code == 302
    assert roles(user) == {"prosecutor"}
    assert browser.post(take).status_code == 404
    assert browser.get(f"/accounts/users/{user.uuid}/roles/no-such/give/").status_code == 404
    events = AuditEvent.objects.filter(actor=admin, reason_code="supervisor").order_by("pk")
    assert list(events.values_list("verb", flat=True)) == ["role.granted", "role.revoked"]


def test_administrators_do_not_change_their_own_roles(browser: Client, admin: User) -> None:
    own = browser.get(f"/accounts/users/{admin.uuid}/")
    assert own.status_code == 200
    assert "/roles/" not in own.content.decode()
    path = f"/accounts/users/{admin.uuid}/roles/supervisor/give/"
    assert browser.get(path).status_code == 404
    refused = browser.post(path)
    assert refused.status_code == 422
    assert "You cannot change your own roles." in refused.content.decode()
    with pytest.raises(NotAllowed):
        rights.revoke_role(actor=admin, user_id=admin.uuid, role_code="country_administrator")
    assert roles(admin) == {"country_administrator"}


def test_a_role_taken_back_ends_with_the_next_click(client: Client) -> None:
    second = officer("TH", "country_administrator")
    first = officer("TH", "country_administrator")
    sign_in(client, first)
    assert client.get("/accounts/users/").status_code == 200
    rights.revoke_role(actor=second, user_id=first.uuid, role_code="country_administrator")
    assert client.get("/accounts/users/").status_code == 404


def test_nothing_is_changed_on_an_account_that_is_closed(browser: Client, admin: User) -> None:
    user = officer("TH")
    officers.close_account(actor=admin, user_id=user.uuid, reason="Left")
    page = browser.get(f"/accounts/users/{user.uuid}/")
    assert page.status_code == 200
    assert "/roles/" not in page.content.decode()
    for step, data in (
        ("roles/supervisor/give/", {}),
        ("second-factor/", {"reason": "Any"}),
        ("address/", {"email": "x@th.invalid", "reason": "Any"}),
        ("posting/", {"ends_on": "2099-01-01", "reason": "Any"}),
        ("sign-out/", {"reason": "Any"}),
    ):
        assert browser.get(f"/accounts/users/{user.uuid}/{step}").status_code == 404
        assert browser.post(f"/accounts/users/{user.uuid}/{step}", data).status_code == 422
    assert roles(user) == set()


def test_an_address_in_use_is_not_given_twice(browser: Client) -> None:
    user, other = officer("TH"), officer("TH")
    answer = browser.post(
        f"/accounts/users/{user.uuid}/address/", {"email": other.email.upper(), "reason": "Any"}
    )
    assert answer.status_code == 422
    assert "email" in answer.context["form"].errors
