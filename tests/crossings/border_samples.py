"""A crossing at the border with invented people, made of rows: how it was planned is another test's matter."""

from __future__ import annotations

import datetime as dt
import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from lmc_cases.crossings.models import Crossing, CrossingRequest, Seat
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import photo_name
from lmc_cases.jurisdictions.access import acting_as
from tests.handovers.samples import World, jpeg, person


def at_border(w: World, *, people: int = 3, status: str = Crossing.Status.OPEN) -> Crossing:
    """Return a crossing from Thailand to China, opened, with so many people of the case on it."""
    with acting_as(w.thai):
        w.suspects += [person(w.thai, w.case, number) for number in range(5, 5 + people - len(w.suspects))]
    handover = w.submitted()
    with acting_as(w.thai):
        return _crossing(w, handover, status)


def _crossing(w: World, handover: HandoverRequest, status: str) -> Crossing:
    crossing = Crossing.objects.create(
        reference=f"TH-CN-{handover.pk}",
        sending=handover.requested,
        receiving=handover.requesting,
        place="Mae Sot (invented)",
        planned_at=timezone.now() + dt.timedelta(hours=1),
        seats=max(1, handover.subjects.count()),
        status=status,
        created_by=w.thai,
    )
    CrossingRequest.objects.create(
        crossing=crossing, handover=handover, sending=handover.requested, receiving=handover.requesting
    )
    for position, subject in enumerate(handover.subjects.order_by("position"), 1):
        Seat.objects.create(
            crossing=crossing,
            subject=subject,
            handover=handover,
            suspect_uuid=subject.suspect_uuid,
            position=position,
        )
    return crossing


def keep_photos(w: World) -> None:
    """Put the copies of the photographs where a disclosure keeps them."""
    for suspect in w.suspects:
        if suspect.photo_sha256:
            photo = jpeg(suspect.number)
            assert hashlib.sha256(photo).hexdigest() == suspect.photo_sha256
            if not default_storage.exists(photo_name(suspect.photo_sha256)):
                default_storage.save(photo_name(suspect.photo_sha256), ContentFile(photo))


def seats_of(w: World, crossing: Crossing) -> list[UUID]:
    """Return the seats by position."""
    with acting_as(w.thai):
        return list(crossing.manifest.order_by("position").values_list("uuid", flat=True))
