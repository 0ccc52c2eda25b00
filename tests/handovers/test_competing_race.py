"""Rule: of two officers who put different requests first at the same moment one is refused, and one request waits."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from lmc_cases.core.errors import Conflict
from lmc_cases.handovers.models import CompetingDecision, HandoverSubject
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer
from tests.handovers.test_competing import rivals


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_put_different_requests_first_one_is_refused() -> None:
    r = rivals()
    link = r.linked()
    second = officer("TH", "supervisor")
    start, found = threading.Barrier(2), []

    def run(actor: object, first: object) -> None:
        start.wait(timeout=20)
        try:
            r.put_first(link, first, actor=actor)  # type: ignore[arg-type]
            found.append("done")
        except Conflict as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    pair = [
        threading.Thread(target=run, args=args)
        for args in ((r.base.supervisor, r.chinese_request), (second, r.viet_request))
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join(timeout=30)
    assert sorted(found) == ["AlreadyDecided", "done"]
    with acting_as(r.base.thai):
        decision = CompetingDecision.objects.get()
        aside = HandoverSubject.objects.filter(outcome="POSTPONED").values_list("handover_id", flat=True)
        assert list(aside) == [
            pk for pk in (r.chinese_request.pk, r.viet_request.pk) if pk != decision.first_id
        ]
