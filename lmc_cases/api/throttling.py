"""Requests per account: generous for programs that page through what they may see, an end for those that loop."""

from __future__ import annotations

from rest_framework.throttling import UserRateThrottle


class AccountThrottle(UserRateThrottle):
    """Counts in the shared cache; while that is away, in each process (``core.cache``)."""
