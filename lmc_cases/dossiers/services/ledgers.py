"""Print the disclosure ledger of a case: frozen and owed on request, drawn and signed by the worker, downloaded."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure, Level
from lmc_cases.cases.services.ledger import LedgerFilters, entries_of
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.ledger_facts import LedgerEntry, LedgerFacts
from lmc_cases.dossiers.models import IssuedFile, LedgerDocument, ledger_path
from lmc_cases.dossiers.rendering import RenderedDossier
from lmc_cases.dossiers.rendering.ledger import render_ledger
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.printing import (
    Press,
    frozen,
    open_printed,
    print_owed,
    queue,
    try_again,
)
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lmc_cases.jurisdictions.models import Jurisdiction

# A few hundred pages; a longer period is printed in parts.
MOST_ENTRIES = 5_000


class TooMuch(Conflict):
    """The period holds more entries than one document."""


@transaction.atomic
def request_ledger(
    *,
    actor: User,
    case_id: UUID,
    language: str,
    beside: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> LedgerDocument:
    """Freeze the ledger of a case as it stands and owe its document.

    Args:
        beside: a second language that stands beside the first; "" for none.
        since, until: first moment, and the first that no longer counts.

    Raises:
        Case.DoesNotExist: foreign and missing alike; a recipient prints none.
        InvalidInput: not a language of the product, the second is the first, an empty period.
        TooMuch: choose a shorter period.
    """
    case = Case.objects.owned_with(actor, Action.READ).select_related("owner", "agency").get(uuid=case_id)
    check_languages(language, beside)
    if since is not None and until is not None and until <= since:
        raise InvalidInput("until", _("The end must not be before the beginning."))
    rows = list(entries_of(actor, case, LedgerFilters(since=since, until=until))[: MOST_ENTRIES + 1])
    if len(rows) > MOST_ENTRIES:
        raise TooMuch(
            _("There are more than %(count)s entries. Choose a shorter period.") % {"count": MOST_ENTRIES}
        )
    facts = _facts(actor, case, rows[::-1], since, until)
    document = LedgerDocument(
        case=case,
        language=language,
        beside=beside,
        facts=json.loads(facts.canonical_bytes()),
        facts_sha256=facts.sha256,
        entries=len(rows),
        requested_by=actor,
    )
    queue(document, actor, "ledger.requested", _codes(document))
    return document


@transaction.atomic
def retry_ledger(*, actor: User, document_id: UUID) -> LedgerDocument:
    """Owe a document that failed again, with the facts it was asked for.

    Raises:
        LedgerDocument.DoesNotExist: foreign and missing alike.
    """
    rows = LedgerDocument.objects.visible_to(actor).select_for_update(of=("self",)).select_related("case")
    document = rows.get(uuid=document_id)
    try_again(document, actor, "ledger.retried", _codes(document))
    return document


def _codes(document: LedgerDocument) -> dict[str, Any]:
    return {
        "language": document.languages_code,
        "entries": document.entries,
        "facts": document.facts_sha256,
    }


def ledgers_of(user: User, case: Case) -> list[LedgerDocument]:
    """Return the printed ledgers of a case, the last requested first."""
    rows: QuerySet[LedgerDocument] = LedgerDocument.objects.visible_to(user).filter(case=case)
    return list(rows.select_related("requested_by", "case").defer("facts", "engine").order_by("-pk")[:50])


@transaction.atomic
def open_ledger(*, actor: User, document_id: UUID) -> File[bytes]:
    """Return the signed file, compared with its checksum first, and record who took it.

    Raises:
        LedgerDocument.DoesNotExist: foreign and missing alike.
        NotReady: not printed yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    document = LedgerDocument.objects.visible_to(actor).select_related("case").get(uuid=document_id)
    stored = open_printed(
        document, name=f"{document.case.reference}-disclosures-{document.languages_code}.pdf"
    )
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="ledger.downloaded",
        target=document,
        codes={"sha256": document.sha256, "language": document.languages_code},
    )
    return stored


def _facts(
    actor: User, case: Case, rows: list[Disclosure], since: dt.datetime | None, until: dt.datetime | None
) -> LedgerFacts:
    zone = case.owner.time_zone
    return LedgerFacts(
        case_reference=case.reference,
        owner=_country(case.owner),
        agency=case.agency.name,
        created_at=Moment(timezone.now(), zone),
        created_by=actor.full_name,
        entries=tuple(_entry(row, zone) for row in rows),
        since=Moment(since, zone) if since else None,
        until=Moment(until, zone) if until else None,
        is_demo=case.agency.is_demo,
    )


def _entry(row: Disclosure, zone: str) -> LedgerEntry:
    handling = ", ".join(row.handling_codes)
    return LedgerEntry(
        uuid=str(row.uuid),
        at=Moment(row.happened_at, zone),
        kind=row.kind,
        reference=row.reference,
        level=Level(row.level).name,
        path=row.path,
        rule=row.rule,
        owner=_country(row.owner),
        recipient=_country(row.recipient),
        agency=row.recipient_agency.name if row.recipient_agency else "",
        officer=row.recipient_officer.full_name if row.recipient_officer else "",
        versions=row.versions,
        sha256=row.sha256,
        purpose=row.purpose,
        reason_code=row.reading_reason.code if row.reading_reason else "",
        handling=f"{handling}: {row.handling_h3}" if row.handling_h3 else handling,
        legal_basis=row.legal_basis,
        approval_number=row.approval_number,
    )


def _country(country: Jurisdiction) -> Country:
    return Country(country.code, {"en": country.name_en})


# --- the worker's side -------------------------------------------------------------------------------
def print_owed_ledger(*, job_id: int) -> None:
    """Print and sign a ledger for the officer who asked; a second call changes nothing. See ``print_owed``."""
    print_owed(_PRESS, job_id=job_id)


def _frozen(document: LedgerDocument, _officer: User) -> LedgerFacts:
    return frozen(LedgerFacts, document.facts, document.facts_sha256)


def _draw(document: LedgerDocument, facts: LedgerFacts) -> tuple[RenderedDossier, str]:
    rendered = render_ledger(facts, language=document.language, beside=document.beside)
    return rendered, _("Disclosures of case %(reference)s") % {"reference": facts.case_reference}


_PRESS = Press(
    model=LedgerDocument,
    prepare=_frozen,
    draw=_draw,
    path=ledger_path,
    kind=lambda _document: IssuedFile.Kind.LEDGER,
    printed="ledger.printed",
    denied="ledger.denied",
    failed="ledger.failed",
)
