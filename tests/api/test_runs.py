"""Runs of dossiers over the API: started, watched, cancelled, resumed and tried again, by their own officer alone."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.dossiers.models import DossierRun, DossierRunItem
from lmc_cases.jurisdictions.access import acting_as
from tests.api.samples import PDF, SESSIONS, World, body
from tests.api.test_problems import is_problem

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/dossier-runs/"


def send(client: Client, address: str, body: Any = None) -> Any:
    return client.post(address, {} if body is None else body, content_type="application/json")


def test_a_run_is_started_watched_and_steered(w: World) -> None:
    client = w.client("own")
    wanted = {
        "languages": ["en", "vi"],
        "requests": [str(w.handover.uuid)],
        "priority": "nightly",
        "key": str(uuid4()),
    }
    answer = send(client, RUNS, wanted)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["total"], made["done"], made["failed"], made["state"]) == (2, 0, 0, "running")
    assert (made["scope"], made["priority"], made["languages"]) == ("REQUESTS", "nightly", ["en", "vi"])
    assert made["failures"] == []
    # Sent again on a bad line it is the same run; the same key of another officer is another run.
    assert send(client, RUNS, wanted).json()["uuid"] == made["uuid"]
    assert send(w.client("full"), RUNS, wanted).json()["uuid"] != made["uuid"]
    one = f"{RUNS}{made['uuid']}/"
    assert client.get(one).json() == made
    assert send(client, f"{one}cancel/").json()["state"] == "cancelled"
    is_problem(send(client, f"{one}retry/"), 409, "conflict")
    assert send(client, f"{one}resume/").json()["state"] == "running"
    is_problem(send(client, f"{one}retry/"), 409, "conflict")
    with acting_as(w.officers["own"]):
        DossierRunItem.objects.filter(run__uuid=made["uuid"], language="vi").update(
            state="FAILED", error_code="missing-glyph"
        )
    (failure,) = client.get(one).json()["failures"]
    assert failure == {
        "handover": str(w.handover.uuid),
        "handover_reference": w.handover.reference,
        "language": "vi",
        "code": "missing-glyph",
    }
    again = send(client, f"{one}retry/").json()
    assert (again["failed"], again["failures"]) == (0, [])
    event = AuditEvent.objects.filter(verb="dossier_run.started", object_uuid=made["uuid"]).get()
    assert (event.channel, event.actor) == ("api", w.officers["own"])


def test_a_run_of_an_operation(w: World) -> None:
    made = send(w.client("own"), RUNS, {"languages": ["th"], "operation": str(w.operation.uuid)}).json()
    assert (made["scope_reference"], made["total"]) == (w.operation.reference, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["fr"]}, "languages"),
        ({"priority": "crossing"}, "priority"),
        ({"priority": "now"}, "priority"),
        ({"requests": ["x"]}, "requests"),
        ({"requests": []}, "requests"),
        ({"status": "CLOSED"}, ""),
        ({"colour": "red"}, "colour"),
        ({"operation": "{operation}", "requests": ["{handover}"]}, "requests"),
        ({"key": "mine"}, "key"),
    ],
)
def test_what_is_refused_names_its_field(w: World, change: dict[str, Any], field: str) -> None:
    body = {"languages": ["th"], **change}
    for name, value in body.items():
        body[name] = _filled(w, value)
    problem = is_problem(send(w.client("own"), RUNS, body), 400, "invalid-input")
    assert [error["field"] for error in problem["errors"]] == [field]  # type: ignore[attr-defined]


def _filled(w: World, value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(w, one) for one in value]
    return value.format(operation=w.operation.uuid, handover=w.handover.uuid)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b"\xff"])
def test_what_is_no_object_is_refused(w: World, body: bytes) -> None:
    assert w.client("own").post(RUNS, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("viewer", [*SESSIONS, "token"])
def test_whoever_does_not_see_it_can_neither_name_nor_steer_it(w: World, viewer: str) -> None:
    client = w.client(viewer)
    for act in ("cancel", "resume", "retry"):
        for uuid in (w.dossier_run.uuid, uuid4()):
            answer = send(client, f"{RUNS}{uuid}/{act}/")
            if viewer == "own" and uuid == w.dossier_run.uuid:
                assert answer.status_code in {200, 409}
            else:
                is_problem(answer, 404, "not-found")
    for uuid in (w.dossier_run.uuid, uuid4()):
        answer = client.get(f"{RUNS}{uuid}/files/")
        if viewer == "own" and uuid == w.dossier_run.uuid:
            assert answer.status_code == 409, "nothing of it is drawn"
        else:
            is_problem(answer, 404, "not-found")
    for name, uuid in (("requests", w.handover.uuid), ("operation", w.operation.uuid), ("crossing", uuid4())):
        value = [str(uuid)] if name == "requests" else str(uuid)
        answer = send(client, RUNS, {"languages": ["en"], name: value})
        assert answer.status_code == (201 if viewer in {"own", "full"} and name != "crossing" else 404), name
    with acting_as(w.officers["own"]):
        assert DossierRun.objects.get(pk=w.dossier_run.pk).state in {"RUNNING", "CANCELLED"}


def test_without_a_name_nobody_starts_anything(w: World) -> None:
    is_problem(send(w.client("anonymous"), RUNS, {"languages": ["en"]}), 401, "not-authenticated")


def test_the_files_of_a_run_leave_as_one_archive(w: World) -> None:
    with acting_as(w.officers["own"]):
        DossierRunItem.objects.filter(run=w.dossier_run).update(
            state="DONE", dossier=w.dossier, finished_at=timezone.now()
        )
    answer = w.client("own").get(f"{RUNS}{w.dossier_run.uuid}/files/", headers={"accept": "application/zip"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        (name,) = (name for name in archive.namelist() if name != "manifest.json")
        assert archive.read(name) == PDF
    assert name.endswith("-signed.pdf")
    event = AuditEvent.objects.get(verb="dossier.downloaded")
    assert (event.channel, event.actor, event.object_uuid) == ("api", w.officers["own"], w.dossier.uuid)
