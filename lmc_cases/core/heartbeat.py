"""Keep a job's lease and write its progress while one long transaction works."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, connections

from lmc_cases.core.jobs import LeasedJob, LeaseLost

logger = logging.getLogger(__name__)


class Heartbeat(threading.Thread):
    """Each second, on a connection of its own: what the work's transaction writes nobody else sees before it ends.

    Inside a larger transaction the job itself is invisible to other connections, and nothing is written.
    """

    SECONDS = 1.0

    def __init__(
        self, model: type[LeasedJob], job_id: int, token: UUID, progress: Callable[[], dict[str, Any]]
    ) -> None:
        super().__init__(name=f"{model.task_name}-{job_id}-heartbeat", daemon=True)
        self.model = model
        self.job_id = job_id
        self.token = token
        self.progress = progress
        self.is_lost = False
        self._over = threading.Event()
        self._is_beating = not connection.in_atomic_block

    def __enter__(self) -> Heartbeat:
        if self._is_beating:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt()

    def stop(self) -> None:
        """Beat no more.

        Raises:
            LeaseLost: another worker took the job over.
        """
        self._halt()
        if self.is_lost:
            raise LeaseLost

    def run(self) -> None:
        """Beat until stopped."""
        try:
            while not self._over.wait(min(self.SECONDS, settings.JOB_LEASE_SECONDS / 4)):
                try:
                    self.model.renew(self.job_id, self.token)
                    if columns := self.progress():
                        self.model.note(self.job_id, self.token, **columns)
                except LeaseLost:
                    self.is_lost = True
                    return
                except DatabaseError:
                    # The lease lasts longer than a beat; the work's own connection decides.
                    logger.exception("job %s: no heartbeat", self.job_id)
        finally:
            connections.close_all()

    def _halt(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()
