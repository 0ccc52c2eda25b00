"""Known holes in what is locked: ``make audit-dependencies``, with pip-audit and ``npm audit``.

Both ask an advisory service. On a machine that reaches none, or with ``LMC_OFFLINE=1``, the step says so and is
skipped; ``LMC_AUDIT_REQUIRED=1`` makes a skipped step a failure, for the machine that releases. Part of no
other command: a test must not turn red because somebody published an advisory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
PATIENCE_SECONDS: Final = 300


@dataclass(frozen=True)
class Verdict:
    """What one auditor found.

    Attributes:
        holes: one line each: package, version, advisory, where it is mended.
        skipped: what was not asked, and why; "" where everything was.
    """

    holes: list[str] = field(default_factory=list)
    skipped: str = ""


Runner = Callable[[list[str]], tuple[int, str]]


def run(argv: list[str]) -> tuple[int, str]:
    """Return exit code and standard output; what is written on standard error may name hosts and is dropped."""
    program = str(BIN / argv[0])
    try:
        done = subprocess.run(
            [program, *argv[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    except FileNotFoundError:
        return 127, ""
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout


def python_packages(lock: str = "requirements.lock", *, runner: Runner = run) -> Verdict:
    """Audit a lock file of Python packages."""
    argv = ["pip-audit", "--requirement", lock, "--disable-pip", "--require-hashes"]
    _code, text = runner([*argv, "--format", "json", "--progress-spinner", "off"])
    told = _parsed(text)
    if "dependencies" not in told:
        return Verdict(skipped="the advisory service for Python packages does not answer here")
    holes, unasked = [], 0
    for package in told["dependencies"]:
        # pip-audit calls a package without an answer "skipped" and ends as if nothing were known against it.
        unasked += "skip_reason" in package
        for hole in package.get("vulns", ()):
            mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
            holes.append(
                f"{package['name']} {package.get('version', '?')}: {hole['id']} (mended in {mended})"
            )
    if unasked:
        return Verdict(holes, f"no answer for {unasked} of {len(told['dependencies'])} packages")
    return Verdict(holes)


def node_packages(*, runner: Runner = run) -> Verdict:
    """Audit package-lock.json: what reaches a browser; what only builds it stays out."""
    _code, text = runner(["npm", "audit", "--omit=dev", "--json"])
    told = _parsed(text)
    if "vulnerabilities" not in told:
        return Verdict(skipped="the advisory service for Node packages does not answer here")
    holes = [
        f"{name}: {hole.get('severity', '?')} ({hole.get('range', '?')})"
        for name, hole in sorted(told["vulnerabilities"].items())
    ]
    return Verdict(holes=holes)


def _parsed(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def report(verdicts: dict[str, Verdict], *, must: bool) -> int:
    """Print what was found; returns the exit code."""
    failed = False
    for name, verdict in verdicts.items():
        if verdict.skipped:
            print(f"audit: {name:<16} SKIPPED  {verdict.skipped}", flush=True)
            failed = failed or must
        if verdict.holes:
            print(f"audit: {name:<16} {len(verdict.holes)} known holes", flush=True)
            for hole in verdict.holes:
                print(f"  {hole}", flush=True)
            failed = True
        elif not verdict.skipped:
            print(f"audit: {name:<16} ok       no known hole", flush=True)
    return 1 if failed else 0


def main() -> int:
    """Audit both; returns the exit code."""
    if os.environ.get("LMC_OFFLINE") == "1":
        asked = dict.fromkeys(("Python packages", "Node packages"), Verdict(skipped="LMC_OFFLINE=1"))
    else:
        asked = {"Python packages": python_packages(), "Node packages": node_packages()}
    return report(asked, must=os.environ.get("LMC_AUDIT_REQUIRED") == "1")


if __name__ == "__main__":
    sys.exit(main())
