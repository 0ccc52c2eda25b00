"""Files never become pages of this origin: each answer that carries one is asked here."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from lmc_cases.core.sending import send_file
from lmc_cases.evidence.services.files import upload_file
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from tests.leaks.shared import built as built  # noqa: PLC0414 - a fixture
from tests.leaks.world import World
from tests.security.samples import browser_of

ROOT = Path(__file__).resolve().parents[2] / "lmc_cases"


@pytest.fixture
def world(built: World, db: None, one_factor: None) -> World:
    return copy.deepcopy(built)


def file_answers(world: World) -> Iterator[tuple[str, Any]]:
    """Every answer of pages and API that carries a file, as the owner's officer gets it."""
    client = browser_of(world.viewers["own"])
    parts = world.parts
    suspect = {"case_uuid": world.case.uuid, "uuid": parts["suspect"].uuid}
    item = {"case_uuid": world.case.uuid, "uuid": parts["item"].uuid}
    photo = {"uuid": parts["dossier"].uuid, "sha256": parts["suspect"].photo_sha256}
    yield "photograph", client.get(reverse("suspects:photo", kwargs=suspect))
    yield "photograph in a dossier", client.get(reverse("dossiers:photo", kwargs=photo))
    yield "exhibit", client.post(reverse("evidence:download", kwargs=item))
    yield "exhibit by API", client.get(f"/api/v1/evidence/{parts['item'].uuid}/file/")
    yield "photograph by API", client.get(f"/api/v1/suspects/{parts['suspect'].uuid}/photo/")


def assert_harmless(kind: str, answer: Any) -> None:
    assert answer.status_code == 200, kind
    assert answer["Content-Disposition"].startswith("attachment;"), kind
    assert answer["X-Content-Type-Options"] == "nosniff", kind
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert {"default-src 'none'", "frame-ancestors 'none'", "sandbox"} <= policy, kind
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", kind
    assert answer["Cache-Control"] == "private, no-store", kind
    assert answer["Referrer-Policy"] == "no-referrer", kind


def test_every_file_is_an_attachment_that_runs_nothing_and_no_other_site_embeds(world: World) -> None:
    seen = []
    for kind, answer in file_answers(world):
        assert_harmless(kind, answer)
        seen.append((kind, answer["Content-Type"]))
    assert seen == [
        ("photograph", "image/jpeg"),
        ("photograph in a dossier", "image/jpeg"),
        ("exhibit", "application/octet-stream"),
        ("exhibit by API", "application/octet-stream"),
        ("photograph by API", "image/jpeg"),
    ]


def test_the_dossier_and_the_error_table_leave_the_same_way() -> None:
    """Rule: both answers are built by the one function (see the next test); here is what it gives."""
    for name, media_type in (("a.pdf", "application/pdf"), ("ตาราง.csv", "text/csv; charset=utf-8")):
        answer = send_file(b"x", name=name, media_type=media_type)
        assert answer["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Type"] == media_type
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.getvalue() == b"x"


def test_only_one_module_builds_answers_that_carry_a_file() -> None:
    """Rule: no view streams, names a file or opens one to the browser by itself."""
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        if path == ROOT / "core" / "sending.py":
            continue
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in {"FileResponse", "StreamingHttpResponse"}:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
            if isinstance(node, ast.Constant) and node.value == "Content-Disposition":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} Content-Disposition")
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("program.js", b"alert(1)"),
        ("style.css", b"body{background:url(//evil.example)}"),
        ("paper.xml", b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'/>"),
    ],
)
def test_whatever_was_uploaded_comes_back_as_bytes_of_unknown_type(
    world: World, name: str, content: bytes
) -> None:
    import io

    thai = world.viewers["own"]
    details = ExhibitDetails(exhibit_number="E-9", kind="FILE", description="Invented", language="en")
    item = add_item(actor=thai, case_id=world.case.uuid, details=details)
    upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(content), name=name)
    where = {"case_uuid": world.case.uuid, "uuid": item.uuid}
    for answer in (
        browser_of(thai).post(reverse("evidence:download", kwargs=where)),
        browser_of(thai).get(f"/api/v1/evidence/{item.uuid}/file/"),
    ):
        assert_harmless(name, answer)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer.getvalue() == content


def test_no_address_of_the_server_leads_into_the_folder_of_files(world: World) -> None:
    client = browser_of(world.viewers["own"])
    stored = world.parts["item"].__class__.objects.get(pk=world.parts["item"].pk).file.name
    for start in ("/", "/media/", "/files/", "/static/", "/static/../", "/static/..%2f"):
        assert client.get(f"{start}{stored}").status_code == 404, start
