"""Composes the REST API; no rules of its own."""
