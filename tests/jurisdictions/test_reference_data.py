"""Countries and law are data: loading twice changes nothing, and a new country is a row."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from lmc_cases.accounts.services.rights import load_roles
from lmc_cases.cases.models import Case
from lmc_cases.jurisdictions.models import (
    Agency,
    Audience,
    BorderPoint,
    Jurisdiction,
    LegalInstrument,
    Offence,
    Typology,
)
from lmc_cases.jurisdictions.services import REFERENCE, load_reference
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db
TABLES = (Agency, Audience, BorderPoint, Jurisdiction, LegalInstrument, Offence, Typology)


def counts() -> list[int]:
    return [model.objects.count() for model in TABLES]


def test_loading_the_reference_data_again_changes_nothing() -> None:
    before = counts()
    keys = list(Jurisdiction.objects.order_by("pk").values_list("pk", "uuid", "audience_id"))
    call_command("load_reference")
    assert counts() == before
    assert list(Jurisdiction.objects.order_by("pk").values_list("pk", "uuid", "audience_id")) == keys


def test_the_six_members_and_the_partner_are_there_with_their_agencies() -> None:
    members = Jurisdiction.objects.filter(is_lmc_member=True).values_list("code", flat=True)
    assert set(members) == {"CN", "TH", "KH", "LA", "MM", "VN"}
    assert not Jurisdiction.objects.get(code="SG").is_lmc_member
    for country in Jurisdiction.objects.all():
        assert country.agencies.filter(is_demo=False).exists(), country.code
        assert country.source
        assert country.confidence


def test_every_row_of_law_carries_source_and_confidence() -> None:
    for model in (BorderPoint, LegalInstrument, Offence, Typology):
        assert not model.objects.filter(source="").exists(), model
        assert not model.objects.filter(confidence="").exists(), model


def test_a_new_country_is_a_row_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    path = folder / "jurisdictions.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    new = {
        **dict.fromkeys(rows[0], ""),
        "code": "MY",
        "name_en": "Malaysia",
        "lmc_member": "1",
        "languages": "en",
    }
    new |= {"time_zone": "Asia/Kuala_Lumpur", "calendar": "gregorian", "calendar_offset_years": "0"}
    new |= {"currency": "MYR", "police_agency": "Invented police", "source": "test", "confidence": "test"}
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(new))
        writer.writeheader()
        writer.writerows([*rows, new])
    load_reference(folder)
    load_roles()

    malaysian, thai = officer("MY"), officer("TH")
    own = open_case(malaysian)
    assert own.reference.startswith("MY-")
    assert not Case.objects.visible_to(thai).exists()
    foreign = open_case(thai)
    assert Case.objects.visible_to(malaysian).get() == own
    share(thai, foreign, "MY")
    assert Case.objects.visible_to(malaysian).count() == 2
    with translation.override("th"):
        assert Jurisdiction.objects.get(code="MY").name == "มาเลเซีย"


def test_a_partner_country_has_reduced_rights() -> None:
    partner = officer("SG")
    with pytest.raises(Case.DoesNotExist):
        open_case(partner)


def test_the_database_knows_trigrams_of_every_script() -> None:
    """In the locale ``C`` pg_trgm finds none, and search would go blind without a word."""
    with connection.cursor() as cursor:
        for word in ("กรุงเทพ", "缅甸", "ភ្នំពេញ", "ວຽງຈັນ", "ရန်ကုန်", "Nguyễn"):
            cursor.execute("SELECT cardinality(show_trgm(%s))", [word])
            assert cursor.fetchone()[0] > 0, word
