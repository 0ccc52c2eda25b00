"""Rule: the country's administrator says up to which classification an officer reads, and it holds at once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.clearances import set_clearance
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.models import Clearance
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db


def sees(reader: User, case: Case) -> bool:
    return Case.objects.visible_to(User.objects.get(pk=reader.pk)).filter(pk=case.pk).exists()


def test_a_classified_case_opens_and_closes_with_the_clearance() -> None:
    administrator, author = officer("TH", "country_administrator"), officer("TH")
    reader = officer("TH", clearance=Clearance.RESTRICTED)
    case = open_case(author, classification=Case.Classification.SECRET)
    assert sees(author, case)
    assert not sees(reader, case)
    set_clearance(
        actor=administrator, user_id=reader.uuid, clearance=Clearance.SECRET, reason="Posted to the desk"
    )
    assert sees(reader, case)
    set_clearance(actor=administrator, user_id=reader.uuid, clearance=Clearance.CONFIDENTIAL, reason="Moved")
    assert not sees(reader, case)
    event = (
        AuditEvent.objects.visible_to(officer("TH", "auditor"))
        .filter(verb="account.clearance_set")
        .latest("pk")
    )
    assert event.codes == {"from": 3, "to": 2}


def test_nobody_changes_it_for_oneself_or_for_another_country() -> None:
    administrator = officer("TH", "country_administrator")
    for other in (administrator, officer("CN")):
        with pytest.raises(User.DoesNotExist):
            set_clearance(actor=administrator, user_id=other.uuid, clearance=Clearance.SECRET, reason="no")
    colleague = officer("TH")
    with pytest.raises(User.DoesNotExist):
        set_clearance(actor=officer("TH", "supervisor"), user_id=colleague.uuid, clearance=1, reason="no")
    with pytest.raises(InvalidInput):
        set_clearance(actor=administrator, user_id=colleague.uuid, clearance=9, reason="no such")


def test_the_page_asks_shows_and_saves(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
    administrator, reader = officer("TH", "country_administrator"), officer("TH", clearance=1)
    client = Client()
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("accounts:clearance_set", args=[reader.uuid])
    assert client.get(address).status_code == 200
    assert client.post(address, {"clearance": "2", "reason": ""}).status_code == 422
    assert client.post(address, {"clearance": "2", "reason": "Needs it"}).status_code == 302
    assert User.objects.get(pk=reader.pk).clearance == Clearance.CONFIDENTIAL
    assert "Confidential" in client.get(reverse("accounts:user", args=[reader.uuid])).content.decode()
