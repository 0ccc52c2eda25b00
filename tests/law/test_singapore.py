"""Rule: the procedures of a further country are data. Nothing here but rows, and services every country has."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.services.rights import ROLES, load_roles
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, giving, proceeding, sending
from lmc_cases.handovers.services.clocks import clocks_of
from lmc_cases.handovers.services.completeness import completeness_of
from lmc_cases.handovers.services.gates import GateClosed
from lmc_cases.handovers.services.grounds import grounds_for, mark_ground
from lmc_cases.handovers.services.instruments import offered_instruments
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.jurisdictions.services import REFERENCE, load_reference
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case, share
from tests.handovers.samples import person

pytestmark = pytest.mark.django_db
TREATY = "Invented treaty between Singapore and Thailand (test data)"
LAW = "Invented act of Singapore (test data)"
COMMON = {"law": LAW, "source": "test", "confidence": "verified"}
ROWS: dict[str, list[dict[str, str]]] = {
    "legal_instruments": [
        {
            "title": TREATY,
            "kind": "bilateral_extradition",
            "parties": "SG|TH",
            "in_force": "2020-01-01",
            "extradition_threshold_operator": ">=",
            "extradition_threshold_years": "2",
            "source": "test",
            "confidence": "verified",
        }
    ],
    "time_limits": [
        {
            **COMMON,
            "jurisdiction": "SG",
            "article": "11",
            "event": "ARREST",
            "days": "28",
            "effect": "RELEASE",
        },
        {**COMMON, "jurisdiction": "", "instrument": TREATY, "law": TREATY, "event": "ARREST", "days": "21"},
    ],
    "request_elements": [
        {
            **COMMON,
            "jurisdiction": "SG",
            "procedure": "EXTRADITION",
            "element": "WARRANT",
            "due": "WITH_REQUEST",
        }
    ],
    "refusal_grounds": [
        {**COMMON, "jurisdiction": "SG", "ground": "POLITICAL", "bearing": "MANDATORY", "article": "7"},
        {**COMMON, "jurisdiction": "", "instrument": TREATY, "ground": "HUMANITARIAN", "bearing": "OPTIONAL"},
    ],
}


def with_rows(folder: Path) -> Path:
    """The reference files with Singapore's rows at their end."""
    shutil.copytree(REFERENCE, folder)
    for name, added in ROWS.items():
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            rows: list[dict[str, Any]] = list(csv.DictReader(lines))
        names = list(dict.fromkeys([*rows[0], *(cell for row in added for cell in row)]))
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, fieldnames=names, restval="")
            writer.writeheader()
            writer.writerows([*rows, *added])
    return folder


def test_a_request_to_singapore_goes_to_its_clock_by_rows_alone(tmp_path: Path, settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    load_reference(with_rows(tmp_path / "reference"))
    # That Singapore's officers keep cases is a cell of the roles.
    roles = json.loads(ROLES.read_text(encoding="utf-8"))
    partners = tmp_path / "roles.json"
    partners.write_text(json.dumps([{**role, "partner_actions": role["actions"]} for role in roles]))
    load_roles(partners)
    singapore, thailand = (Jurisdiction.objects.get(code=code) for code in ("SG", "TH"))
    holder, asker = officer("SG", "supervisor"), officer("TH")
    case = open_case(holder)
    suspect = person(holder, case, 1)
    share(holder, case, "TH")

    offers = offered_instruments(thailand, singapore)
    assert offers[0].instrument.title == TREATY
    draft = drafting.draft_request(
        actor=asker,
        case_id=case.uuid,
        suspect_ids=[suspect.uuid],
        instrument_id=offers[0].instrument.uuid,
        legal_basis="",
        facts="Invented facts",
        facts_language="en",
        procedure="EXTRADITION",
    )
    second = officer("TH", "supervisor")
    sending.propose(actor=asker, handover_id=draft.uuid)
    sending.ask_arrest(actor=second, handover_id=draft.uuid, reason="may flee (invented)")
    sending.record_arrest(actor=holder, handover_id=draft.uuid, at=timezone.now())
    with acting_as(holder):
        running = HandoverRequest.objects.select_related("requested", "instrument").get(pk=draft.pk)
        assert [(clock.limit.days, clock.limit.effect) for clock in clocks_of(running)] == [
            (21, ""),
            (28, "RELEASE"),
        ]
        found = completeness_of(holder, running)
        assert found is not None
        assert [each.element for each in found.stopping] == ["WARRANT"]
    with pytest.raises(GateClosed, match="Invented act of Singapore"):
        sending.send(actor=second, handover_id=draft.uuid)
    giving.give_paper(
        actor=asker, handover_id=draft.uuid, element="WARRANT", given="ANNEXED", text="No. 1", language="en"
    )
    assert sending.send(actor=second, handover_id=draft.uuid).status == "SUBMITTED"
    proceeding.acknowledge(actor=holder, handover_id=draft.uuid)
    with acting_as(holder):
        grounds = grounds_for(HandoverRequest.objects.get(pk=draft.pk))
        subject = running.subjects.get()
    assert [(row.ground, row.bearing) for row in grounds] == [
        ("POLITICAL", "MANDATORY"),
        ("HUMANITARIAN", "OPTIONAL"),
    ]
    mark_ground(
        actor=holder,
        handover_id=draft.uuid,
        subject_id=subject.uuid,
        ground_id=grounds[0].uuid,
        standing="DOES_NOT",
        note="No political offence (invented)",
    )
    shown = words(signed_in(asker).get(reverse("law:pair", args=["TH", "SG"])))
    assert TREATY in shown
    assert "at least 2" in shown
    assert LAW in shown


def test_what_singapore_has_not_said_is_not_known_and_never_nothing(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    shown = words(signed_in(officer("TH")).get(reverse("law:country", args=["SG"])))
    assert shown.count("Not known") >= 5
