"""Set a fresh machine up: ``python3 lmc_cases/config/local/bootstrap.py``. Standard library only.

Each step carries the hash of what it was made from; a step whose hash has not changed is not done again, so that a
second run takes less than a second. Two runs at once wait for each other.
"""

from __future__ import annotations

import sys

OLDEST, NEWEST = (3, 11), (3, 13)
if not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit(
        f"LMC Cases needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Name another one: make demo PYTHON=python3.12"
    )

import ctypes  # noqa: E402 - an old Python must meet the line above first
import fcntl  # noqa: E402
import hashlib  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
# Run as a file, this directory would stand first on the path and its module names in front of the library's.
sys.path[0] = str(ROOT)

from lmc_cases.config.local import assets  # noqa: E402

VENV = ROOT / ".venv"
TOOLS = ROOT / "var" / "tools"
STAMPS = ROOT / "var" / "stamps"
LIBRARIES = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libfontconfig.so.1": "libfontconfig1",
}


class SetUpError(Exception):
    """The message tells a person what to do."""


def main() -> int:
    """Do what is not done yet; returns the exit code."""
    try:
        _need_native_libraries()
        (ROOT / "var").mkdir(exist_ok=True)
        with (ROOT / "var" / "bootstrap.lock").open("w") as lock:
            _wait_for(lock.fileno())
            _step("installer", _installer_key(), (TOOLS / "bin" / "uv",), _install_installer)
            _step("python packages", _packages_key(), (VENV / "bin" / "python",), _install_packages)
            _step("front-end packages", _node_key(), (ROOT / "node_modules",), _install_node_packages)
            _step("front-end files", _assets_key(), (ROOT / "static" / "vendor",), _copy_assets)
            _step("message catalogues", *_catalogues(), _compile_catalogues)
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def _step(name: str, key: str, results: Iterable[Path], work: Callable[[], None]) -> None:
    stamp = STAMPS / name.replace(" ", "-")
    if stamp.exists() and stamp.read_text() == key and all(result.exists() for result in results):
        return
    started = time.monotonic()
    print(f"set-up: {name} ...", flush=True)
    stamp.unlink(missing_ok=True)
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)
    print(f"set-up: {name} done in {time.monotonic() - started:.1f} s", flush=True)


def _wait_for(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("set-up: another run is at it, waiting ...", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _need_native_libraries() -> None:
    """WeasyPrint draws with Pango. Its font subsetting comes from a wheel, so harfbuzz-subset is not needed."""
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if missing:
        raise SetUpError(
            "the text layout library Pango is not complete on this machine. Install it, then run this again:\n"
            f"  Debian, Ubuntu: apt-get install {' '.join(missing)}\n"
            "  Fedora: dnf install pango"
        )


def _run(argv: list[str], failure: str) -> None:
    """Run an installer; its own words are shown only where it fails."""
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NO_UPDATE_NOTIFIER": "1",
        "UV_LINK_MODE": "copy",
    }
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetUpError(f"{failure}\n{done.stdout}{done.stderr}".rstrip())


def _hash(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _interpreter() -> str:
    """The Python that stands behind a virtual environment, where we were started from one."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return str(base)


def _installer_key() -> str:
    return _hash(str(ROOT), sys.version, ROOT / "requirements-bootstrap.lock")


def _install_installer() -> None:
    shutil.rmtree(TOOLS, ignore_errors=True)
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it, and venv would fail halfway
    except ImportError as error:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetUpError(
            f"this Python has no ensurepip. On Debian or Ubuntu: apt-get install {package}"
        ) from error
    _run([_interpreter(), "-m", "venv", str(TOOLS)], "could not make a virtual environment")
    pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run(
        [*pip, "--require-hashes", "--requirement", "requirements-bootstrap.lock"],
        "could not install the installer; is the package index reachable?",
    )


def _packages_key() -> str:
    return _hash(str(ROOT), sys.version, ROOT / "requirements-dev.lock")


def _install_packages() -> None:
    uv = str(TOOLS / "bin" / "uv")
    if not _venv_fits():
        _run(
            [uv, "venv", "--quiet", "--clear", "--python", _interpreter(), str(VENV)], "could not make .venv"
        )
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV / "bin" / "python")]
    _run([*sync, "requirements-dev.lock"], "could not install the Python packages")


def _venv_fits() -> bool:
    """Whether .venv is of this Python version and was made in this place (its scripts name it)."""
    config = VENV / "pyvenv.cfg"
    script = VENV / "bin" / "activate"
    if not config.exists() or not script.exists() or str(VENV) not in script.read_text(errors="replace"):
        return False
    ask = [str(VENV / "bin" / "python"), "-c", "import sys; print(sys.version)"]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == sys.version


def _node_key() -> str:
    files = [ROOT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    return _hash(str(ROOT), *files)


def _install_node_packages() -> None:
    npm = [str(VENV / "bin" / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run(npm, "could not install the front-end packages")


def _assets_key() -> str:
    return _hash(ROOT / "package-lock.json", ROOT / "lmc_cases" / "config" / "local" / "assets.py")


def _copy_assets() -> None:
    try:
        assets.copy_assets(ROOT / "node_modules", ROOT / "static" / "vendor")
    except assets.AssetMissingError as error:
        raise SetUpError(str(error)) from error


def _catalogues() -> tuple[str, list[Path]]:
    sources = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    return _hash(*sources), [source.with_suffix(".mo") for source in sources]


def _compile_catalogues() -> None:
    python = str(VENV / "bin" / "python")
    _run([python, "-m", "lmc_cases.config.local.catalogues"], "could not compile the message catalogues")


if __name__ == "__main__":
    sys.exit(main())
