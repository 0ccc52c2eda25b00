"""The shared cache, which may be away: counting then goes on inside each process.

It holds counters only (attempts at signing in, API requests, codes used a moment ago), never a record.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class SteadyCache(RedisCache):
    """Django's cache on Valkey, with a memory of the process in its place while Valkey does not answer.

    Neither open nor closed: sign-in goes on and attempts are still counted, by each process for itself. A server
    that did not answer is left alone for ``REST_SECONDS``, so that one that hangs slows one request, not each.
    Decision record 17.
    """

    REST_SECONDS: ClassVar[float] = 5.0
    # By address: one for all threads of the process, monotonic clock, in seconds.
    _away_until: ClassVar[dict[str, float]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address = str(server)
        self._own = LocMemCache(
            f"while {server} is away", params={"KEY_PREFIX": params.get("KEY_PREFIX", "")}
        )

    def _ask(self, name: str, shared: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until.get(self._address, 0.0):
            try:
                return shared(*args, **kwargs)
            except RedisError:
                self._away_until[self._address] = time.monotonic() + self.REST_SECONDS
                logger.warning("The cache does not answer; this process counts for itself.")
        return getattr(self._own, name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("add", super().add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("get", super().get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("set", super().set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("touch", super().touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("delete", super().delete, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("get_many", super().get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("has_key", super().has_key, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("incr", super().incr, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("set_many", super().set_many, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("delete_many", super().delete_many, *args, **kwargs)

    def clear(self) -> Any:
        """As Django's; the memory of this process too."""
        self._own.clear()
        return self._ask("clear", super().clear)
