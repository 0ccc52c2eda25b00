"""The world's dossier on the desks of both sides; by hand where it has to be drawn first, which it is not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from lmc_cases.desk.models import DossierCopy, DossierReview
from lmc_cases.desk.services.commenting import add_comment
from lmc_cases.desk.services.sealed import for_whom_place, own_key, seal_reasons
from lmc_cases.jurisdictions.access import acting_as

if TYPE_CHECKING:
    from tests.leaks.world import World


def lay_on_desk(world: World) -> None:
    """The own side reviews and remarks; the other side returned the version."""
    thai, chinese = world.viewers["own"], world.viewers["full"]
    dossier, handover = world.parts["dossier"], world.parts["handover"]
    with acting_as(thai):
        world.parts["review"] = DossierReview(
            handover=handover, number=dossier.number, country=thai.country, reviewer=thai
        )
        world.parts["review"].save()
        copy = DossierCopy(
            handover=handover,
            country=thai.country,
            dossier=dossier,
            version=dossier.number,
            number=1,
            source_sha256="3" * 64,
            sha256="4" * 64,
            printed_by=thai,
        )
        copy.for_whom_sealed = own_key(copy).seal("MARKOURMEMO", for_whom_place(copy.uuid))
        copy.save(force_insert=True)
    with acting_as(chinese):
        returned = DossierReview(
            handover=handover,
            number=dossier.number,
            country=chinese.country,
            reviewer=chinese,
            state=DossierReview.State.RETURNED,
            returned_by=chinese,
            returned_at=timezone.now(),
            reasons_language="en",
        )
        returned.reasons_sealed = seal_reasons(returned, "MARKREQUEST")
        returned.save()
    world.parts["returned_review"] = returned
    for name, viewer, side in (("comment", "own", "OUR"), ("their_comment", "full", "THEIR")):
        world.parts[name] = add_comment(
            actor=world.viewers[viewer],
            dossier_id=dossier.uuid,
            part="law",
            page=None,
            text=f"MARK{side}MEMO",
            language="en",
        )
