"""Requests for the handover of persons, co-owned by both countries."""
