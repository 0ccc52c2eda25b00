"""The audit of dependencies says what it found, what it could not ask, and never that nothing is known when nobody answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from lmc_cases.config.local import audit_dependencies as audit
from tests.harness.cluster import ROOT


def told(document: Any) -> audit.Runner:
    return lambda argv: (0, document if isinstance(document, str) else json.dumps(document))


def test_a_known_hole_is_named_with_its_cure_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    package = {"name": "django", "version": "5.2.0", "vulns": [{"id": "GHSA-1", "fix_versions": ["5.2.9"]}]}
    found = audit.python_packages(runner=told({"dependencies": [package]}))
    assert found == audit.Verdict(["django 5.2.0: GHSA-1 (mended in 5.2.9)"])
    assert audit.report({"Python packages": found}, must=False) == 1
    assert "GHSA-1" in capsys.readouterr().out


def test_no_hole_is_said_only_when_every_package_was_asked() -> None:
    answered = {"name": "a", "version": "1", "vulns": []}
    unasked = {"name": "b", "skip_reason": "not found"}
    assert audit.python_packages(runner=told({"dependencies": [answered]})) == audit.Verdict()
    partly = audit.python_packages(runner=told({"dependencies": [answered, unasked]}))
    assert partly.skipped == "no answer for 1 of 2 packages"


@pytest.mark.parametrize(
    "silence", ["", "no json", '{"message": "405 POST https://somewhere.example/bulk"}', "[]"]
)
def test_a_service_that_does_not_answer_is_a_skipped_step_and_no_host_is_named(
    silence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = {
        "Python packages": audit.python_packages(runner=told(silence)),
        "Node packages": audit.node_packages(runner=told(silence)),
    }
    assert all(verdict.skipped and not verdict.holes for verdict in verdicts.values())
    assert audit.report(verdicts, must=False) == 0
    assert audit.report(verdicts, must=True) == 1
    out = capsys.readouterr().out
    assert out.count("SKIPPED") == 4
    assert "http" not in out
    assert "example" not in out


def test_holes_of_browser_packages_are_named() -> None:
    document = {"vulnerabilities": {"htmx.org": {"severity": "high", "range": "<2.0.5"}}}
    assert audit.node_packages(runner=told(document)).holes == ["htmx.org: high (<2.0.5)"]
    assert audit.node_packages(runner=told({"vulnerabilities": {}})) == audit.Verdict()


def test_offline_it_asks_nobody_and_harms_nothing() -> None:
    argv = [sys.executable, "-m", "lmc_cases.config.local.audit_dependencies"]
    env = {**os.environ, "LMC_OFFLINE": "1"}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count("SKIPPED  LMC_OFFLINE=1") == 2
    insisting = {**env, "LMC_AUDIT_REQUIRED": "1"}
    assert subprocess.run(argv, cwd=ROOT, env=insisting, capture_output=True, check=False).returncode == 1


def test_no_test_and_no_check_depends_on_the_advisory_service() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in ("test:", "check:"):
        block = makefile.split(f"\n{target}", 1)[1].split("\n\n", 1)[0]
        assert "audit" not in block
    from lmc_cases.config.local.checks import CHECKS

    assert not any("audit" in " ".join(check.argv) for check in CHECKS)
