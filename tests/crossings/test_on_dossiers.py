"""Rule: a dossier names operation and crossing where both sides know them, and says the same whoever asks."""

from __future__ import annotations

import pytest
from django.utils import timezone

from lmc_cases.cases.models import Operation
from lmc_cases.cases.services import operations
from lmc_cases.crossings.models import Crossing, CrossingRequest
from lmc_cases.dossiers.services.composing import compose_facts
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.samples import Ready, ready
from tests.handovers.samples import world

pytestmark = pytest.mark.django_db


def named(r: Ready) -> list[tuple[str, ...]]:
    found = []
    for actor in (r.thai, r.chinese):
        with acting_as(actor):
            handover = HandoverRequest.objects.visible_to(actor).get(pk=r.handover.pk)
            facts = compose_facts(actor, handover, version=1, created_at=timezone.now())
            found.append(facts.crossings)
    return found


def test_the_crossing_is_named_to_both_sides_alike_until_it_is_cancelled() -> None:
    r = ready(cleared=False)
    assert named(r) == [(), ()]
    crossing = r.seated()
    assert named(r) == [(crossing.reference,)] * 2
    Crossing.objects.filter(pk=crossing.pk).update(status=Crossing.Status.CANCELLED)
    assert named(r) == [(), ()]


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_crossing_that_a_reader_may_not_see_whole_is_named_to_nobody(is_sent: bool) -> None:
    """It carries a request of which one reader of this one knows nothing: a draft."""
    r = ready(cleared=False)
    crossing = r.seated()
    other = r.w.submitted() if is_sent else r.w.draft()
    with acting_as(r.chinese):
        CrossingRequest.objects.create(
            crossing=crossing, handover=other, sending=crossing.sending, receiving=crossing.receiving
        )
    assert named(r) == [(crossing.reference,) if is_sent else ()] * 2


@pytest.mark.parametrize("invited", [True, False])
def test_the_operation_is_named_where_the_other_country_is_of_it(invited: bool) -> None:
    w = world(evidence=0, with_photo=False)
    made = operations.create_operation(actor=w.supervisor, name="ปฏิบัติการสมมติ", name_language="th")
    if invited:
        operations.invite_country(actor=w.supervisor, operation_id=made.uuid, country_code="CN")
    operations.put_case(actor=w.supervisor, operation_id=made.uuid, reference=w.case.reference)
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    with acting_as(w.thai):
        handover.refresh_from_db()
        facts = compose_facts(w.thai, handover, version=1, created_at=timezone.now())
    reference = Operation.objects.get(pk=made.pk).reference
    assert facts.operation == (f"{reference} · ปฏิบัติการสมมติ" if invited else "")
