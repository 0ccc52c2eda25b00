"""How gunicorn serves: a few threads per worker, logs on standard output, no database pool across a fork."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from lmc_cases.core.private_log import keep_private

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
# Where the processes of this server leave their figures for one another; read by /metrics. Each start has its own.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="lmc-figures-")


def on_starting(server: Any) -> None:
    """Let gunicorn's own lines obey the same rules as the product's."""
    keep_private("gunicorn.error", line="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    keep_private("gunicorn.access", line="%(message)s")


def post_fork(server: Any, worker: Any) -> None:
    """Drop pools opened before the fork: a socket shared by two processes mixes their answers."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def child_exit(server: Any, worker: Any) -> None:
    """Take what a process that ended was doing at the moment out of the figures; what it had counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave no figures behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
