"""A sent request as a document: frozen, owed, printed and signed by the worker, downloaded by both sides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.assistance.drawing import render_assistance
from lmc_cases.assistance.facts import AssistanceAnswer, AssistanceFacts
from lmc_cases.assistance.models import AssistanceDocument, AssistanceRequest, assistance_document_path
from lmc_cases.assistance.services.rows import pieces_of, terms_of
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict
from lmc_cases.dossiers.facts import LegalBasis, Moment, Text
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.rendering import RenderedDossier
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import Press, frozen, open_printed, print_owed
from lmc_cases.dossiers.services.values import country_fact
from lmc_cases.dossiers.services.versions import Edition

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files import File


class NotSent(Conflict):
    """A draft is printed by nobody: it has no reader but its own side."""

    code = "not-sent"


@transaction.atomic
def request_document(
    *, actor: User, assistance_id: UUID, language: str, beside: str = ""
) -> AssistanceDocument:
    """Return a sent request as a document in a language or two, owed anew only if it would say something new.

    One that failed is tried again.

    Args:
        beside: a second language that stands beside the first; "" for none.

    Raises:
        AssistanceRequest.DoesNotExist: foreign and missing alike.
        NotSent: it is a draft.
        InvalidInput: not a language of the product, or the second is the first.
    """
    rows = AssistanceRequest.objects.visible_to(actor).select_for_update(of=("self",))
    row = rows.select_related("requesting", "requested", "agency", "sent_by").get(uuid=assistance_id)
    check_languages(language, beside)
    if row.sent_at is None:
        raise NotSent(_("This request was not sent yet."))
    last = row.documents.aggregate(last=Max("number", default=0))["last"]
    facts = compose(row, version=last + 1, created_at=timezone.now())
    newest = _EDITION.parts_of(row.documents.filter(number=last))
    if _EDITION.says(newest, [facts]):
        return _EDITION.in_languages(newest[0], actor=actor, language=language, beside=beside)[0]
    document = AssistanceDocument(
        assistance=row,
        requesting=row.requesting,
        reference=row.reference,
        case_uuid=row.case_uuid,
        number=facts.version,
        language=language,
        beside=beside,
        facts=json.loads(facts.canonical_bytes()),
        facts_sha256=facts.sha256,
    )
    _EDITION.owe(document, actor)
    return document


def compose(row: AssistanceRequest, *, version: int, created_at: dt.datetime) -> AssistanceFacts:
    """Return the facts of one version of a sent request as they stand now."""
    zone = row.requesting.time_zone
    law = row.instrument
    texts = {
        name: _text(row.language, getattr(row, name))
        for name in (
            "nature",
            "facts",
            "purpose",
            "link",
            "persons",
            "procedure",
            "attendance",
            "wanted_why",
            "confidentiality",
            "undertakings",
            "dual_criminality",
        )
    }
    return AssistanceFacts(
        reference=row.reference,
        case_reference=row.case_reference,
        version=version,
        created_at=Moment(created_at, zone),
        requesting_country=country_fact(row.requesting),
        requested_country=country_fact(row.requested),
        requesting_agency=row.agency.name,
        sent_at=Moment(row.sent_at or created_at, zone),
        sent_by=row.sent_by.full_name if row.sent_by else "",
        subject=Text(row.language, row.subject),
        kinds=tuple(row.kinds),
        sought=Text(row.language, row.sought),
        legal_basis=LegalBasis(
            instrument=law.title if law else "",
            note=row.legal_basis,
            source=law.source if law else "",
            confidence=law.confidence if law else "",
            prevailing_language=law.prevailing_language if law else "",
        ),
        wanted_by=row.wanted_by.isoformat() if row.wanted_by else "",
        answer=_answer(row),
        handling=tuple(row.handling),
        restriction=row.restriction,
        is_demo=row.agency.is_demo,
        **texts,
    )


def _text(language: str, text: str) -> Text | None:
    return Text(language, text) if text else None


def _answer(row: AssistanceRequest) -> AssistanceAnswer | None:
    if row.answered_at is None:
        return None
    return AssistanceAnswer(
        outcome=row.status,
        at=Moment(row.answered_at, row.requested.time_zone),
        by=row.answered_by.full_name if row.answered_by else "",
        text=_text(row.answer_language, row.answer),
    )


@transaction.atomic
def retry_document(*, actor: User, document_id: UUID) -> AssistanceDocument:
    """Owe a document that failed again, with the facts it was asked for.

    Raises:
        AssistanceDocument.DoesNotExist: foreign and missing alike.
    """
    return _EDITION.again(_EDITION.locked(actor, document_id, "assistance"), actor)


def documents_of(user: User, row: AssistanceRequest) -> list[AssistanceDocument]:
    """Return the printed documents of a request, the last requested first."""
    return _EDITION.listed(AssistanceDocument.objects.visible_to(user).filter(assistance=row), "assistance")


@transaction.atomic
def open_document(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first; who took it stands in audit and ledger.

    Raises:
        AssistanceDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    rows = AssistanceDocument.objects.visible_to(actor).select_related("assistance")
    document = rows.get(uuid=document_id)
    row = document.assistance
    name = f"{document.reference}-v{document.number}-{document.languages_code}.pdf"
    stored = open_printed(document, name=name)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="assistance_document.downloaded",
        target=document,
        recipient=actor.country,
        codes={"language": document.languages_code, "version": document.number, "sha256": document.sha256},
    )
    ledger.disclose(
        actor=actor,
        path=Disclosure.Path.FILE,
        terms=terms_of(row),
        pieces=pieces_of(actor, row, sha256=document.sha256),
    )
    return stored


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_assistance(*, job_id: int) -> None:
    """Print and sign a request; a second call changes nothing. See ``print_owed``."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: AssistanceDocument, _officer: User) -> AssistanceFacts:
    return frozen(AssistanceFacts, document.facts, document.facts_sha256)


def _draw(document: AssistanceDocument, facts: AssistanceFacts) -> tuple[RenderedDossier, str]:
    reason = f"{IssuedFile.Kind.ASSISTANCE.label} {facts.reference}"
    return render_assistance(facts, language=document.language, beside=document.beside), reason


_EDITION = Edition(
    model=AssistanceDocument,
    requested="assistance_document.requested",
    retried="assistance_document.retried",
    one_file=("assistance_id", "number"),
    alike=("requesting_id", "reference", "case_uuid"),
)
_PRESS = Press(
    model=AssistanceDocument,
    prepare=_frozen,
    draw=_draw,
    path=assistance_document_path,
    kind=lambda _document: IssuedFile.Kind.ASSISTANCE,
    printed="assistance_document.printed",
    denied="assistance_document.denied",
    failed="assistance_document.failed",
)
