"""The world's crossing and its receipt, by hand: checks still hold the person back."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from lmc_cases.crossings.models import (
    BorderPack,
    Crossing,
    CrossingRequest,
    HeadCount,
    ManifestDocument,
    ManifestRequest,
    Mark,
    Receipt,
    ReceiptDocument,
    ReceiptSignature,
    Seat,
)
from lmc_cases.crossings.receipt_facts import ReceiptFacts
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.jurisdictions.access import acting_as

if TYPE_CHECKING:
    from tests.leaks.world import World


def jpeg() -> ContentFile[bytes]:
    """An invented photograph taken at the border."""
    out = io.BytesIO()
    Image.new("RGB", (60, 80), (90, 80, 70)).save(out, "JPEG")
    return ContentFile(out.getvalue(), name="border.jpg")


def cross(world: World) -> None:
    """A crossing with the person on it, marked and counted; by hand, for checks still hold the person back."""
    thai, handover, subject = world.viewers["own"], world.parts["handover"], world.parts["subject"]
    now = timezone.now()
    with acting_as(thai):
        crossing = Crossing(
            reference="TH-C-0000-000001",
            sending=handover.requested,
            receiving=handover.requesting,
            place="MARKREQUEST place",
            planned_at=now + dt.timedelta(days=1),
            seats=10,
            split_uuid=uuid4(),
            created_by=thai,
        )
        crossing.save()
        CrossingRequest.objects.create(
            crossing=crossing, handover=handover, sending=crossing.sending, receiving=crossing.receiving
        )
        seat = Seat.objects.create(
            crossing=crossing,
            subject=subject,
            handover=handover,
            suspect_uuid=subject.suspect_uuid,
            position=1,
        )
        face = jpeg()
        world.parts["mark"] = Mark.objects.create(
            uuid=uuid4(),
            crossing=crossing,
            seat=seat,
            country=crossing.sending,
            outcome="ABSENT",
            reason="MARKREQUEST reason",
            marked_at=now,
            marked_by=thai,
            photo=face,
            photo_sha256=hashlib.sha256(face.read()).hexdigest(),
        )
        HeadCount.objects.create(
            crossing=crossing, country=crossing.sending, persons=0, counted_by=thai, counted_at=now
        )
        facts = ReceiptFacts(
            number="TH-C-0000-000001-R1",
            version=1,
            crossing=crossing.reference,
            sending=Country(crossing.sending.code),
            receiving=Country(crossing.receiving.code),
            place="MARKREQUEST",
            border_point="",
            carrier="",
            planned_at=Moment(now, "Asia/Bangkok"),
            escorts="",
            interpreters="",
            drawn_at=Moment(now, "Asia/Bangkok"),
            drawn_by=thai.full_name,
            persons=(),
            counts=(),
            exhibits=(),
            dossiers=(),
        )
        receipt = Receipt.objects.create(
            number=facts.number,
            crossing=crossing,
            version=1,
            facts=json.loads(facts.canonical_bytes()),
            sha256=facts.sha256,
            drawn_by=thai,
            drawn_at=now,
        )
        ReceiptSignature.objects.create(
            receipt=receipt,
            country=crossing.sending,
            officer=thai,
            outcome="REFUSED",
            remarks="MARKREQUEST",
            sha256=receipt.sha256,
        )
        printed = ReceiptDocument.objects.create(receipt=receipt, language="th", requested_by=thai)
        manifest = ManifestDocument.objects.create(
            crossing=crossing,
            sending=crossing.sending,
            reference=crossing.reference,
            number=1,
            language="th",
            facts={"persons": [{"name": "MARKREQUEST"}]},
            facts_sha256="0" * 64,
            requested_by=thai,
        )
        ManifestRequest.objects.create(
            document=manifest, handover=handover, sending=crossing.sending, receiving=crossing.receiving
        )
        BorderPack.objects.create(
            crossing=crossing,
            reference=crossing.reference,
            country=crossing.sending,
            officer=thai,
            session_uuid=uuid4(),
            persons=1,
            expires_at=now + dt.timedelta(hours=12),
            public_key=b"",
            private_key=b"",
        )
    world.parts |= {"crossing": crossing, "seat": seat, "receipt": receipt, "receipt_print": printed}
    world.parts["manifest_print"] = manifest
