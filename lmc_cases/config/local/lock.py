"""The lock files: compile them anew, or check that they carry hashes, name no host and cover what is asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
BOOTSTRAP, RUNTIME, DEVELOPMENT = "requirements-bootstrap.lock", "requirements.lock", "requirements-dev.lock"
HOST = re.compile(r"https?://|--index-url|--extra-index-url|--find-links", re.IGNORECASE)
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^]]*\])?==(\S+)")


def main(arguments: list[str]) -> int:
    """Compile, or check; returns the exit code."""
    if arguments == ["check"]:
        problems = list(check())
        for problem in problems:
            print(problem)
        return 1 if problems else 0
    compile_all(upgrade="--upgrade" in arguments)
    return main(["check"])


def compile_all(*, upgrade: bool) -> None:
    """Compile the three Python locks and npm's, then prove npm's by an installation."""
    options = [
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
        "--python-version",
        "3.11",
    ]
    options += ["--custom-compile-command", "make lock", *(["--upgrade"] if upgrade else [])]
    uv = [str(BIN / "uv"), "pip", "compile", *options]
    _run([*uv, "pyproject.toml", "--output-file", RUNTIME])
    _run([*uv, "pyproject.toml", "--group", "dev", "--constraint", RUNTIME, "--output-file", DEVELOPMENT])
    with tempfile.TemporaryDirectory() as name:
        # The installer is the one that the development lock holds.
        wanted = Path(name) / "requirements.in"
        wanted.write_text(f"uv=={pins(ROOT / DEVELOPMENT)['uv']}\n")
        _run([*uv, "--no-annotate", str(wanted), "--output-file", BOOTSTRAP])
    npm = str(BIN / "npm")
    _run([npm, "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"])
    _run([npm, "ci", "--ignore-scripts"])


def check() -> Iterator[str]:
    """Name every fault of the lock files."""
    for name in (BOOTSTRAP, RUNTIME, DEVELOPMENT):
        text = (ROOT / name).read_text(encoding="utf-8")
        if HOST.search(text):
            yield f"{name} names a host"
        for block in re.split(r"\n(?=[A-Za-z0-9])", text):
            if PINNED.match(block) and "--hash=sha256:" not in block:
                yield f"{name}: no hash for {block.splitlines()[0]}"
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for place, package in lock["packages"].items():
        if "resolved" in package:
            yield f"package-lock.json names a host at {place}"
        if place and not package.get("link") and "integrity" not in package:
            yield f"package-lock.json has no hash for {place}"
    yield from _uncovered()


def _uncovered() -> Iterator[str]:
    """Requirements that a lock does not meet: somebody changed pyproject.toml without `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    development = [*project["project"]["dependencies"]]
    development += [line for group in groups.values() for line in group if isinstance(line, str)]
    for name, requirements in ((RUNTIME, project["project"]["dependencies"]), (DEVELOPMENT, development)):
        known = pins(ROOT / name)
        for line in requirements:
            requirement = Requirement(line)
            version = known.get(canonicalize_name(requirement.name))
            if version is None or not requirement.specifier.contains(version, prereleases=True):
                yield f"{name} does not hold {line}; run `make lock`"
    runtime, all_of_it = pins(ROOT / RUNTIME), pins(ROOT / DEVELOPMENT)
    for package, version in runtime.items():
        if all_of_it.get(package) != version:
            yield f"{RUNTIME} and {DEVELOPMENT} disagree on {package}; run `make lock`"


def pins(path: Path) -> dict[str, str]:
    """Package names and versions of a lock file."""
    found = (PINNED.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(match.group(1)): match.group(3).rstrip(" \\;") for match in found if match}


def _run(argv: list[str]) -> None:
    print("lock:", " ".join([Path(argv[0]).name, *argv[1:3]]), flush=True)
    subprocess.run(argv, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
