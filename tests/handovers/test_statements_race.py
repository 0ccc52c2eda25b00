"""Rule: of a statement and an erasure at the same moment one waits for the other, and nothing of the person is left."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from lmc_cases.handovers.models import RequestStatement
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.services.people import PersonErased
from tests.handovers.samples import World, world
from tests.handovers.test_statements import erase, stated


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("erased_first", [True, False])
def test_nothing_is_left_of_a_statement_made_while_its_person_is_erased(erased_first: bool) -> None:
    w: World = world(evidence=0, with_photo=False)
    handover = w.draft()
    acts: list[Callable[[], object]] = [lambda: erase(w, w.suspects[0]), lambda: stated(w, handover)]
    first, second = acts if erased_first else reversed(acts)
    found: list[str] = []

    def run() -> None:
        try:
            second()
            found.append("done")
        except PersonErased:
            found.append("erased")
        finally:
            connection.close()

    late = threading.Thread(target=run)
    with transaction.atomic():
        first()
        late.start()
        late.join(timeout=2)
        assert late.is_alive()
    late.join(timeout=30)
    assert found == ["erased" if erased_first else "done"]
    with acting_as(w.chinese):
        assert not RequestStatement.objects.exists()
