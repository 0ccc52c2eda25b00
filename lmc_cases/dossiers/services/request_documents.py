"""Documents of a request beside its dossier: the request itself and the annex of evidence, printed for either side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.dossiers.models import IssuedFile, RequestDocument
from lmc_cases.dossiers.printed_models import request_document_path
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.rendering.requests import render_annex, render_request
from lmc_cases.dossiers.request_facts import AnnexFacts, RequestFacts, substance
from lmc_cases.dossiers.services.composing_request import compose_annexes, compose_request
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import (
    FACTS_CHANGED,
    Press,
    has_failed,
    open_printed,
    print_owed,
    queue,
)
from lmc_cases.dossiers.services.sealed import opened_document, sealed_facts
from lmc_cases.dossiers.services.working import KEY_MISSING
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services.disclosure import (
    CannotDisclose,
    pieces_of_request,
    terms_of_request,
)
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.providers import KeyUnavailable

if TYPE_CHECKING:
    from django.core.files import File

Kind = RequestDocument.Kind


class NothingToPrint(Conflict):
    """The request has no document of that kind."""


def kinds_of(handover: HandoverRequest) -> list[Kind]:
    """Return the documents a request has now: an offer asks for nobody, and exhibits are there once disclosed."""
    kinds = [Kind.REQUEST] if handover.procedure in ASKED else []
    return kinds + ([Kind.EVIDENCE] if handover.disclosed.get("exhibits") else [])


@transaction.atomic
def request_document(
    *, actor: User, handover_id: UUID, kind: str, language: str, beside: str = ""
) -> list[RequestDocument]:
    """Return a document of a request in a language or two, owed anew only if it would say something new.

    One that failed is tried again. A long annex is several documents.

    Args:
        beside: a second language that stands beside the first; "" for none.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
        NothingToPrint: there is no document of that kind.
        InvalidInput: not a kind, not a language of the product, or the second is the first.
        CannotDisclose: the key of the numbers is not here.
    """
    handover = (
        HandoverRequest.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("requesting", "requested", "instrument", "created_by__agency")
        .get(uuid=handover_id)
    )
    if kind not in Kind.values:
        raise InvalidInput("kind", _("Choose a document from the list."))
    check_languages(language, beside)
    if kind not in kinds_of(handover):
        raise NothingToPrint(_("This request has no such document: no exhibits are disclosed with it."))
    newest = _held(handover, kind).order_by("-number").first()
    try:
        composed = _composed(actor, handover, kind, version=1 if newest is None else newest.number + 1)
        if newest is not None and _say_the_same(handover, newest, composed):
            return [_again(actor, row, language, beside) for row in _version(handover, newest)]
        stored = [sealed_facts(handover, json.loads(facts.canonical_bytes())) for facts in composed]
    except KeyUnavailable as error:
        raise CannotDisclose(
            _("This cannot be read: its key is not available. Tell your administrator.")
        ) from error
    rows = [
        RequestDocument(
            handover=handover,
            country=_side_of(actor, handover),
            kind=kind,
            of_draft=handover.submitted_at is None,
            number=facts.version,
            part=part,
            parts=len(composed),
            language=language,
            beside=beside,
            facts=plain,
            facts_sha256=facts.sha256,
            requested_by=actor,
        )
        for part, (facts, plain) in enumerate(zip(composed, stored, strict=True), 1)
    ]
    for row in rows:
        _queue(row, actor, "request_document.requested")
    return rows


def _composed(
    actor: User, handover: HandoverRequest, kind: str, *, version: int
) -> Sequence[RequestFacts | AnnexFacts]:
    now = timezone.now()
    if kind == Kind.EVIDENCE:
        return compose_annexes(handover, version=version, created_at=now)
    return [compose_request(actor, handover, version=version, created_at=now)]


def _held(handover: HandoverRequest, kind: str) -> Any:
    return handover.documents.filter(kind=kind, of_draft=handover.submitted_at is None)


def _version(handover: HandoverRequest, newest: RequestDocument) -> list[RequestDocument]:
    """Return the parts of a version, in whichever language it was first printed."""
    rows = _held(handover, newest.kind).filter(number=newest.number).order_by("part", "pk")
    return list({row.part: row for row in reversed(rows)}.values())[::-1]


def _say_the_same(
    handover: HandoverRequest,
    newest: RequestDocument,
    composed: Sequence[RequestFacts | AnnexFacts],
) -> bool:
    held = [substance(opened_document(row)) for row in _version(handover, newest)]
    return held == [substance(json.loads(facts.canonical_bytes())) for facts in composed]


def _again(actor: User, printed: RequestDocument, language: str, beside: str) -> RequestDocument:
    """Return a part of a version in a language or two: the one there is, owed again if it failed, or a new one."""
    rows = _held(printed.handover, printed.kind)
    row: RequestDocument | None = rows.filter(
        number=printed.number, part=printed.part, language=language, beside=beside
    ).first()
    if row is not None:
        if has_failed(row):
            row.requested_by = actor
            _queue(row, actor, "request_document.retried")
        return row
    row = RequestDocument(
        handover=printed.handover,
        country=_side_of(actor, printed.handover),
        kind=printed.kind,
        of_draft=printed.of_draft,
        number=printed.number,
        part=printed.part,
        parts=printed.parts,
        language=language,
        beside=beside,
        facts=printed.facts,
        facts_sha256=printed.facts_sha256,
        requested_by=actor,
    )
    _queue(row, actor, "request_document.requested")
    return row


def _side_of(actor: User, handover: HandoverRequest) -> Any:
    """Return the country the officer reads the request for; where for both, the one that opened it."""
    read = set(jurisdictions_granting(actor, Action.READ).values_list("pk", flat=True))
    first, second = handover.requesting, handover.requested
    if handover.is_offer:
        first, second = second, first
    return first if first.pk in read else second


@transaction.atomic
def retry_document(*, actor: User, document_id: UUID) -> RequestDocument:
    """Owe a document that failed again, with the facts it was asked for.

    Raises:
        RequestDocument.DoesNotExist: foreign and missing alike.
    """
    rows = RequestDocument.objects.visible_to(actor).select_for_update(of=("self",))
    document = rows.select_related("handover").get(uuid=document_id)
    if has_failed(document):
        document.requested_by = actor
        _queue(document, actor, "request_document.retried")
    return document


def _queue(document: RequestDocument, actor: User, verb: str) -> None:
    codes = {
        "kind": document.kind,
        "language": document.languages_code,
        "version": document.number,
        "part": document.part,
        "facts": document.facts_sha256,
    }
    queue(document, actor, verb, codes)


def documents_of(user: User, handover: HandoverRequest) -> list[RequestDocument]:
    """Return the printed documents of a request, the last requested first."""
    rows = RequestDocument.objects.visible_to(user).filter(handover=handover)
    shown = rows.select_related("requested_by", "handover").defer("facts", "engine", "handover__disclosed")
    return list(shown.order_by("-pk")[:100])


@transaction.atomic
def open_document(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first; who took it stands in audit and ledger.

    Raises:
        RequestDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    rows = RequestDocument.objects.visible_to(actor).select_related("handover")
    document = rows.get(uuid=document_id)
    handover = document.handover
    name = f"{handover.reference}-{document.kind.lower()}-v{document.number}-{document.languages_code}"
    if document.parts > 1:
        name = f"{name}-{document.part}-{document.parts}"
    stored = open_printed(document, name=f"{name}.pdf")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="request_document.downloaded",
        target=document,
        recipient=actor.country,
        codes={
            "kind": document.kind,
            "language": document.languages_code,
            "version": document.number,
            "sha256": document.sha256,
        },
    )
    ledger.disclose(
        actor=actor,
        path=Disclosure.Path.FILE,
        terms=terms_of_request(handover),
        pieces=[replace(piece, sha256=document.sha256) for piece in pieces_of_request(actor, handover)],
    )
    return stored


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_document(*, job_id: int) -> None:
    """Print and sign a document of a request; a second call changes nothing. See ``print_owed``."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: RequestDocument, _officer: User) -> RequestFacts | AnnexFacts:
    try:
        plain = opened_document(document)
        form = AnnexFacts if document.kind == Kind.EVIDENCE else RequestFacts
        facts: RequestFacts | AnnexFacts = form.from_plain(plain)
    except KeyUnavailable as error:
        raise RenderingFailed(KEY_MISSING, error.what) from error
    if facts.sha256 != document.facts_sha256:
        raise RenderingFailed(FACTS_CHANGED, facts.sha256)
    return facts


def _draw(document: RequestDocument, facts: RequestFacts | AnnexFacts) -> tuple[RenderedDossier, str]:
    reason = f"{Kind(document.kind).label} {facts.reference}"
    if isinstance(facts, AnnexFacts):
        return render_annex(facts, language=document.language, beside=document.beside), reason
    return render_request(facts, language=document.language, beside=document.beside), reason


_PRESS = Press(
    model=RequestDocument,
    prepare=_frozen,
    draw=_draw,
    path=request_document_path,
    kind=lambda document: IssuedFile.Kind(document.kind),
    printed="request_document.printed",
    denied="request_document.denied",
    failed="request_document.failed",
)
