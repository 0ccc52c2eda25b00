"""Informants: for the owning country's own officers who hold the right, and for nobody else on any path."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, SearchEntry
from lmc_cases.cases.services.search import find_cases
from lmc_cases.core.errors import InvalidInput
from lmc_cases.suspects.models import Informant
from lmc_cases.suspects.services.informants import add_informant, list_informants, reveal_informant
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def informant(actor: User, case: Case, code_name: str = "River", **fields: Any) -> Informant:
    return add_informant(
        actor=actor,
        case_id=case.uuid,
        code_name=code_name,
        identity="Nok Invented",
        contact="+66 1",
        **fields,
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def url(name: str, case: Case, **more: Any) -> str:
    return reverse(f"suspects:{name}", kwargs={"case_uuid": case.uuid, **more})


def test_who_an_informant_is_stands_sealed_in_the_row_and_in_its_history() -> None:
    handler = officer("TH", "supervisor")
    made = informant(handler, open_case(handler))
    for row in (Informant.objects.get(), Informant.history.get()):
        assert row.code_name == "River"
        assert b"Nok" not in bytes(row.identity_sealed)
        assert len(row.identity_sealed) > 40
    revealed = reveal_informant(actor=handler, case_id=made.case.uuid, informant_id=made.uuid)
    assert (revealed.identity, revealed.contact) == ("Nok Invented", "+66 1")


def test_every_look_is_recorded_and_the_record_names_not_even_the_code_name() -> None:
    handler = officer("TH", "supervisor")
    case = open_case(handler)
    made = informant(handler, case)
    list_informants(actor=handler, case_id=case.uuid)
    reveal_informant(actor=handler, case_id=case.uuid, informant_id=made.uuid)
    events = AuditEvent.objects.filter(verb__startswith="informant").order_by("pk")
    assert [(event.verb, event.operation) for event in events] == [
        ("informant.added", "COLLECTION"),
        ("informants.listed", "CONSULTATION"),
        ("informant.viewed", "CONSULTATION"),
    ]
    assert {event.reference for event in events} == {case.reference, f"{case.reference}/I1"}
    assert "River" not in "".join(f"{event.codes}{event.reference}" for event in events)


def test_no_other_right_and_no_share_opens_an_informant() -> None:
    handler, colleague, chinese = officer("TH", "supervisor"), officer("TH"), officer("CN", "supervisor")
    case = open_case(handler)
    made = informant(handler, case)
    share(handler, case, "CN")
    admin = officer("TH", "country_administrator", "auditor")
    for stranger in (colleague, chinese, admin):
        with pytest.raises(Informant.DoesNotExist):
            reveal_informant(actor=stranger, case_id=case.uuid, informant_id=made.uuid)
        for act in (list_informants, lambda **given: informant(given["actor"], case)):
            with pytest.raises(Case.DoesNotExist):
                act(actor=stranger, case_id=case.uuid)
        client = signed_in(stranger)
        for page in ("informants", "informant_add"):
            assert client.get(url(page, case)).status_code == 404
        assert client.get(url("informant", case, uuid=made.uuid)).status_code == 404
    own_right = officer("TH", "informant_handler")
    assert [row.uuid for row in list_informants(actor=own_right, case_id=case.uuid)] == [made.uuid]


def test_an_informant_is_found_by_no_search() -> None:
    handler = officer("TH", "supervisor")
    informant(handler, open_case(handler))
    assert not SearchEntry.objects.filter(body__icontains="river").exists()
    for term in ("River", "Nok Invented"):
        assert find_cases(handler, term).rows == []


def test_an_informant_needs_a_code_name_and_an_identity() -> None:
    handler = officer("TH", "supervisor")
    case = open_case(handler)
    for field, given in (("code_name", {"code_name": " "}), ("identity", {"identity": ""})):
        with pytest.raises(InvalidInput) as refused:
            add_informant(actor=handler, case_id=case.uuid, **{"code_name": "x", "identity": "y", **given})
        assert refused.value.field == field
    assert not Informant.objects.exists()


def test_sent_twice_the_form_records_one_informant_and_shows_who_it_is() -> None:
    handler = officer("TH", "supervisor")
    case = open_case(handler)
    client = signed_in(handler)
    page = client.get(url("informant_add", case))
    assert "data-draft=" not in page.content.decode()
    sent = {"code_name": "River", "identity": "Nok Invented", "once": page.context["form"]["once"].value()}
    answers = [client.post(url("informant_add", case), sent) for _ in range(2)]
    made = Informant.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [url("informant", case, uuid=made.uuid)] * 2
    listed = client.get(url("informants", case)).content.decode()
    assert "River" in listed
    assert "Nok" not in listed
    assert "Nok Invented" in client.get(url("informant", case, uuid=made.uuid)).content.decode()
    assert url("informants", case) in client.get(url("list", case)).content.decode()
    assert client.get(url("informant", open_case(handler), uuid=made.uuid)).status_code == 404
    assert client.get(url("informant", case, uuid=uuid.uuid4())).status_code == 404
