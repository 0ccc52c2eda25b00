"""Test set-up shared by all tests. The harness (servers, databases, processes, browser) is in tests/harness/."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.harness.plugin"]

# How fast a machine is, is no property of the code: a property test fails for what it finds alone.
settings.register_profile("lmc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lmc")
