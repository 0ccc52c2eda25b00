"""Countries fetch checkpoints, from the page or by machine, and it is known who holds what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.tokens import issue_token
from lmc_cases.audit.models import AuditEvent, CheckpointDelivery, Operation
from lmc_cases.audit.services import record, sealing
from lmc_cases.jurisdictions.access import acting_as
from tests.audit.abroad import offline, vkey
from tests.factories import officer, open_case, say_why, share

# Another worker's open transaction delays sealing: transaction ids are the cluster's.
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_country_fetches_from_the_page_and_it_is_noted_once(log: None, tmp_path: Path) -> None:
    chinese = officer("CN")
    client = client_of(chinese)
    page = client.get(reverse("audit:checkpoints")).content.decode()
    assert "Your country holds none yet." in page
    newest = sealing.sign_checkpoint()
    assert newest is not None
    address = reverse("audit:checkpoint_download", args=[newest.tree_size])
    for _twice in range(2):
        answer = client.get(address)
        assert answer.status_code == 200
    delivery = CheckpointDelivery.objects.get()
    assert (delivery.country.code, delivery.delivered_to, delivery.channel) == ("CN", chinese, "PAGE")
    with acting_as(officer("CN", "auditor")):
        assert AuditEvent.objects.filter(verb="audit.checkpoint_delivered").count() == 1
    kept = tmp_path / "kept.json"
    kept.write_bytes(answer.content)
    open_case(officer("TH"))
    sealing.seal_now()
    later = sealing.sign_checkpoint()
    assert later is not None
    new = tmp_path / "new.json"
    new.write_bytes(client.get(reverse("audit:checkpoint_download", args=[later.tree_size])).content)
    assert offline("consistency", kept, new, "--key", vkey())[0] == 0
    assert client.get(reverse("audit:checkpoint_download", args=[later.tree_size + 1])).status_code == 404


def test_a_machine_fetches_the_newest_with_a_token_and_names_what_it_keeps(log: None, tmp_path: Path) -> None:
    administrator, partner = officer("CN", "country_administrator"), officer("CN", "partner_agency")
    token = issue_token(actor=administrator, user_id=partner.uuid, days=7)[0]
    headers = {"authorization": f"Token {token}"}
    first = Client().get("/api/v1/audit/checkpoints/newest/", headers=headers)
    assert first.status_code == 200, first.content
    kept = tmp_path / "kept.json"
    kept.write_bytes(first.content)
    size = int(first.json()["checkpoint"].splitlines()[1])
    open_case(officer("TH"))
    sealing.seal_now()
    second = Client().get("/api/v1/audit/checkpoints/newest/", {"from": size}, headers=headers)
    new = tmp_path / "new.json"
    new.write_bytes(second.content)
    assert offline("consistency", kept, new, "--key", vkey())[0] == 0
    assert second.json()["consistency"][0]["from"] == size
    assert set(CheckpointDelivery.objects.values_list("channel", flat=True)) == {"API"}
    listed = Client().get("/api/v1/audit/checkpoints/", {"limit": 1}, headers=headers).json()
    assert listed["results"][0]["size"] > size
    assert (
        Client().get(listed["next"], headers=headers).json()["results"][0]["size"]
        < listed["results"][0]["size"]
    )
    for wrong in ("0", "-1", "x", str(10**9)):
        answer = Client().get("/api/v1/audit/checkpoints/newest/", {"from": wrong}, headers=headers)
        assert answer.status_code == 400, answer.content
        assert "from" in json.dumps(answer.json())
    assert Client().get("/api/v1/audit/checkpoints/newest/").status_code == 401


def test_nothing_sealed_is_an_empty_page_and_404_for_machines(transactional_db: None) -> None:
    client = client_of(officer("TH"))
    assert "Nothing is sealed yet." in client.get(reverse("audit:checkpoints")).content.decode()
    assert client.get("/api/v1/audit/checkpoints/newest/").status_code == 404


@pytest.mark.django_db
def test_the_officers_of_a_case_see_every_foreign_access_without_the_right_to_the_record() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    say_why(chinese, case)
    answer = client_of(chinese).get(reverse("cases:detail", args=[case.uuid]))
    assert answer.status_code == 200
    record(
        actor=chinese,
        operation=Operation.CONSULTATION,
        verb="case.viewed",
        target=case,
        reason="Words of a Chinese officer",
        reason_code="LOCATE",
    )
    page = client_of(thai).get(reverse("cases:accesses", args=[case.uuid])).content.decode()
    assert page.count("Viewed a case.") == 2
    assert chinese.agency is not None
    assert chinese.agency.name in page
    assert chinese.full_name not in page
    assert "Locating a wanted person" in page
    assert "Words of a Chinese officer" not in page
    assert "A reason was given." in page
    assert "Shared a case." not in page, "what the own country did is not news"
    assert (
        reverse("cases:accesses", args=[case.uuid])
        in client_of(thai).get(reverse("cases:detail", args=[case.uuid])).content.decode()
    )
    supervisor = client_of(officer("TH", "supervisor")).get(reverse("cases:accesses", args=[case.uuid]))
    assert chinese.full_name in supervisor.content.decode()
    assert "Words of a Chinese officer" in supervisor.content.decode()
    assert client_of(chinese).get(reverse("cases:accesses", args=[case.uuid])).status_code == 404
    assert AuditEvent.objects.filter(verb="case.accesses_viewed", actor=thai).exists()


@pytest.mark.django_db
def test_the_record_of_one_officer_and_of_one_country_can_be_read(settings: Any) -> None:
    thai, other, chinese = officer("TH"), officer("TH"), officer("CN")
    case = open_case(thai)
    open_case(other)
    share(thai, case, "CN")
    record(actor=chinese, operation=Operation.CONSULTATION, verb="case.viewed", target=case)
    auditor = client_of(officer("TH", "auditor"))
    page = auditor.get(reverse("audit:list"), {"officer": str(thai.uuid)}).content.decode()
    assert f"Only what {thai.full_name} did." in page
    assert other.full_name not in page
    page = auditor.get(reverse("audit:list"), {"country": "CN", "owner": "TH"}).content.decode()
    assert chinese.full_name in page
    assert f"?officer={thai.uuid}" not in page
    foreign = client_of(officer("VN", "auditor")).get(reverse("audit:list"), {"officer": str(thai.uuid)})
    assert thai.full_name not in foreign.content.decode()
