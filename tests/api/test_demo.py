"""Rule: the demo prints a token with which a partner agency reads what was shared with it, and nothing else."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from lmc_cases.config.demo import world


@pytest.mark.django_db
def test_the_demo_s_partner_reads_one_shared_case_by_its_token(settings: Any) -> None:
    settings.DEMO = True
    world.build()
    tokens = []
    for _start in range(2):
        out = io.StringIO()
        call_command("demo_accounts", stdout=out)
        found = re.search(r"Authorization: Token ([0-9a-f]{64})", out.getvalue())
        assert found is not None
        tokens.append(found.group(1))
    answers = [
        Client().get("/api/v1/cases/", headers={"authorization": f"Token {token}"}) for token in tokens
    ]
    # The token of the start before has ended: nothing piles up.
    assert [answer.status_code for answer in answers] == [401, 200]
    assert [(row["owner"], row["level"]) for row in answers[1].json()["results"]] == [("KH", "summary")]
