"""The audit's seals, as backup and monitoring use them.

Sealing is the audit's own business (``lmc_cases.audit.services.sealing``). A backup asks it to seal what is
there before it copies, and to begin a new epoch after a restore, so that a verifier is told why two signed
heads do not follow on one another. Where that module does not exist nothing is sealed, and nothing is claimed.

The functions used, by name:

- ``seal_now()`` seals everything committed so far;
- ``begin_epoch(reason)`` opens a new epoch, ``reason`` is a code;
- ``lag()`` returns what no seal covers yet: ``.seconds``, the age of the oldest such event, 0 where there is none;
- ``SealingDelayed`` is raised by ``seal_now`` when a transaction stays open for too long.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily, Metric

MODULE: Final = "lmc_cases.audit.services.sealing"


class NotSealed(Exception):
    """The record could not be sealed now; the message says why."""


def seal_now() -> bool:
    """Seal what is committed; return whether there is anything that seals.

    Raises:
        NotSealed: a transaction that may have written events stays open.
    """
    delayed: type[Exception] = getattr(_module(), "SealingDelayed", NotSealed)
    try:
        return _called("seal_now")
    except delayed as error:
        raise NotSealed(str(error)) from error


def begin_epoch(reason: str) -> bool:
    """Open a new epoch; return whether there is anything that seals."""
    return _called("begin_epoch", reason)


def figures() -> Iterator[Metric]:
    """Yield how long the oldest unsealed event waits, in seconds."""
    lag = getattr(_module(), "lag", None)
    if lag is not None:
        yield GaugeMetricFamily(
            "lmc_audit_sealing_lag_seconds",
            "Age of the oldest audit event without a seal.",
            value=float(lag().seconds),
        )


def _called(name: str, *arguments: Any) -> bool:
    function = getattr(_module(), name, None)
    if function is None:
        return False
    function(*arguments)
    return True


def _module() -> ModuleType | None:
    try:
        return importlib.import_module(MODULE)
    except ModuleNotFoundError as error:
        # Only its own absence; a module that it needs and that is missing is a fault.
        if error.name and MODULE.startswith(error.name):
            return None
        raise
