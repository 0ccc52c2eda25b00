"""The Celery application. Tasks are sent by name on commit and found through each app's ``tasks`` module."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmc_cases.config.settings.local")

app = Celery("lmc_cases")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def die_with_the_worker(**_: Any) -> None:
    """Ask the kernel to end this pool process when the worker that forked it dies.

    A worker killed with SIGKILL cannot stop its pool: an orphan would go on with a job whose lease another
    worker is about to take over.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
