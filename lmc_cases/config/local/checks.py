"""Everything that can be checked without running a test: ``make check``, and the first half of ``make test``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
LOCAL = "lmc_cases.config.local"
# Tools that read the code load these settings; they connect nowhere.
ENVIRONMENT = {**os.environ, "DJANGO_SETTINGS_MODULE": "lmc_cases.config.settings.static"}
COMPOSE = ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker/compose.yaml")


@dataclass(frozen=True)
class Check:
    """One check: a program of this environment whose exit code says whether it holds."""

    name: str
    argv: tuple[str, ...]

    def run(self) -> tuple[Check, float, str | None]:
        """Run it.

        Returns:
            Itself, its time in seconds, and what it printed where it failed.
        """
        started = time.monotonic()
        program = str(BIN / self.argv[0])
        done = subprocess.run(
            [program, *self.argv[1:]], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        failure = None if done.returncode == 0 else f"{done.stdout}{done.stderr}".rstrip() or "failed"
        return self, time.monotonic() - started, failure


CHECKS = (
    Check("types", ("mypy",)),
    Check("messages", ("python", "-m", f"{LOCAL}.messages", "check")),
    # Linted, not formatted: the formatter puts line breaks into text that is printed or read aloud.
    Check("templates", ("djlint", "--lint", "--quiet", "templates")),
    Check("imports", ("lint-imports", "--no-cache")),
    Check("migrations", ("python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("django", ("python", "manage.py", "check", "--fail-level", "WARNING")),
    Check("lint", ("ruff", "check", "--quiet", ".")),
    Check("form", ("ruff", "format", "--check", "--quiet", ".")),
    Check("container file", ("hadolint", "docker/Dockerfile")),
    Check("compose file", COMPOSE),
    Check("lock files", ("python", "-m", f"{LOCAL}.lock", "check")),
    Check("third-party notices", ("python", "-m", f"{LOCAL}.notices", "check")),
    Check("installed packages", ("uv", "pip", "check", "--quiet", "--python", sys.executable)),
    Check("house rules", ("python", "-m", f"{LOCAL}.house_rules")),
)


def main() -> int:
    """Run all checks, two at a time; returns the exit code."""
    failures = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, seconds, failure in pool.map(Check.run, CHECKS):
            print(f"check: {check.name:<20} {'FAILED' if failure else 'ok':<6} {seconds:5.1f} s", flush=True)
            if failure:
                failures.append((check, failure))
    for check, failure in failures:
        print(f"\n--- {check.name}: {' '.join(check.argv)}\n{failure}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
