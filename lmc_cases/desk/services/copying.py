"""Numbered copies on paper: who printed one, for whom, of which file. The signed original stays the file."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.text import clean_text
from lmc_cases.desk.models import DossierCopy
from lmc_cases.desk.services.rows import locked_version, side_at_desk
from lmc_cases.desk.services.sealed import for_whom_place, keys_here, open_one, own_key
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering.copies import mark_copy
from lmc_cases.dossiers.services.reading import NotReady, open_download, open_signed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

MAX_NAME = 120


@dataclass(frozen=True)
class CopyShown:
    """A copy with whom it is for; "" where the key is not here."""

    row: DossierCopy
    for_whom: str


@dataclass(frozen=True)
class Printed:
    """A copy that was made, and the file to print; it is not kept."""

    row: DossierCopy
    pdf: bytes
    name: str


@transaction.atomic
def print_copy(*, actor: User, dossier_id: UUID, for_whom: str) -> Printed:
    """Make the next numbered copy of a version for the officer's side: of the signed file where somebody signed.

    The disclosure is noted as that of a download is; the number, the copy's checksum and whose it is are kept.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right at the desk of either side.
        NotReady: not drawn yet, or failed.
        FileDamaged: missing or changed on disk.
        InvalidInput: nobody is named.
        RenderingFailed: the name holds a character that the fonts cannot print.
    """
    named = " ".join(clean_text(for_whom).split())
    if not named:
        raise InvalidInput("for_whom", _("Say for whom the copy is."))
    if len(named) > MAX_NAME:
        raise InvalidInput("for_whom", _("Shorten the text."))
    dossier = locked_version(actor, dossier_id)
    handover = dossier.handover
    country = side_at_desk(actor, handover)
    if country is None:
        raise Dossier.DoesNotExist
    if dossier.job_state != JobState.DONE:
        raise NotReady(_("This dossier is not ready yet."))
    source = _source(actor, dossier)
    rows = DossierCopy.objects.visible_to(actor).filter(
        handover=handover, version=dossier.number, country=country
    )
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    label = f"{country.code}-{number}"
    pdf = mark_copy(source, number=label, for_whom=named, language=dossier.language)
    copy = DossierCopy(
        handover=handover,
        country=country,
        dossier=dossier,
        version=dossier.number,
        number=number,
        source_sha256=hashlib.sha256(source).hexdigest(),
        sha256=hashlib.sha256(pdf).hexdigest(),
        printed_by=actor,
    )
    copy.for_whom_sealed = own_key(copy).seal(named, for_whom_place(copy.uuid))
    copy.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="dossier.copy_printed",
        target=copy,
        codes={
            "version": copy.version,
            "number": copy.number,
            "language": dossier.languages_code,
            "source": copy.source_sha256,
            "sha256": copy.sha256,
        },
    )
    name = f"{handover.reference}-v{dossier.number}-{dossier.languages_code}-copy-{label}.pdf"
    return Printed(copy, pdf, name)


def copies_of(user: User, dossier: Dossier, country: Jurisdiction) -> list[CopyShown]:
    """Return the copies one side printed of a version, the newest first."""
    rows = list(
        DossierCopy.objects.visible_to(user)
        .filter(handover=dossier.handover_id, version=dossier.number, country=country)
        .select_related("printed_by", "country")
        .order_by("-number")
    )
    keys = keys_here([row.uuid for row in rows])
    return [
        CopyShown(row, open_one(keys.get(row.uuid), row.for_whom_sealed, for_whom_place(row.uuid)))
        for row in rows
    ]


def _source(actor: User, dossier: Dossier) -> bytes:
    """Return the file that is copied; that it goes out is noted in the ledger."""
    is_signed = dossier.signatures.exists()
    opened: File[bytes] = (open_signed if is_signed else open_download)(actor=actor, dossier_id=dossier.uuid)
    with opened:
        return io.BytesIO(opened.read()).getvalue()
