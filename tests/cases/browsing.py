"""A signed-in client per officer, and what a page says in plain text."""

from __future__ import annotations

import html
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lmc_cases.accounts.models import User
from tests.factories import say_why_all


def signed_in(user: User) -> Client:
    """Return a client whose requests are this officer's, who has said why each foreign case seen now is read.

    What the question itself does is tested in test_reading_reasons.py.
    """
    say_why_all(user)
    client = Client()
    client.force_login(user)
    return client


def words(response: object) -> str:
    """Return a page's text: tags out, white space as one."""
    body = response.content.decode()  # type: ignore[attr-defined]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def status_and_cost(client: Client, path: str) -> tuple[int, list[str]]:
    """Return the status and the statements of a request, values taken out."""
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
    kinds = [
        re.sub(r"'[^']*'|\b\d+\b|\"s\d+_x\d+\"", "?", query["sql"]) for query in queries.captured_queries
    ]
    return status, kinds
