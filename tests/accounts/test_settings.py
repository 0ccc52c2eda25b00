"""The officer's own settings: language, documents, time zone, calendar."""

from __future__ import annotations

import zoneinfo

import pytest
from django.test import Client

from lmc_cases.accounts.services.officers import change_settings
from lmc_cases.accounts.services.zones import known_zones, zone_groups
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.models import Jurisdiction
from tests.accounts.samples import sign_in
from tests.factories import officer

pytestmark = pytest.mark.django_db
PAGE = "/accounts/settings/"
CHANGED = {
    "language": "lo",
    "document_language": "zh-hans",
    "time_zone": "Asia/Yangon",
    "calendar": "buddhist",
}


def test_settings_are_saved_and_the_next_page_obeys_them(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    page = client.get(PAGE)
    assert page.status_code == 200
    for link in ("/sign-in/password/change/", "/sign-in/2fa/"):
        assert f'href="{link}"' in page.content.decode()
    assert client.post(PAGE, CHANGED).status_code == 302
    user.refresh_from_db()
    assert {name: getattr(user, name) for name in CHANGED} == CHANGED
    assert user.history.latest().history_user == user
    assert AuditEvent.objects.filter(verb="account.settings_changed", actor=user).exists()
    page = client.get(PAGE)
    assert page["Content-Language"] == "lo"
    assert page.context["form"].initial == CHANGED
    assert Client(headers={}).get("/sign-in/login/").status_code == 200
    client.post("/sign-in/logout/")
    assert client.get("/sign-in/login/")["Content-Language"] == "lo", "the browser remembers the language"


@pytest.mark.parametrize("field", ["language", "document_language", "time_zone", "calendar"])
def test_what_is_none_of_the_choices_is_refused(client: Client, field: str) -> None:
    user = officer("TH")
    sign_in(client, user)
    answer = client.post(PAGE, {**CHANGED, field: "nonsense"})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with pytest.raises(InvalidInput) as refused:
        change_settings(actor=user, **{**CHANGED, field: "nonsense"})
    assert refused.value.field == field
    user.refresh_from_db()
    assert user.language == "en"


def test_the_own_countrys_zones_come_first_then_the_partners() -> None:
    groups = zone_groups(officer("CN"))
    own, partners, others = ([zone for zone, _label in zones] for _name, zones in groups)
    assert own == ["Asia/Shanghai", "Asia/Urumqi"]
    assert {"Asia/Bangkok", "Asia/Yangon", "Asia/Ho_Chi_Minh", "Asia/Singapore"} <= set(partners)
    assert "Europe/Paris" in others
    listed = own + partners + others
    assert len(listed) == len(set(listed))
    assert dict(groups[0][1])["Asia/Shanghai"] == "Asia/Shanghai (UTC+08:00)"


def test_every_country_and_every_choice_has_a_zone_that_exists() -> None:
    for zone in known_zones():
        assert zoneinfo.ZoneInfo(zone).key == zone
    for country in Jurisdiction.objects.all():
        assert country.time_zone in known_zones(), country.code


def test_the_language_switch_persists_with_the_account(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    assert client.post("/language/", {"language": "km", "next": PAGE}).url == PAGE
    assert client.get(PAGE)["Content-Language"] == "km"
    client.post("/sign-in/logout/")
    user.refresh_from_db()
    assert user.language == "km"
    assert client.post("/language/", {"language": "xx"}).status_code == 400
    assert client.post("/language/", {"language": "th", "next": "https://elsewhere.invalid/"}).url == "/"


def test_the_old_name_of_the_page_leads_to_the_same_page(client: Client) -> None:
    sign_in(client, officer("TH"))
    assert client.get("/accounts/profile/").status_code == 200
