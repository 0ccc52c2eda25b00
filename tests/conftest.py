"""Test set-up shared by all tests. The harness (servers, databases, processes, browser) is in tests/harness/."""

pytest_plugins = ["tests.harness.plugin"]
