"""The finished main job with a web server beside it, once per file: its pages are looked at in many ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # pytest reads this file before the settings have a name
    from tests.e2e.visitors import World


@pytest.fixture(scope="module")
def scene(
    superuser_url: str, django_db_blocker: Any, program_logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Run the main job through services and a real worker; serve it without the second factor."""
    from django.core.cache import cache

    from lmc_cases.config.demo import main_job, world
    from tests.e2e.visitors import World
    from tests.harness.programs import Web, Worker
    from tests.harness.reset import Reset

    reset = Reset(superuser_url)
    worker = Worker("e2e-worker", program_logs)
    web = Web("e2e-web", program_logs, {"LMC_DEMO": "1", "LMC_SECOND_FACTOR_COMPULSORY": "0"})
    with django_db_blocker.unblock():
        try:
            world.build()
            worker.start()
            outcome = main_job.run(say=lambda line: None, folder=tmp_path_factory.mktemp("dossiers"))
            worker.wait_idle()
            worker.stop()
            web.start()
            yield World(web.url, outcome.case_reference)
        finally:
            worker.stop()
            web.stop()
            reset()
            cache.clear()
