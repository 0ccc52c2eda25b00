"""A case with many persons, and an officer's browser asking for its list."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.exports.models import ListExport
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.services.bulk import ImportedPerson, insert_suspects
from tests.factories import open_case


def case_with_persons(actor: User, count: int) -> Case:
    """Return a case of the officer's country with that many invented persons."""
    case = open_case(actor)
    rows = (
        ImportedPerson(
            row=place + 1,
            fingerprint=f"{place:064x}",
            name_original=f"ผู้ต้องสงสัย {place}",
            name_romanised=f"Invented {place}",
            aliases=("Ah Invented",),
            birth_date_text="03/05/2533",
            nationality="TH",
            remarks="line one\nline two",
            documents=(),
        )
        for place in range(1, count + 1)
    )
    insert_suspects(actor=actor, case_id=case.uuid, rows=rows, import_run=uuid.uuid4())
    return case


def client_of(user: User) -> Client:
    """Return a browser in which the officer is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def persons_of(case: Case) -> str:
    """Return the address of the case's persons."""
    return reverse("suspects:list", args=[case.uuid])


def asked_for(user: User, address: str, *, query: str = "", kind: str = "csv") -> ListExport:
    """Ask for a list that is too long, on its own page; return what is owed."""
    answer = client_of(user).post(f"{address}?{query}", {"format": kind})
    assert answer.status_code == 302, answer.status_code
    found = read_by(user, answer["Location"].rstrip("/").rpartition("/")[2])
    assert answer["Location"] == reverse("exports:detail", args=[found.uuid])
    return found


def read_by(user: User, public_id: Any) -> ListExport:
    """Return a file of the officer as it stands now."""
    with acting_as(user):
        return ListExport.objects.visible_to(user).get(uuid=public_id)


def downloaded(user: User, export: ListExport) -> bytes:
    """Return the file as the officer's browser receives it."""
    answer: Any = client_of(user).get(reverse("exports:download", args=[export.uuid]))
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


def lines(content: bytes) -> list[list[str]]:
    """Return the cells of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
