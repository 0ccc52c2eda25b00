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
from lmc_cases.crossings.manifest_facts import ManifestFacts, substance
from lmc_cases.crossings.models import Crossing, ManifestDocument, ManifestRequest
from lmc_cases.crossings.models.manifests import manifest_path
from lmc_cases.crossings.services.composing_manifest import compose_manifest
from lmc_cases.crossings.services.rows import locked, marking_side_of
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import (
    FACTS_CHANGED,
    Press,
    has_failed,
    open_printed,
    print_owed,
    queue,
)
from lmc_cases.handovers.services.disclosure import pieces_of_request, terms_of_request

if TYPE_CHECKING:
    from django.core.files import File

    from lmc_cases.handovers.models import HandoverRequest

# A longer list of printed manifests shows the newest.
MOST_SHOWN = 100


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
    plain = [json.loads(facts.canonical_bytes()) for facts in composed]
    newest = _version(crossing, last)
    if [substance(row.facts) for row in newest] == [substance(each) for each in plain]:
        return [_again(actor, crossing, row, language, beside) for row in newest]
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
            facts=each,
            facts_sha256=facts.sha256,
            requested_by=actor,
        )
        for part, (facts, each) in enumerate(zip(composed, plain, strict=True), 1)
    ]
    for row in rows:
        _queue(row, actor, "manifest.requested")
        _name(row, requests)
    return rows


def _version(crossing: Crossing, number: int) -> list[ManifestDocument]:
    """Return the parts of a version, in whichever language it was first printed."""
    rows = crossing.manifests.filter(number=number).order_by("part", "pk")
    return list({row.part: row for row in reversed(rows)}.values())[::-1]


def _last_number(crossing: Crossing) -> int:
    """Return the number of the newest version, 0 without any: also of one that the officer may not see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_manifest(%s)", [crossing.pk])
        return int(cursor.fetchone()[0])


def _again(
    actor: User, crossing: Crossing, newest: ManifestDocument, language: str, beside: str
) -> ManifestDocument:
    """Return a version in a language or two: the one there is, owed again if it failed, or a new one."""
    row: ManifestDocument | None = crossing.manifests.filter(
        number=newest.number, part=newest.part, language=language, beside=beside
    ).first()
    if row is not None:
        if has_failed(row):
            row.requested_by = actor
            _queue(row, actor, "manifest.retried")
        return row
    row = ManifestDocument(
        crossing=crossing,
        sending=crossing.sending,
        reference=crossing.reference,
        number=newest.number,
        part=newest.part,
        parts=newest.parts,
        language=language,
        beside=beside,
        facts=newest.facts,
        facts_sha256=newest.facts_sha256,
        requested_by=actor,
    )
    _queue(row, actor, "manifest.requested")
    _name(row, [named.handover for named in newest.requests.select_related("handover").order_by("pk")])
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


def _queue(document: ManifestDocument, actor: User, verb: str) -> None:
    codes = {
        "language": document.languages_code,
        "version": document.number,
        "part": document.part,
        "facts": document.facts_sha256,
        "persons": len(document.facts["persons"]),
    }
    queue(document, actor, verb, codes)


@transaction.atomic
def retry_manifest(*, actor: User, document_id: UUID) -> ManifestDocument:
    """Owe a manifest that failed again, with the facts it was asked for.

    Raises:
        ManifestDocument.DoesNotExist: foreign, missing and of a crossing only to be read alike.
    """
    rows = ManifestDocument.objects.visible_to(actor).select_for_update(of=("self",))
    document = rows.select_related("crossing__sending", "crossing__receiving").get(uuid=document_id)
    _check_marks(actor, document)
    if has_failed(document):
        document.requested_by = actor
        _queue(document, actor, "manifest.retried")
    return document


def manifests_of(user: User, crossing: Crossing) -> list[ManifestDocument]:
    """Return the printed manifests of a crossing, the last requested first."""
    rows = ManifestDocument.objects.visible_to(user).filter(crossing=crossing)
    shown = rows.select_related("requested_by", "crossing").defer("facts", "engine")
    return list(shown.order_by("-pk")[:MOST_SHOWN])


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
    facts = ManifestFacts.from_plain(document.facts)
    if facts.sha256 != document.facts_sha256:
        raise RenderingFailed(FACTS_CHANGED, facts.sha256)
    return facts


def _draw(document: ManifestDocument, facts: ManifestFacts) -> tuple[RenderedDossier, str]:
    reason = f"{IssuedFile.Kind.MANIFEST.label} {facts.reference}"
    return render_manifest(facts, language=document.language, beside=document.beside), reason


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
