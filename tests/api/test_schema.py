"""Rule: the schema is valid, every answer is what it says, and the page shows all of it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from lmc_cases.api.schema import schema_document
from tests.api.samples import World, body
from tests.api.test_leaks import LISTS, RECORDS, REFERENCE, REFERENCE_ROWS


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
    assert schema_document()["openapi"].startswith("3.1")


def test_the_schema_names_no_primary_key_and_takes_nothing_but_uuids() -> None:
    document = schema_document()
    for name, schema in document["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert field not in {"id", "pk"}, name
            assert field == "request_id" or not field.endswith("_id"), f"{name}.{field}"
    for path, operations in document["paths"].items():
        # Read is everything; runs of dossiers are started here, and nothing else is written.
        written = {"get": "list", "post": "start"} if path == "/api/v1/dossier-runs/" else {"get": "read"}
        acts = ("/cancel/", "/resume/", "/retry/")
        assert set(operations) == ({"post"} if path.endswith(acts) else set(written)), path
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    assert parameter["schema"]["format"] == "uuid"


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas so that a field they do not name fails."""
    schemas = copy.deepcopy(document["components"]["schemas"])

    def close(schema: Any) -> None:
        if isinstance(schema, dict):
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
            for part in schema.values():
                close(part)
        elif isinstance(schema, list):
            for part in schema:
                close(part)

    close(schemas)
    return schemas


@pytest.mark.django_db
@pytest.mark.parametrize("viewer", ["own", "full", "summary", "existence", "foreign", "token", "anonymous"])
def test_every_answer_is_what_the_schema_says(w: World, viewer: str) -> None:
    """Rule: checked for each endpoint and level, refusals included; nothing undocumented leaves."""
    document = schema_document()
    schemas = closed(document)
    client = w.client(viewer)
    addresses = {
        **{name: address(w) for name, (address, _allowed) in RECORDS.items()},
        **{name: f"{name}/?limit=3" for name in (*LISTS, *REFERENCE)},
    }
    if viewer != "anonymous":
        for name in REFERENCE:
            row = client.get(f"/api/v1/{name}/?limit=1").json()["results"][0]
            addresses[f"one of {name}"] = f"{name}/{row['uuid']}/"
        assert len(addresses) == len(RECORDS) + len(LISTS) + len(REFERENCE) + len(REFERENCE_ROWS)
    for name, address in addresses.items():
        answer = client.get(f"/api/v1/{address}")
        template = "/api/v1/" + "/".join(
            "{uuid}" if len(part) == 36 else part for part in address.split("?")[0].split("/")
        )
        responses = document["paths"][template]["get"]["responses"]
        content = responses[str(answer.status_code)]["content"]
        media_type = answer["Content-Type"].split(";")[0]
        assert media_type in content, (name, media_type)
        if "json" not in media_type:
            assert body(answer)
            continue
        schema = {**content[media_type]["schema"], "components": {"schemas": schemas}}
        faults = list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json()))
        assert not faults, (name, faults[0].json_path, faults[0].message)


@pytest.mark.django_db
def test_the_schema_is_for_those_who_have_business_here(w: World) -> None:
    assert Client().get("/api/v1/schema/").status_code == 401
    for viewer in ("own", "token"):
        answer = w.client(viewer).get("/api/v1/schema/")
        assert answer.status_code == 200
        assert answer.json()["paths"].keys() == schema_document()["paths"].keys()
    start = w.client("token").get("/api/v1/").json()
    assert start["cases"] == "http://testserver/api/v1/cases/"


@pytest.mark.django_db
def test_no_law_is_passed_off_as_reviewed(w: World) -> None:
    row = w.client("token").get("/api/v1/legal-instruments/?limit=1").json()["results"][0]
    assert row["reviewed_by_lawyer"] is False
    assert row["source"]
    assert row["confidence"]


@pytest.mark.django_db
def test_the_page_names_every_address_and_every_field(w: World) -> None:
    assert Client().get("/api/v1/docs/").status_code == 302
    page = w.client("own").get("/api/v1/docs/").content.decode()
    document = schema_document()
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page
    for name in ("texts[].language", "birth.as_written", "custody[].kind", "totals.losses[].amount"):
        assert f">{name}</code>" in page, name
    for resource in (
        "CaseOut",
        "SuspectOut",
        "ExhibitOut",
        "HandoverOut",
        "DossierOut",
        "LegalInstrumentOut",
    ):
        for field in document["components"]["schemas"][resource]["properties"]:
            assert f">{field}</code>" in page or f">{field}[]</code>" in page, field
