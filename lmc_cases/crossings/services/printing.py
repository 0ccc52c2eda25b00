"""Print an answered receipt: owed with the second answer, drawn and signed by the worker, downloaded by both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.crossings.models import Receipt, ReceiptDocument
from lmc_cases.crossings.models.receipts import receipt_path
from lmc_cases.crossings.receipt_drawing import PrintedAnswer, render_receipt
from lmc_cases.crossings.receipt_facts import ReceiptFacts
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier, RenderingFailed
from lmc_cases.dossiers.services.printing import (
    FACTS_CHANGED,
    Press,
    has_failed,
    open_printed,
    print_owed,
    queue,
)

if TYPE_CHECKING:
    from lmc_cases.crossings.models import Crossing


def owe_documents(actor: User, receipt: Receipt) -> None:
    """Owe an answered receipt in the first language of each country. The caller holds the lock on the crossing."""
    for language in _languages(receipt.crossing):
        if not receipt.documents.filter(language=language).exists():
            _queue(
                ReceiptDocument(receipt=receipt, language=language, requested_by=actor), actor, "requested"
            )


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
    if has_failed(document):
        document.requested_by = actor
        _queue(document, actor, "retried")
    return document


def _queue(document: ReceiptDocument, actor: User, act: str) -> None:
    verb = "receipt.retried" if act == "retried" else "receipt.requested"
    queue(document, actor, verb, {"language": document.language, "facts": document.receipt.sha256})


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
    stored = open_printed(document, name=f"{document.receipt.number}-{document.language}.pdf")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="receipt.downloaded",
        target=document,
        codes={"sha256": document.sha256, "language": document.language},
    )
    return stored


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_receipt(*, job_id: int) -> None:
    """Print and sign a receipt; a second call changes nothing. The rule is asked again: without it, DENIED."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: ReceiptDocument, officer: User) -> tuple[ReceiptFacts, tuple[PrintedAnswer, ...], str]:
    rows = Receipt.objects.visible_to(officer).select_related("crossing__sending")
    receipt = rows.get(pk=document.receipt_id)
    facts = ReceiptFacts.from_plain(receipt.facts)
    if facts.sha256 != receipt.sha256:
        raise RenderingFailed(FACTS_CHANGED, facts.sha256)
    return facts, _answers(receipt), receipt.number


def _draw(
    document: ReceiptDocument, prepared: tuple[ReceiptFacts, tuple[PrintedAnswer, ...], str]
) -> tuple[RenderedDossier, str]:
    facts, answers, number = prepared
    return render_receipt(facts, answers, language=document.language), number


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
