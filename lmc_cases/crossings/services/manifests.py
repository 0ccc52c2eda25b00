"""The manifest of a crossing as a document: frozen, owed, printed and signed by the worker, downloaded by both sides.

For who marks the persons, as the sheet in the browser; printed in either side's name, it says the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict
from lmc_cases.crossings.manifest_drawing import render_manifest
from lmc_cases.crossings.manifest_facts import ManifestFacts
from lmc_cases.crossings.models import Crossing, ManifestDocument, ManifestRequest
from lmc_cases.crossings.models.manifests import manifest_path
from lmc_cases.crossings.services.composing_manifest import compose_manifest
from lmc_cases.crossings.services.rows import locked, marking_side_of
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import Press, frozen, open_printed, print_owed
from lmc_cases.dossiers.services.versions import Edition
from lmc_cases.handovers.services.disclosure import pieces_of_request, terms_of_request

if TYPE_CHECKING:
    from django.core.files import File

    from lmc_cases.handovers.models import HandoverRequest


class NothingToPrint(Conflict):
    """Nobody sits on the crossing, or it is over."""

    code = "nothing-to-print"


@transaction.atomic
def request_manifest(
    *, actor: User, crossing_id: UUID, language: str, beside: str = ""
) -> list[ManifestDocument]:
    """Return the manifest of a crossing in a language or two, owed anew only if it would say something new.

    One that failed is tried again. A long manifest is several documents.

    Args:
        beside: a second language that stands beside the first; "" for none.

    Raises:
        Crossing.DoesNotExist: foreign, missing and only to be read alike.
        NothingToPrint: nobody sits on it; it is carried out or cancelled.
        InvalidInput: not a language of the product, or the second is the first.
    """
    crossing = locked(actor, crossing_id)
    marking_side_of(actor, crossing)
    check_languages(language, beside)
    if crossing.status in Crossing.ENDED:
        raise NothingToPrint(_("This crossing is over: no new manifest of it is printed."))
    last = _last_number(crossing)
    composed, requests = compose_manifest(actor, crossing, version=last + 1, created_at=timezone.now())
    if not composed:
        raise NothingToPrint(_("Nobody sits on the crossing yet."))
    newest = _EDITION.parts_of(crossing.manifests.filter(number=last))
    if _EDITION.says(newest, composed):
        return [_again(actor, row, language, beside) for row in newest]
    rows = [
        ManifestDocument(
            crossing=crossing,
            sending=crossing.sending,
            reference=crossing.reference,
            number=facts.version,
            part=part,
            parts=len(composed),
            language=language,
            beside=beside,
            facts=json.loads(facts.canonical_bytes()),
            facts_sha256=facts.sha256,
        )
        for part, facts in enumerate(composed, 1)
    ]
    for row in rows:
        _EDITION.owe(row, actor)
        _name(row, requests)
    return rows


def _last_number(crossing: Crossing) -> int:
    """Return the number of the newest version, 0 without any: also of one that the officer may not see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_manifest(%s)", [crossing.pk])
        return int(cursor.fetchone()[0])


def _again(actor: User, printed: ManifestDocument, language: str, beside: str) -> ManifestDocument:
    row, is_new = _EDITION.in_languages(printed, actor=actor, language=language, beside=beside)
    if is_new:
        named = printed.requests.select_related("handover").order_by("pk")
        _name(row, [each.handover for each in named])
    return row


def _name(document: ManifestDocument, requests: list[HandoverRequest]) -> None:
    ManifestRequest.objects.bulk_create(
        ManifestRequest(
            document=document,
            handover=handover,
            sending_id=document.crossing.sending_id,
            receiving_id=document.crossing.receiving_id,
        )
        for handover in requests
    )


@transaction.atomic
def retry_manifest(*, actor: User, document_id: UUID) -> ManifestDocument:
    """Owe a manifest that failed again, with the facts it was asked for.

    Raises:
        ManifestDocument.DoesNotExist: foreign, missing and of a crossing only to be read alike.
    """
    document = _EDITION.locked(actor, document_id, "crossing__sending", "crossing__receiving")
    _check_marks(actor, document)
    return _EDITION.again(document, actor)


def manifests_of(user: User, crossing: Crossing) -> list[ManifestDocument]:
    """Return the printed manifests of a crossing, the last requested first."""
    return _EDITION.listed(ManifestDocument.objects.visible_to(user).filter(crossing=crossing), "crossing")


def newest_manifest(user: User, crossing: Crossing) -> ManifestDocument | None:
    """Return the manifest that was asked for last: how far it is stands on the page of the crossing."""
    rows = ManifestDocument.objects.visible_to(user).filter(crossing=crossing)
    return rows.only("job_state", "number", "language", "beside").order_by("-pk").first()


@transaction.atomic
def open_manifest(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first; who took it stands in audit and ledger.

    The caller has asked for a fresh second factor.

    Raises:
        ManifestDocument.DoesNotExist: foreign, missing and of a crossing only to be read alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    rows = ManifestDocument.objects.visible_to(actor)
    document = rows.select_related("crossing__sending", "crossing__receiving").get(uuid=document_id)
    _check_marks(actor, document)
    name = f"{document.reference}-manifest-v{document.number}-{document.languages_code}"
    if document.parts > 1:
        name = f"{name}-{document.part}-{document.parts}"
    stored = open_printed(document, name=f"{name}.pdf")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="manifest.downloaded",
        target=document,
        recipient=actor.country,
        codes={"language": document.languages_code, "version": document.number, "sha256": document.sha256},
    )
    shown = {person["request"] for person in document.facts["persons"]}
    rows_named = document.requests.select_related("handover").filter(handover__reference__in=shown)
    for named in rows_named.order_by("pk"):
        ledger.disclose(
            actor=actor,
            path=Disclosure.Path.FILE,
            terms=terms_of_request(named.handover),
            pieces=[
                replace(piece, sha256=document.sha256) for piece in pieces_of_request(actor, named.handover)
            ],
        )
    return stored


def _check_marks(actor: User, document: ManifestDocument) -> None:
    try:
        marking_side_of(actor, document.crossing)
    except Crossing.DoesNotExist:
        raise ManifestDocument.DoesNotExist from None


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_manifest(*, job_id: int) -> None:
    """Print and sign a manifest; a second call changes nothing. See ``print_owed``."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: ManifestDocument, _officer: User) -> ManifestFacts:
    return frozen(ManifestFacts, document.facts, document.facts_sha256)


def _draw(document: ManifestDocument, facts: ManifestFacts) -> tuple[RenderedDossier, str]:
    reason = f"{IssuedFile.Kind.MANIFEST.label} {facts.reference}"
    return render_manifest(facts, language=document.language, beside=document.beside), reason


_EDITION = Edition(
    model=ManifestDocument,
    requested="manifest.requested",
    retried="manifest.retried",
    one_file=("crossing_id", "number", "part"),
    alike=("sending_id", "reference", "parts"),
    codes=lambda document: {"part": document.part, "persons": len(document.facts["persons"])},
)
_PRESS = Press(
    model=ManifestDocument,
    prepare=_frozen,
    draw=_draw,
    path=manifest_path,
    kind=lambda _document: IssuedFile.Kind.MANIFEST,
    printed="manifest.printed",
    denied="manifest.denied",
    failed="manifest.failed",
)
