"""CASE/UCO bundles: read without a network, kept whole, refused with the place when broken."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_FILES
from lmc_cases.config.demo_data.bundle import bundle_text
from lmc_cases.exchange.case_bundle import BundleError, ParsedBundle, read_bundle

CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
}


def bundle(*nodes: Any, context: Any = None, **limits: int) -> ParsedBundle:
    document = {"@context": CONTEXT if context is None else context, "@graph": list(nodes)}
    return read_bundle(json.dumps(document).encode(), **limits)


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"@id": f"kb:{name}", "@type": "uco-identity:Person", "uco-core:name": name, **more}


# --- our own bundle -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo() -> ParsedBundle:
    return read_bundle(DEMO_BUNDLE.read_bytes())


def test_our_bundle_is_what_its_source_writes() -> None:
    assert DEMO_BUNDLE.read_text(encoding="utf-8") == bundle_text()


def test_our_bundle_conforms_to_the_ontology() -> None:
    """``case_validate`` can say "Conforms: True" and mean no; only its exit code counts."""
    program = shutil.which("case_validate", path=str(Path(sys.executable).parent))
    assert program, "case_validate is missing: install the development requirements."
    done = subprocess.run([program, str(DEMO_BUNDLE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_our_bundle_is_read_whole_and_without_a_problem(demo: ParsedBundle) -> None:
    assert demo.report.unknown == ()
    assert demo.report.problems == ()
    assert demo.report.counts == {
        "Investigation": 1, "Person": 7, "Organization": 5, "Device": 3, "Tool": 4, "Account": 7, "File": 4,
        "Place": 3, "ProvenanceRecord": 7, "InvestigativeAction": 5, "Relationship": 20,
    }  # fmt: skip
    assert demo.sha256 == hashlib.sha256(DEMO_BUNDLE.read_bytes()).hexdigest()


def test_people_keep_both_scripts_the_date_as_written_and_their_documents(demo: ParsedBundle) -> None:
    wang, li, somsak, binh = (p for p in demo.persons if not p.is_official)
    assert (wang.name_original, wang.name_romanised, wang.aliases) == (
        "王建明",
        "Wang Jianming",
        ("老王", "Lao Wang"),
    )
    assert (wang.role_in_group, wang.category, wang.nationality, wang.sex) == (
        "RINGLEADER",
        "SUSPECT",
        "CN",
        "MALE",
    )
    assert (li.documents[0].kind, li.documents[0].number, li.documents[0].status) == (
        "PASSPORT",
        "E00000029",
        "FORGED",
    )
    assert somsak.birth_date_written == "3 พ.ค. 2529"
    assert somsak.birth_date is not None
    assert (somsak.birth_date.isoformat(), somsak.birth_date.calendar) == ("1986-05-03", "buddhist")
    assert (binh.name_original, binh.name_romanised) == ("Nguyễn Văn Bình Mẫu", "")
    assert (binh.roles, binh.category) == (("VICTIM",), "PRESUMED_VICTIM")
    assert all("invented" in p.description.casefold() for p in demo.persons)


def test_officers_are_told_from_suspects(demo: ParsedBundle) -> None:
    assert [p.roles for p in demo.persons if p.is_official] == [
        ("INVESTIGATOR", "PERFORMER"),
        ("INVESTIGATOR", "PERFORMER"),
        ("EXAMINER", "PERFORMER"),
    ]


def test_accounts_and_devices_are_tied_to_their_people(demo: ParsedBundle) -> None:
    somsak = demo.persons[2]
    kinds = {a.kind: a for a in demo.accounts if a.id in somsak.account_ids}
    assert set(kinds) == {"PHONE", "BANK", "APPLICATION"}
    assert (kinds["BANK"].identifier, kinds["BANK"].issuer) == ("000-0-00001-1", "Demo Bank Thailand")
    assert kinds["PHONE"].identifier == "+66000000001"
    assert kinds["APPLICATION"].application == "DemoChat"
    assert {d.kind for d in demo.devices} == {"PHONE", "SIM", "COMPUTER"}
    phone = demo.devices[0]
    assert phone.id in somsak.device_ids
    assert (phone.imei, phone.manufacturer) == (("000000000000018", "000000000000026"), "Demo Devices")
    assert [a.details for a in demo.accounts if a.kind == "WALLET"] == [
        {"currency": "USDT", "network": "TRON"}
    ]


def test_the_files_hashes_are_those_of_the_files_that_ship(demo: ParsedBundle) -> None:
    described = [f for f in demo.files if f.hashes]
    assert len(described) == 3
    for file in described:
        content = (DEMO_FILES / file.file_name).read_bytes()
        assert file.hashes == {"SHA256": hashlib.sha256(content).hexdigest()}
        assert file.size_bytes == len(content)
        assert b"INVENTED" in content


def test_actions_become_custody_events_of_numbered_exhibits(demo: ParsedBundle) -> None:
    kinds = [action.kind for action in demo.actions]
    assert kinds == ["COLLECTED", "TRANSFERRED", "EXAMINED", "EXAMINED", "HASH_CHECKED"]
    seizure, _, imaging, _, check = demo.actions
    assert seizure.started is not None
    assert seizure.started.at == datetime(2026, 3, 4, 23, 10, tzinfo=UTC)
    assert (seizure.performer, seizure.location) == ("ร้อยตำรวจเอกตัวอย่าง หนึ่ง", "Demo compound, building B")
    assert [e.exhibit_number for e in demo.exhibits_of(seizure)] == [
        "TH-DEMO-001",
        "TH-DEMO-001A",
        "TH-DEMO-002",
    ]
    assert imaging.tools == ("DemoImager 4.2",)
    assert [e.exhibit_number for e in demo.exhibits_of(check)] == [
        "TH-DEMO-001C",
        "TH-DEMO-001D",
        "TH-DEMO-002A",
    ]
    assert [e.exhibit_number for e in demo.records_holding(demo.devices[0].id)] == ["TH-DEMO-001"]


# --- nothing is lost -------------------------------------------------------------------------------------------


def test_what_is_not_understood_is_kept_raw_and_reported() -> None:
    strange = {
        "@id": "kb:x",
        "@type": "kb:Strange",
        "kb:inner": {"@type": "kb:Part", "kb:value": [1, {"@value": "a"}]},
    }
    unread = person(
        "Somchai", **{"kb:shoeSize": 44, "no-context": "kept", "uco-core:objectMarking": {"@id": "kb:m"}}
    )
    parsed = bundle(strange, unread)
    by_reason = {u.reason: u for u in parsed.report.unknown}
    assert len(parsed.report.unknown) == 2
    assert by_reason["TYPE_NOT_READ"].raw == (strange,)
    assert by_reason["TYPE_NOT_READ"].types == ("http://example.org/kb/Strange",)
    assert by_reason["PROPERTIES_NOT_READ"].details == (
        "http://example.org/kb/shoeSize",
        "uco-core:objectMarking",
        "no-context",
    )
    assert parsed.persons[0].raw == (unread,)


def test_every_object_of_a_bundle_is_a_record_a_part_of_one_or_reported() -> None:
    """Accounting: add a property nobody knows to every node, and every node must turn up in the report."""
    document = json.loads(DEMO_BUNDLE.read_text(encoding="utf-8"))
    marked = 0

    def mark(value: Any) -> None:
        nonlocal marked
        if isinstance(value, list):
            for item in value:
                mark(item)
        elif isinstance(value, dict) and "@value" not in value and set(value) != {"@id"}:
            marked += 1
            for item in list(value.values()):
                mark(item)
            value["kb:nobodyKnows"] = marked

    mark(document["@graph"])
    reported = read_bundle(json.dumps(document).encode()).report.unknown
    assert len(reported) == marked == 132
    assert all(u.details == ("http://example.org/kb/nobodyKnows",) for u in reported)


def test_a_reference_to_nothing_is_reported_once() -> None:
    relation = {
        "@id": "kb:r", "@type": "uco-core:Relationship", "uco-core:source": {"@id": "kb:gone"},
        "uco-core:target": {"@id": "kb:gone"}, "uco-core:isDirectional": True,
    }  # fmt: skip
    (problem,) = bundle(relation).report.problems
    assert (problem.code, problem.detail) == ("REFERENCE_MISSING", "http://example.org/kb/gone")


def test_two_descriptions_of_one_id_are_one_record_with_both_raw_texts() -> None:
    facet = {"@type": "uco-identity:SimpleNameFacet", "uco-identity:familyName": "Li"}
    parsed = bundle(person("a"), {"@id": "kb:a", "uco-core:hasFacet": facet})
    (one,) = parsed.persons
    assert [name.full for name in one.names] == ["Li", "a"]
    assert len(one.raw) == 2
    assert parsed.report.unknown == ()


def test_blank_nodes_and_cycles_are_read() -> None:
    one = {
        "@id": "_:b0",
        "@type": "uco-identity:Person",
        "uco-core:name": "A",
        "uco-core:knows": {"@id": "_:b1"},
    }
    other = {
        "@id": "_:b1",
        "@type": "uco-identity:Person",
        "uco-core:name": "B",
        "uco-core:knows": {"@id": "_:b0"},
    }
    parsed = bundle(one, other, {"@type": "uco-identity:Person", "uco-core:name": "C"})
    assert [p.id for p in parsed.persons] == ["_:b0", "_:b1", "_:/@graph/2"]


def test_objects_typed_only_by_their_facets_are_recognised() -> None:
    parsed = bundle(
        {
            "@id": "kb:f",
            "@type": "uco-observable:ObservableObject",
            "uco-core:hasFacet": [
                {"@type": "uco-observable:FileFacet", "uco-observable:fileName": "a.txt"},
                {
                    "@type": "uco-observable:ContentDataFacet",
                    "uco-observable:hash": {
                        "@type": "uco-types:Hash",
                        "uco-types:hashMethod": {"@value": "SHA-256"},
                        "uco-types:hashValue": {"@value": "A" * 64},
                    },
                },
            ],
        }
    )
    assert (parsed.files[0].file_name, parsed.files[0].hashes) == ("a.txt", {"SHA256": "a" * 64})


def test_the_same_graph_reads_the_same_through_vocab_terms_and_nested_contexts() -> None:
    context = {
        "@vocab": "https://ontology.unifiedcyberontology.org/uco/core/",
        "id": "@id",
        "Someone": "https://ontology.unifiedcyberontology.org/uco/identity/Person",
        "source": {"@type": "@id"},
        "target": {"@id": "https://ontology.unifiedcyberontology.org/uco/core/target", "@type": "@id"},
        "knownBy": {"@reverse": "https://ontology.unifiedcyberontology.org/uco/core/source"},
    }
    parsed = bundle(
        {"id": "http://e/a", "@type": "Someone", "name": {"@value": "ก", "@language": "th"}},
        {"id": "http://e/r", "@type": "Relationship", "source": "http://e/a", "target": "http://e/a"},
        {"@context": {"n": "uco:name", "uco": "https://ontology.unifiedcyberontology.org/uco/core/"}, "id": "http://e/a", "n": "ข"},
        {"id": "http://e/a", "knownBy": {"id": "http://e/r2", "@type": "Relationship", "target": "http://e/a"}},
        context=context,
    )  # fmt: skip
    assert parsed.persons[0].name == "ก"
    assert parsed.relationships[0].source_ids == ("http://e/a",)
    assert parsed.relationships[1].source_ids == ("http://e/a",)


# --- what an officer must look at -----------------------------------------------------------------------------


def test_doubtful_values_are_reported_and_not_used() -> None:
    action = {
        "@id": "kb:act", "@type": "case-investigation:InvestigativeAction", "uco-core:name": "seized",
        "uco-action:startTime": "2026-03-05T06:10:00", "uco-action:endTime": "yesterday",
    }  # fmt: skip
    exhibits = [
        {
            "@id": f"kb:e{n}",
            "@type": "case-investigation:ProvenanceRecord",
            "case-investigation:exhibitNumber": "X-1",
        }
        for n in (1, 2)
    ]
    content = {
        "@type": "uco-observable:ContentDataFacet",
        "uco-observable:sizeInBytes": -5,
        "uco-observable:hash": [
            {"@type": "uco-types:Hash", "uco-types:hashMethod": "MD5", "uco-types:hashValue": "12"}
        ],
    }
    parsed = bundle(
        action, *exhibits, {"@id": "kb:f", "@type": "uco-observable:File", "uco-core:hasFacet": content}
    )
    assert sorted(p.code for p in parsed.report.problems) == [
        "ACTION_WITHOUT_RECORD", "BAD_HASH", "BAD_SIZE", "BAD_TIME", "DUPLICATE_EXHIBIT_NUMBER", "TIME_WITHOUT_ZONE",
    ]  # fmt: skip
    started = parsed.actions[0].started
    assert started is not None
    assert (started.written, started.at) == ("2026-03-05T06:10:00", None)
    assert (parsed.files[0].size_bytes, parsed.files[0].hashes) == (None, {})


def test_texts_lose_what_cannot_be_stored_and_what_deceives() -> None:
    parsed = bundle(person("a", **{"uco-core:description": "exe\u202egpj\x00 \ud800 end"}))
    assert parsed.persons[0].description == "exegpj\ufffd \ufffd end"
    assert "\x00" not in json.dumps(parsed.persons[0].raw[0], ensure_ascii=False)


# --- broken bundles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "NOT_JSON", "line 1, column 1"),
        (b'{"a":\n 1,,}', "NOT_JSON", "line 2, column 4"),
        (b'{"a":\n"\xff"}', "NOT_TEXT", "line 2, column 2"),
        (b'{"a": NaN}', "NOT_JSON", "NaN"),
        (b'{"@id": "x", "a": 1, "a": 2}', "DUPLICATE_KEY", '"a" in x'),
        (b"\n" + b"[" * 10_000, "TOO_DEEP", "line 2, column 61"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "TOO_DEEP", "line 1, column 301"),
        (b'{"@context": "https://example.org/context.jsonld"}', "REMOTE_CONTEXT", "/@context"),
        (b'{"@context": [{}, "https://e/"], "@graph": []}', "REMOTE_CONTEXT", "/@context"),
        (b'{"@context": {"@import": "https://e/"}}', "REMOTE_CONTEXT", "/@context"),
        (b'{"@context": {"a": "b:x", "b": "a:y"}}', "BAD_CONTEXT", "/@context/a"),
        (b'{"@context": {"a": {"@id": "u:x", "@context": {}}}}', "BAD_CONTEXT", "/@context/a"),
        (b'{"@context": {"a": 5}}', "BAD_CONTEXT", "/@context/a"),
        (b'{"@graph": [{"@id": 5}]}', "BAD_NODE", "/@graph/0/@id"),
        (b'{"@graph": [{"@id": "u:x", "@type": [7]}]}', "BAD_NODE", "/@graph/0/@type"),
        (b'{"@graph": ["text"]}', "BAD_NODE", "/@graph/0"),
        (b'{"@graph": [{"@id": "u:x", "u:p": {"@value": {}}}]}', "BAD_NODE", "/@graph/0/u:p/@value"),
        (b'"text"', "BAD_NODE", ""),
        (b"{}", "NO_CASE_CONTENT", ""),
        (b'[{"@id": "u:x", "u:p": 5}]', "NO_CASE_CONTENT", ""),
    ],
)
def test_a_broken_bundle_says_what_and_where(data: bytes, code: str, where: str) -> None:
    with pytest.raises(BundleError) as refusal:
        read_bundle(data)
    assert (refusal.value.code, refusal.value.where) == (code, where)
    assert refusal.value.message in str(refusal.value)


def test_limits_of_size_and_number_hold() -> None:
    with pytest.raises(BundleError) as refusal:
        read_bundle(b" " * 101, max_bytes=100)
    assert refusal.value.code == "TOO_LARGE"
    with pytest.raises(BundleError) as refusal:
        bundle(*(person(f"p{n}") for n in range(11)), max_nodes=10)
    assert (refusal.value.code, refusal.value.where) == ("TOO_MANY_NODES", "/@graph/10")


def test_a_number_too_long_for_a_number_is_kept_as_written() -> None:
    document = json.dumps({"@context": CONTEXT, "@graph": [person("a", **{"kb:n": 1})]})
    long = "9" * 6000
    parsed = read_bundle(document.replace('"kb:n": 1', f'"kb:n": {long}').encode())
    assert parsed.persons[0].raw[0]["kb:n"] == long


def seconds_for(nodes: list[Any]) -> float:
    data = json.dumps({"@context": CONTEXT, "@graph": nodes}).encode()
    start = time.process_time()
    read_bundle(data, max_nodes=1_000_000)
    return time.process_time() - start


def hub(size: int) -> list[Any]:
    """One object in every exhibit, one id described over and over, one chain of references."""
    nodes: list[Any] = [{"@id": "kb:hub", "@type": "uco-observable:Device", "kb:n": n} for n in range(size)]
    nodes += [
        {
            "@id": f"kb:e{n}",
            "@type": "case-investigation:ProvenanceRecord",
            "uco-core:object": {"@id": "kb:hub"},
        }
        for n in range(size)
    ]
    nodes += [
        {
            "@id": f"kb:a{n}",
            "@type": "case-investigation:InvestigativeAction",
            "uco-action:object": [{"@id": "kb:hub"}],
        }
        for n in range(size)
    ]
    return nodes + [person(f"p{n}", **{"kb:next": {"@id": f"kb:p{n + 1}"}}) for n in range(size)]


def test_the_time_grows_with_the_size_and_not_with_its_square() -> None:
    seconds_for(hub(500))
    small, large = seconds_for(hub(1_000)), seconds_for(hub(8_000))
    assert large < 8 * small * 3, f"8 times the nodes took {large / small:.0f} times as long"


def test_hostile_strings_take_no_time() -> None:
    start = time.process_time()
    for data in (b'"' + b'\\"' * 500_000, b'{"a":"' + b"[" * 500_000, b'"' * 500_001):
        with pytest.raises(BundleError):
            read_bundle(data)
    assert time.process_time() - start < 5


def test_a_bundle_of_100_000_nodes_is_read() -> None:
    parsed = bundle(*(person(f"p{n}") for n in range(100_000)))
    assert parsed.report.counts == {"Person": 100_000}
