"""One id per request or task run, in every log line and audit row."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where the present work comes from. ``address`` is an IP address or ``None`` for tasks and commands."""

    request_id: str
    address: str | None = None
    channel: str = "web"


_origin: ContextVar[Origin | None] = ContextVar("lmc_origin", default=None)


def current_origin() -> Origin:
    """Return the origin of the present work; outside any, a fresh one for a command."""
    origin = _origin.get()
    if origin is None:
        origin = Origin(request_id=uuid.uuid4().hex, channel="command")
        _origin.set(origin)
    return origin


@contextmanager
def work_from(origin: Origin) -> Iterator[None]:
    """Run the block under ``origin``."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


class RequestIdFilter(logging.Filter):
    """Give each log record the request id."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through."""
        origin = _origin.get()
        record.request_id = origin.request_id if origin else "-"
        return True
