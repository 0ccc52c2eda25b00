"""Third-party bundles of the CASE community, read where this machine holds them beside the project.

They are not ours to ship. Where the folder is missing these tests are not collected; what they prove is proved by
``test_case_bundle.py`` on our own bundle everywhere.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lmc_cases.exchange.case_bundle import ParsedBundle, read_bundle

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "case"

if SAMPLES.is_dir():

    def sample(name: str) -> ParsedBundle:
        return read_bundle((SAMPLES / name).read_bytes())

    def test_accounts_are_read_with_their_owner_and_secrets_stay_in_the_raw_text() -> None:
        parsed = sample("accounts.json")
        (smith,) = parsed.persons
        assert [name.full for name in smith.names] == ["William Smith"]
        assert smith.birth_date is not None
        assert smith.birth_date.isoformat() == "1968-09-25"
        assert smith.account_ids == tuple(account.id for account in parsed.accounts)
        assert [(a.kind, a.identifier, a.issuer) for a in parsed.accounts] == [
            ("APPLICATION", "1235556677@facebook.net", "Google"),
            ("APPLICATION", "willyROX@gmail.com", "Google"),
            ("EMAIL", "willyROX@gmail.com", ""),
        ]
        assert {u.types for u in parsed.report.unknown} == {("uco-observable:AccountAuthenticationFacet",)}

    def test_messages_are_kept_and_reported_with_their_accounts_read() -> None:
        parsed = sample("message.json")
        assert parsed.report.counts["Account"] == 4
        assert parsed.accounts[0].application == "WhatsApp"
        unread = [u for u in parsed.report.unknown if u.reason == "TYPE_NOT_READ"]
        assert sum("uco-observable:Message" in u.types for u in unread) == 4
        assert all(u.raw for u in unread)

    def test_a_forensic_lifecycle_gives_exhibits_and_custody_events() -> None:
        parsed = sample("forensic_lifecycle.json")
        assert [a.kind for a in parsed.actions] == ["COLLECTED", "TRANSFERRED", *["EXAMINED"] * 4]
        assert len(parsed.provenance_records) == 22
        phone = next(r for r in parsed.provenance_records if r.exhibit_number == "DFL-20140712-001A")
        assert phone in list(parsed.exhibits_of(parsed.actions[1]))
        assert [p.roles for p in parsed.persons if not p.is_official] == [("SUBJECT",), ("VICTIM",)]
        assert [p.code for p in parsed.report.problems] == ["EXHIBIT_WITHOUT_NUMBER"]

    @pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.json")))
    def test_every_node_of_a_sample_is_a_record_or_part_of_one_or_reported(name: str) -> None:
        parsed = sample(name)
        assert parsed.report.nodes > 0
        assert sum(parsed.report.counts.values()) + len(parsed.report.unknown) > 0
        assert all(u.raw and u.path for u in parsed.report.unknown)
