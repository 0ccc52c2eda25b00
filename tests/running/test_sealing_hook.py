"""Backup and monitoring use the audit's seals by name: there or not, late or not."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lmc_cases.config import sealing


class Delayed(Exception):
    """A transaction stays open."""


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for the audit's module, of the same names."""
    module: Any = ModuleType("invented_sealing")
    module.calls = []
    module.SealingDelayed = Delayed
    module.seal_now = lambda: module.calls.append("seal_now")
    module.begin_epoch = lambda reason: module.calls.append(("begin_epoch", reason))
    module.lag = lambda: SimpleNamespace(seconds=12.5)
    monkeypatch.setitem(sys.modules, "invented_sealing", module)
    monkeypatch.setattr(sealing, "MODULE", "invented_sealing")
    return module


def test_without_seals_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MODULE", "lmc_cases.audit.nothing_here")
    assert sealing.seal_now() is False
    assert sealing.begin_epoch("restored") is False
    assert list(sealing.figures()) == []


def test_seals_are_made_epochs_begun_and_the_lag_told(sealed: Any) -> None:
    assert sealing.seal_now() is True
    assert sealing.begin_epoch("restored") is True
    assert sealed.calls == ["seal_now", ("begin_epoch", "restored")]
    (metric,) = sealing.figures()
    assert (metric.name, metric.samples[0].value) == ("lmc_audit_sealing_lag_seconds", 12.5)


def test_a_seal_that_must_wait_is_said_in_words(sealed: Any) -> None:
    def delayed() -> None:
        raise Delayed("a transaction has been open for too long")

    sealed.seal_now = delayed
    with pytest.raises(sealing.NotSealed, match="open for too long"):
        sealing.seal_now()


def test_a_fault_inside_the_audits_module_is_not_taken_for_its_absence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'cryptography'", name="cryptography")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError):
        sealing.seal_now()


def test_the_audits_module_has_the_names_where_it_exists() -> None:
    module = sealing._module()
    for name in ("seal_now", "begin_epoch", "lag", "SealingDelayed") if module else ():
        assert callable(getattr(module, name)), name
