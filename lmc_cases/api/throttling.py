"""Requests per account: generous for programs that page through what they may see, an end for those that loop."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.throttling import UserRateThrottle

if TYPE_CHECKING:
    # The framework's views load the throttles of the settings while they are loaded themselves.
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class AccountThrottle(UserRateThrottle):
    """Counts in the shared cache. When that is away nobody is counted: it guards load, never a record."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Say whether the account may ask now."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            logger.warning("The cache does not answer; API requests are not counted.")
            return True
