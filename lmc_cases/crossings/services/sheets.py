"""The manifest on paper, and the photographs taken at the border: for who marks the persons of a crossing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict
from lmc_cases.crossings.border import crossing_at_border
from lmc_cases.crossings.border_people import people_at_border, seats_of
from lmc_cases.crossings.models import Crossing, Mark
from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.handovers.services.disclosure import terms_of_request

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class PhotoDamaged(Conflict):
    """The stored photograph is missing or not the one that was taken."""

    code = "photo-damaged"


@dataclass(frozen=True)
class SheetRow:
    """One person of the sheet: what a phone would show, and the code that leads there."""

    person: dict[str, Any]
    code: dict[str, object]


@transaction.atomic
def manifest_sheet(*, actor: User, crossing_id: UUID) -> tuple[Crossing, list[SheetRow]]:
    """Return who sits on a crossing with photographs and codes, to be printed; that it went out is recorded.

    The code is the address of the person's page: it opens nothing for whoever may not mark the person.

    Raises:
        Crossing.DoesNotExist: foreign, missing and only to be read alike.
    """
    crossing, _side = crossing_at_border(actor, crossing_id)
    people, _property = people_at_border(actor, seats_of(actor, crossing))
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="crossing.sheet_printed",
        target=crossing,
        codes={"persons": len(people)},
    )
    rows = []
    for person in people:
        page = reverse("crossings:person", args=[crossing.uuid, person["seat"]])
        rows.append(SheetRow(person, qr_path(settings.BASE_URL + page)))
    return crossing, rows


@transaction.atomic
def mark_photo(*, actor: User, crossing_id: UUID, mark_id: UUID) -> bytes:
    """Return the JPEG that was taken with a mark, compared with its checksum; that it was looked at is recorded.

    To the side that did not take it, it is a disclosure of the other one's: it stands in the ledger too.

    Raises:
        Mark.DoesNotExist: foreign, missing, and without a photograph alike.
        PhotoDamaged: the storage has lost or changed it.
    """
    rows = (
        Mark.objects.visible_to(actor).select_related("crossing", "seat__handover").exclude(photo_sha256="")
    )
    mark = rows.get(uuid=mark_id, crossing__uuid=crossing_id)
    damaged = PhotoDamaged(_("The photograph is missing from the storage. Tell the administrator."))
    try:
        with mark.photo.storage.open(mark.photo.name or "", "rb") as stored:
            jpeg: bytes = stored.read()
    except FileNotFoundError:
        raise damaged from None
    if hashlib.sha256(jpeg).hexdigest() != mark.photo_sha256:
        raise damaged
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="crossing.photo_viewed",
        target=mark.crossing,
        codes={"mark": str(mark.uuid), "sha256": mark.photo_sha256},
    )
    handover = mark.seat.handover
    ledger.disclose(
        actor=actor,
        path=Disclosure.Path.PHOTO,
        terms=terms_of_request(handover),
        pieces=[
            ledger.Piece(
                handover.case_id,
                mark.country_id,
                handover.uuid,
                handover.reference,
                kind=Disclosure.Kind.HANDOVER,
                versions={"mark": str(mark.uuid)},
                sha256=mark.photo_sha256,
            )
        ],
    )
    return jpeg
