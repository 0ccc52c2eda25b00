"""What another country does with what it keeps, and events by the ten thousand."""

from __future__ import annotations

import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import psycopg

from lmc_cases.audit.canonical import SealedFacts, body_of
from lmc_cases.audit.services import sealing

ROOT = Path(__file__).resolve().parents[2]


def offline(*arguments: object) -> tuple[int, str]:
    """Run the stand-alone verifier as another country would: another process, without the project in its path."""
    script = ROOT / "lmc_cases" / "audit" / "offline" / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", str(script), *map(str, arguments)],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def vkey() -> str:
    """The public key as a country keeps it."""
    return str(sealing.trusted_keys()[0])


NOBODY = SealedFacts(
    **dict.fromkeys(
        (
            "uuid",
            "address",
            "actor",
            "agency",
            "country",
            "object_type",
            "object",
            "case",
            "owner",
            "recipient",
        ),
        "",
    ),
    **dict.fromkeys(("reference", "reason_code", "reason"), ""),
    request="bulk",
    channel="command",
    operation="CONSULTATION",
    verb="cases.listed",
    outcome="DONE",
    codes={},
)
COPY = (
    b"COPY audit_auditevent (uuid, occurred_at, request_id, channel, address_salt, operation, verb, object_type,"
    b" reference, reason_code, reason_commitment, outcome, codes, canonical) FROM STDIN"
)


def many(count: int, superuser_url: str) -> None:
    """Write events with their right bytes in one transaction."""
    with psycopg.connect(superuser_url) as bulk, bulk.cursor().copy(COPY) as copy:
        for _n in range(count):
            one = str(uuid.uuid4())
            copy.write_row(
                (
                    *(
                        one,
                        "2026-01-01T00:00:00+00:00",
                        "bulk",
                        "command",
                        "",
                        "CONSULTATION",
                        "cases.listed",
                    ),
                    *("", "", "", "", "DONE", "{}", body_of(replace(NOBODY, uuid=one))),
                )
            )
