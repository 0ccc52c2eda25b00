"""The set-up of a fresh machine: what it installs, what it says when it cannot, and that it is quick when done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lmc_cases.config.local import assets, bootstrap, lock
from tests.harness.cluster import ROOT

SCRIPT = ROOT / "lmc_cases/config/local/bootstrap.py"


def test_an_old_python_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 4, 'final', 0); runpy.run_path(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", pretend, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("LMC Cases needs Python 3.11, 3.12 or 3.13")
    assert "Traceback" not in done.stderr


def test_the_set_up_imports_nothing_but_the_standard_library() -> None:
    probe = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='set_up');"
        "strangers = {n.partition('.')[0] for n, m in sys.modules.items() if 'site-packages' in (getattr(m, '__file__', '') or '')};"
        "print(sorted(strangers))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", probe, str(SCRIPT)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_pango_names_the_package_and_shows_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "LIBRARIES", {"libpango-not-there.so.0": "libpango-1.0-0"})
    assert bootstrap.main() == 1
    said = capsys.readouterr().err
    assert "apt-get install libpango-1.0-0" in said
    assert "Traceback" not in said


def test_a_second_run_has_nothing_to_do_and_takes_less_than_a_second() -> None:
    subprocess.run([sys.executable, str(SCRIPT)], check=True, capture_output=True)
    seconds = []
    for _ in range(3):  # the quickest of three: other tests use this machine too
        started = time.monotonic()
        done = subprocess.run([sys.executable, str(SCRIPT)], check=True, capture_output=True, text=True)
        seconds.append(time.monotonic() - started)
        assert done.stdout == ""
    assert min(seconds) < 1.0


def test_a_step_is_done_again_when_its_ingredients_or_its_result_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")
    result, done = tmp_path / "result", []

    def work() -> None:
        result.touch()
        done.append("work")

    for key in ("one", "one", "two"):
        bootstrap._step("a step", key, (result,), work)
    assert len(done) == 2
    result.unlink()
    bootstrap._step("a step", "two", (result,), work)
    assert len(done) == 3


def test_an_interrupted_step_is_not_taken_for_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")

    def breaks() -> None:
        raise bootstrap.SetUpError("no network")

    bootstrap._step("a step", "one", (), lambda: None)
    with pytest.raises(bootstrap.SetUpError):
        bootstrap._step("a step", "two", (), breaks)
    assert list((tmp_path / "stamps").iterdir()) == []


def test_every_front_end_file_named_by_a_template_is_there(tmp_path: Path) -> None:
    count = assets.copy_assets(ROOT / "node_modules", tmp_path / "vendor")
    assert count > 250
    fonts = [file for file in (tmp_path / "vendor/pdf-fonts").iterdir() if file.suffix == ".ttf"]
    assert len(fonts) == 12
    named = set()
    for template in (ROOT / "templates").rglob("*.html"):
        for part in template.read_text(encoding="utf-8").split("{% static ")[1:]:
            path = part.split("%}")[0].strip().strip("'\"")
            if path.startswith("vendor/"):
                named.add(path)
    assert named
    assert [path for path in named if not (tmp_path / path).exists()] == []


def test_style_sheets_point_to_no_file_that_is_left_out(tmp_path: Path) -> None:
    import re

    assets.copy_assets(ROOT / "node_modules", tmp_path / "vendor")
    for sheet in (tmp_path / "vendor").rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        for target in (found.strip("'\"") for found in re.findall(r"url\(([^)]*)\)", text)):
            assert target.startswith(("data:", "#")) or (sheet.parent / target).exists(), (sheet.name, target)


def test_lock_files_carry_hashes_and_no_host() -> None:
    assert list(lock.check()) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("--index-url somewhere\n", "names a host"),
        ("\nunhashed==1.0\n", "no hash for unhashed==1.0"),
    ],
)
def test_a_lock_file_with_a_fault_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, fault: str
) -> None:
    for name in (lock.BOOTSTRAP, lock.RUNTIME, lock.DEVELOPMENT, "package-lock.json", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    with (tmp_path / lock.RUNTIME).open("a") as file:
        file.write(line)
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    assert any(fault in problem for problem in lock.check())


def test_secrets_are_made_once_and_readable_by_their_owner_only() -> None:
    from lmc_cases.config.local import private

    place = Path(os.environ["LMC_VAR_DIR"]) / "secrets-test"
    first = private.secrets_in(place / "secrets.json", ["ONE"])
    second = private.secrets_in(place / "secrets.json", ["ONE", "TWO"])
    assert second["ONE"] == first["ONE"]
    assert second["TWO"] != second["ONE"]
    assert (place / "secrets.json").stat().st_mode & 0o777 == 0o600
