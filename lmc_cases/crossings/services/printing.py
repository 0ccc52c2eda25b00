"""Print an answered receipt: owed with the second answer and on request, drawn and signed by the worker, downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.crossings.models import Crossing, Receipt, ReceiptDocument
from lmc_cases.crossings.models.receipts import receipt_path
from lmc_cases.crossings.receipt_drawing import PrintedAnswer, render_receipt
from lmc_cases.crossings.receipt_facts import ReceiptFacts
from lmc_cases.crossings.services.rows import locked
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import (
    Press,
    frozen,
    open_printed,
    print_owed,
    queue,
    try_again,
)


class NotAnswered(Conflict):
    """What both sides have not answered is not printed."""

    code = "not-answered"


def owe_documents(actor: User, receipt: Receipt) -> None:
    """Owe an answered receipt in the first language of each country. The caller holds the lock on the crossing."""
    for language in _languages(receipt.crossing):
        _owe(actor, receipt, language)


@transaction.atomic
def request_receipt(*, actor: User, receipt_id: UUID, language: str, beside: str = "") -> ReceiptDocument:
    """Return an answered receipt as a document in a language or two, owed where it is not printed yet.

    One that failed is tried again.

    Args:
        beside: a second language that stands beside the first; "" for none.

    Raises:
        Receipt.DoesNotExist: foreign and missing alike.
        NotAnswered: a side has not answered it.
        InvalidInput: not a language of the product, or the second is the first.
    """
    receipt = Receipt.objects.visible_to(actor).select_related("crossing").get(uuid=receipt_id)
    # Whoever answers holds the crossing too: none is owed twice.
    locked(actor, receipt.crossing.uuid)
    check_languages(language, beside)
    if not receipt.documents.exists():
        raise NotAnswered(_("This receipt is not answered by both countries yet."))
    return _owe(actor, receipt, language, beside)


def _owe(actor: User, receipt: Receipt, language: str, beside: str = "") -> ReceiptDocument:
    document = receipt.documents.filter(language=language, beside=beside).first()
    if document is None:
        document = ReceiptDocument(receipt=receipt, language=language, beside=beside, requested_by=actor)
        queue(document, actor, "receipt.requested", _codes(document))
    else:
        try_again(document, actor, "receipt.retried", _codes(document))
    return document


def _languages(crossing: Crossing) -> tuple[str, ...]:
    known = dict(settings.LANGUAGES)
    wanted = [crossing.sending.first_language, crossing.receiving.first_language]
    return tuple(dict.fromkeys(code if code in known else "en" for code in wanted))


@transaction.atomic
def retry_document(*, actor: User, document_id: UUID) -> ReceiptDocument:
    """Owe a document that failed again.

    Raises:
        ReceiptDocument.DoesNotExist: foreign and missing alike.
    """
    rows = ReceiptDocument.objects.visible_to(actor).select_for_update(of=("self",))
    document = rows.select_related("receipt__crossing").get(uuid=document_id)
    try_again(document, actor, "receipt.retried", _codes(document))
    return document


def _codes(document: ReceiptDocument) -> dict[str, Any]:
    return {"language": document.languages_code, "facts": document.receipt.sha256}


@transaction.atomic
def open_document(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first, and record who took it.

    Raises:
        ReceiptDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    rows = ReceiptDocument.objects.visible_to(actor).select_related("receipt__crossing")
    document = rows.get(uuid=document_id)
    stored = open_printed(document, name=f"{document.receipt.number}-{document.languages_code}.pdf")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="receipt.downloaded",
        target=document,
        codes={"sha256": document.sha256, "language": document.languages_code},
    )
    return stored


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_receipt(*, job_id: int) -> None:
    """Print and sign a receipt; a second call changes nothing. The rule is asked again: without it, DENIED."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: ReceiptDocument, officer: User) -> tuple[ReceiptFacts, tuple[PrintedAnswer, ...], str]:
    rows = Receipt.objects.visible_to(officer).select_related("crossing__sending")
    receipt = rows.get(pk=document.receipt_id)
    facts = frozen(ReceiptFacts, receipt.facts, receipt.sha256)
    return facts, _answers(receipt), receipt.number


def _draw(
    document: ReceiptDocument, prepared: tuple[ReceiptFacts, tuple[PrintedAnswer, ...], str]
) -> tuple[RenderedDossier, str]:
    facts, answers, number = prepared
    done = render_receipt(facts, answers, language=document.language, beside=document.beside)
    return done, number


def _answers(receipt: Receipt) -> tuple[PrintedAnswer, ...]:
    zone = receipt.crossing.sending.time_zone
    rows = receipt.signatures.select_related("country", "officer").order_by("pk")
    return tuple(
        PrintedAnswer(
            country=Country(row.country.code, {"en": row.country.name_en}),
            outcome=row.outcome,
            by=row.officer.full_name,
            at=Moment(row.at, zone),
            remarks=row.remarks,
        )
        for row in rows
    )


_PRESS = Press(
    model=ReceiptDocument,
    prepare=_frozen,
    draw=_draw,
    path=receipt_path,
    kind=lambda _document: IssuedFile.Kind.RECEIPT,
    printed="receipt.printed",
    denied="receipt.denied",
    failed="receipt.failed",
    failing=Operation.COLLECTION,
    keeps_engine=False,
)
