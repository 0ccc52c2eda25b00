"""Attacks by those who hold some right: an administrator beyond the own country, a token beyond its role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import RoleAssignment
from lmc_cases.accounts.services.rights import grant_role, revoke_role
from lmc_cases.accounts.services.tokens import NoPartnerAccount, issue_token
from tests.factories import officer, open_case
from tests.security.samples import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.leak]


def test_an_officers_rights_never_travel_by_token() -> None:
    """Rule: a token needs no second factor, so it is worth nothing for an account that holds any other role."""
    partner, administrator = officer("SG", "partner_agency"), officer("SG", "country_administrator")
    token, _ends = issue_token(actor=administrator, user_id=partner.uuid, days=1)
    client = Client(headers={"authorization": f"Token {token}"})
    assert client.get("/api/v1/cases/").status_code == 200
    grant_role(actor=administrator, user_id=partner.uuid, role_code="auditor")
    assert client.get("/api/v1/cases/").status_code == 401
    with pytest.raises(NoPartnerAccount):
        issue_token(actor=administrator, user_id=partner.uuid, days=1)
    revoke_role(actor=administrator, user_id=partner.uuid, role_code="auditor")
    assert client.get("/api/v1/cases/").status_code == 200


def test_an_administrator_gives_no_role_abroad_and_none_to_the_own_account(one_factor: None) -> None:
    administrator, foreign = officer("TH", "country_administrator"), officer("CN")
    client = browser_of(administrator)
    before = RoleAssignment.objects.count()
    for target in (administrator, foreign):
        for role in ("supervisor", "auditor"):
            answer = client.post(reverse("accounts:role_grant", args=[target.uuid, role]), {})
            assert answer.status_code in {403, 404, 422}, (target, role)
    assert RoleAssignment.objects.count() == before
    # The same address works where the right is: what was refused above was the right, not the address.
    answer = client.post(reverse("accounts:role_grant", args=[officer("TH").uuid, "auditor"]), {})
    assert answer.status_code == 302
    assert RoleAssignment.objects.filter(role__code="auditor").count() == 1


def test_managing_users_and_being_superuser_open_no_case(one_factor: None) -> None:
    administrator = officer("TH", "country_administrator")
    administrator.is_superuser = administrator.is_staff = True
    administrator.save()
    case = open_case(officer("TH"))
    address = reverse("cases:detail", args=[case.uuid])
    assert browser_of(administrator).get(address).status_code == 404
    assert browser_of(officer("TH")).get(address).status_code == 200
