"""Documents of a request beside its dossier: the request itself and the annex of evidence, printed for either side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
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
from lmc_cases.dossiers.request_facts import AnnexFacts, RequestFacts
from lmc_cases.dossiers.services.composing_request import compose_annexes, compose_request
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import Press, frozen, open_printed, print_owed
from lmc_cases.dossiers.services.sealed import opened_document, sealed_facts
from lmc_cases.dossiers.services.versions import Edition
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
    of_draft = handover.submitted_at is None
    held = handover.documents.filter(kind=kind, of_draft=of_draft)
    last = held.aggregate(last=Max("number", default=0))["last"]
    newest = _EDITION.parts_of(held.filter(number=last))
    side = _side_of(actor, handover)
    try:
        composed = _composed(actor, handover, kind, version=last + 1)
        if _EDITION.says(newest, composed):
            asked = {"actor": actor, "language": language, "beside": beside, "country_id": side.pk}
            return [_EDITION.in_languages(row, **asked)[0] for row in newest]
        stored = [sealed_facts(handover, json.loads(facts.canonical_bytes())) for facts in composed]
    except KeyUnavailable as error:
        raise CannotDisclose(
            _("This cannot be read: its key is not available. Tell your administrator.")
        ) from error
    rows = [
        RequestDocument(
            handover=handover,
            country=side,
            kind=kind,
            of_draft=of_draft,
            number=facts.version,
            part=part,
            parts=len(composed),
            language=language,
            beside=beside,
            facts=plain,
            facts_sha256=facts.sha256,
        )
        for part, (facts, plain) in enumerate(zip(composed, stored, strict=True), 1)
    ]
    for row in rows:
        _EDITION.owe(row, actor)
    return rows


def _composed(
    actor: User, handover: HandoverRequest, kind: str, *, version: int
) -> Sequence[RequestFacts | AnnexFacts]:
    now = timezone.now()
    if kind == Kind.EVIDENCE:
        return compose_annexes(handover, version=version, created_at=now)
    return [compose_request(actor, handover, version=version, created_at=now)]


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
    return _EDITION.again(_EDITION.locked(actor, document_id, "handover"), actor)


def documents_of(user: User, handover: HandoverRequest) -> list[RequestDocument]:
    """Return the printed documents of a request, the last requested first."""
    rows = RequestDocument.objects.visible_to(user).filter(handover=handover)
    return _EDITION.listed(rows.defer("handover__disclosed"), "handover")


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
    form: type[RequestFacts | AnnexFacts] = AnnexFacts if document.kind == Kind.EVIDENCE else RequestFacts
    try:
        return frozen(form, opened_document(document), document.facts_sha256)
    except KeyUnavailable as error:
        raise RenderingFailed(KEY_MISSING, error.what) from error


def _draw(document: RequestDocument, facts: RequestFacts | AnnexFacts) -> tuple[RenderedDossier, str]:
    reason = f"{Kind(document.kind).label} {facts.reference}"
    if isinstance(facts, AnnexFacts):
        return render_annex(facts, language=document.language, beside=document.beside), reason
    return render_request(facts, language=document.language, beside=document.beside), reason


_EDITION = Edition(
    model=RequestDocument,
    requested="request_document.requested",
    retried="request_document.retried",
    one_file=("handover_id", "kind", "of_draft", "number", "part"),
    alike=("parts",),
    codes=lambda document: {"kind": document.kind, "part": document.part},
    opened=opened_document,
)
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
