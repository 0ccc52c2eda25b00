"""How gunicorn serves: a few threads per worker, logs on standard output, no database pool across a fork."""

from __future__ import annotations

import os
from typing import Any

wsgi_app = "lmc_cases.config.wsgi:application"
bind = os.environ.get("LMC_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("LMC_WEB_WORKERS", "1"))
threads = int(os.environ.get("LMC_WEB_THREADS", "6"))
# A dossier download may take longer than a page; the worker's heartbeat is its main thread and goes on.
timeout = 60
graceful_timeout = 10
max_requests = int(os.environ.get("LMC_WEB_MAX_REQUESTS", "0"))
max_requests_jitter = max_requests // 10
accesslog = "-"
errorlog = "-"
# The path only: a query string may hold a name or a document number. Keys in a path are masked.
logger_class = "lmc_cases.config.access_log.MaskingLogger"
access_log_format = '%(t)s %(p)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - heartbeat file, no data
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Drop pools opened before the fork: a socket shared by two processes mixes their answers."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()
