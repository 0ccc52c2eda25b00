"""Rule: of two officers who decide about one request at the same moment one is refused, and nothing is half done."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer
from tests.handovers.samples import world
from tests.handovers.test_every_step import TAKE, Missing


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_decide_at_once_one_is_refused() -> None:
    w = world(evidence=0, with_photo=False)
    handover = w.acknowledged()
    second = officer("TH", "supervisor")
    start, found = threading.Barrier(2), []

    def run(act: str, actor: User) -> None:
        start.wait(timeout=20)
        try:
            TAKE[act](actor, handover)
            found.append("done")
        except (Conflict, Missing) as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    pair = [
        threading.Thread(target=run, args=args) for args in (("approve", w.supervisor), ("refuse", second))
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join(timeout=30)
    assert sorted(found) == ["WrongState", "done"]
    with acting_as(w.thai):
        held = HandoverRequest.objects.get(pk=handover.pk)
        outcomes = set(held.subjects.values_list("outcome", flat=True))
    assert (held.status, outcomes) in [("APPROVED", {"GRANTED"}), ("REFUSED", {"REFUSED"})]
