"""``make bench``: measure on real PostgreSQL with the disk in earnest, print a table, write ``var/bench.json``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RESULT = ROOT / "var" / "bench.json"


def main(arguments: list[str]) -> int:
    """Run every benchmark; the exit code is 1 where one failed or a bar does not hold."""
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.unlink(missing_ok=True)
    env = {**os.environ, "LMC_BENCH_RESULT": str(RESULT), "LMC_TEST_DURABLE": "1"}
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "tests/bench",
        "-o",
        "python_files=bench_*.py",
        "-q",
        "-p",
        "no:xdist",
        # A million cases load for longer than any test may hang.
        "-o",
        "faulthandler_timeout=0",
    ]
    done = subprocess.run([*argv, *arguments], cwd=ROOT, env=env, check=False)
    if not RESULT.exists():
        print("bench: no benchmark wrote a row")
        return done.returncode or 1
    rows = json.loads(RESULT.read_text(encoding="utf-8"))
    return 1 if done.returncode or not all(row["holds"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
