"""Third-party bundles of the CASE community, imported where this machine holds them beside the project.

They are not ours to ship. Where the folder is missing these tests are not collected; what they prove is proved by
``test_import_services.py`` on our own bundle everywhere.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lmc_cases.core.jobs import JobState
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.suspects.models import Suspect
from tests.exchange.test_import_services import BUNDLE, carry_out
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "case"

if SAMPLES.is_dir():

    @pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.json")))
    def test_a_sample_is_imported_once_and_all_it_leaves_out_is_reported(name: str) -> None:
        thai = officer("TH")
        case = open_case(thai)
        run = carry_out(thai, case, BUNDLE, SAMPLES / name)
        assert run.job_state == JobState.DONE, run.report
        result = run.report["result"]
        assert result["unread_total"] == len(result["unread"])
        assert all(entry["raw"] for entry in result["unread"])
        items = EvidenceItem.objects.visible_to(thai).count()
        assert items == result["exhibits"] == result["counts"]["exhibits"]
        again = carry_out(thai, case, BUNDLE, SAMPLES / name)
        assert again.report["result"]["imported"] == again.report["result"]["exhibits"] == 0
        assert EvidenceItem.objects.visible_to(thai).count() == items

    def test_the_forensic_life_cycle_keeps_numbers_and_the_chain() -> None:
        thai = officer("TH")
        case = open_case(thai)
        run = carry_out(thai, case, BUNDLE, SAMPLES / "forensic_lifecycle.json")
        phone = EvidenceItem.objects.visible_to(thai).get(exhibit_number="DFL-20140712-001A")
        kinds = CustodyEvent.objects.filter(item=phone).values_list("kind", flat=True)
        assert "TRANSFERRED" in kinds
        # Twenty-one of the 22 provenance records state a number; things outside them are given one.
        assert EvidenceItem.objects.visible_to(thai).exclude(exhibit_number__startswith="X-").count() == 21
        persons = Suspect.objects.filter(import_run=run.uuid).values_list("category", flat=True)
        # The victim is no suspect, and a role that nobody has named is counted, not invented.
        assert set(persons) <= {"SUSPECT", "VICTIM"}
        assert len(persons) + run.report["result"]["counts"]["unnamed"] == 2
