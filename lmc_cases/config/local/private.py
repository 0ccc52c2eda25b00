"""Secrets of one machine: made once, kept in files that only their owner reads."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def secrets_in(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Read a file of secrets, first adding those it lacks.

    Args:
        path: JSON file, mode 0600.
        names: The secrets wanted.

    Returns:
        Every wanted name with its value: 43 URL-safe characters, 256 bits.
    """
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = [name for name in names if name not in known]
    if missing:
        known.update({name: secrets.token_urlsafe(32) for name in missing})
        write_private(path, json.dumps(known, indent=1))
    return {name: known[name] for name in names}


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; from its first byte only the owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
