"""Find what tests need besides Python packages, or install it: Chromium, gettext, Poppler.

The one installed; else Debian's when root; else, for the browser, Playwright's own; else say how to get it.
Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome, or of the one Playwright keeps for this user."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(Path.home() / ".cache" / "ms-playwright")))
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell"):
        found_here = sorted(kept.glob(pattern))
        if found_here:
            return str(found_here[-1])
    return None


def _all_of(*programs: str) -> Callable[[], str | None]:
    def find() -> str | None:
        paths = [shutil.which(program) for program in programs]
        return next(iter(paths)) if all(paths) else None

    return find


@dataclass(frozen=True)
class Tool:
    """One thing tests need; ``package`` is Debian's name for it."""

    name: str
    package: str
    find: Callable[[], str | None]


TOOLS = (
    Tool("Chromium", "chromium", find_chromium),
    Tool("gettext", "gettext", _all_of("xgettext", "msgmerge", "msgfmt")),
    Tool("Poppler", "poppler-utils", _all_of("pdftotext", "pdftoppm", "pdfinfo")),
)


def main(wanted: list[str]) -> int:
    """Provide the tools named, or all of them.

    Returns:
        The exit code: 1 where one is missing and cannot be had.
    """
    tools = [tool for tool in TOOLS if not wanted or tool.package in wanted]
    missing = [tool for tool in tools if tool.find() is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [tool.package for tool in missing]
        print(f"test tools: installing {', '.join(names)} with apt-get", flush=True)
        _apt(names)
    if any(tool.find is find_chromium for tool in tools) and find_chromium() is None:
        print("test tools: asking Playwright for its own Chromium", flush=True)
        subprocess.run([str(Path(sys.executable).parent / "playwright"), "install", "chromium"], check=False)
    missing = [tool for tool in tools if tool.find() is None]
    for tool in missing:
        print(
            f"test tools: {tool.name} is missing. Install it: apt-get install {tool.package}", file=sys.stderr
        )
    if not missing:
        print("test tools: " + ", ".join(f"{tool.name} {tool.find()}" for tool in tools))
    return 1 if missing else 0


def _apt(names: list[str]) -> None:
    """Two runs at once wait for each other; a failure shows in what is still missing afterwards."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-q", "-o", "DPkg::Lock::Timeout=300"]
    subprocess.run(["apt-get", "update", *options], check=False, env=env, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *options, *names]
    subprocess.run(install, check=False, env=env, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
