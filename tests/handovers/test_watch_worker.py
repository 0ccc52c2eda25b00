"""The watch over time limits by a real worker and a real clock."""

from __future__ import annotations

from typing import Any

import pytest

from lmc_cases.handovers.models import ClockWarning
from lmc_cases.jurisdictions.access import acting_as
from tests.exchange.test_import_worker import until
from tests.handovers.samples import world
from tests.handovers.test_warnings import clock_codes, since


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_warns_by_the_clock(start_worker: Any, start_beat: Any) -> None:
    w = world(evidence=0, with_photo=False)
    handover = since(w, 62)
    start_worker()
    start_beat(LMC_CLOCK_WATCH_SECONDS="1")
    until(lambda: clock_codes(w.thai) == ["clock.over"])
    with acting_as(w.thai):
        assert ClockWarning.objects.filter(handover=handover).count() == 1
