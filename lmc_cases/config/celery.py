"""The Celery application. Tasks are sent by name on commit and found through each app's ``tasks`` module."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmc_cases.config.settings.local")

app = Celery("lmc_cases")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_product_does(**_: Any) -> None:
    """Keep Celery from writing lines of its own form: they would hold exceptions word for word."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def start_on_a_fit_database_only(**_: Any) -> None:
    """Stop at once, with the remedy, instead of working on a database that finds or guards nothing."""
    from django.db import connections

    from lmc_cases.core.checks import UnfitDatabase, refuse_unfit_database

    try:
        refuse_unfit_database()
    except UnfitDatabase:
        # Celery keeps exceptions of a signal to itself; this one must end the process. The log names the faults.
        sys.exit(3)
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """Load once what every dossier needs, and keep the collector from walking over it for the rest of the life.

    Fonts and style sheet cost as much as several dossiers. What stands after loading never becomes garbage; what a
    dossier leaves behind is collected in larger lots.
    """
    from lmc_cases.dossiers.rendering import RenderingFailed
    from lmc_cases.dossiers.rendering import warm_up as warm_engine

    try:
        warm_engine()
    except RenderingFailed as error:
        # Notices and imports go on; each dossier ends with this code, and its officer is told.
        logging.getLogger(__name__).error("dossiers cannot be drawn here: %s: %s", error.code, error.detail)
    gc.collect()
    gc.freeze()
    # Seldom, but through all ages: a drawn dossier outlives the young ones, and would stay for thousands of others.
    gc.set_threshold(50_000, 2, 2)


@worker_process_init.connect
def die_with_the_worker(**_: Any) -> None:
    """Ask the kernel to end this pool process when the worker that forked it dies.

    A worker killed with SIGKILL cannot stop its pool: an orphan would go on with a job whose lease another
    worker is about to take over.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
