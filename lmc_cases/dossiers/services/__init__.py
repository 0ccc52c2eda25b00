"""The services of dossiers: owed with an approval or on request, rendered by the worker, read by both countries."""

from lmc_cases.dossiers.services.approving import approve_and_owe, correct_and_owe
from lmc_cases.dossiers.services.ledgers import (
    ledgers_of,
    open_ledger,
    print_owed_ledger,
    request_ledger,
    retry_ledger,
)
from lmc_cases.dossiers.services.owing import request_dossier, retry_dossier
from lmc_cases.dossiers.services.reading import (
    consult_dossier,
    dossiers_of_request,
    facts_of,
    open_download,
    open_signed,
    page_of_dossiers,
)
from lmc_cases.dossiers.services.request_documents import print_owed_document
from lmc_cases.dossiers.services.signing import sign_dossier, standing_of
from lmc_cases.dossiers.services.working import render_owed_dossier

__all__ = [
    "approve_and_owe",
    "consult_dossier",
    "correct_and_owe",
    "dossiers_of_request",
    "facts_of",
    "ledgers_of",
    "open_download",
    "open_ledger",
    "open_signed",
    "page_of_dossiers",
    "print_owed_document",
    "print_owed_ledger",
    "render_owed_dossier",
    "request_dossier",
    "request_ledger",
    "retry_dossier",
    "retry_ledger",
    "sign_dossier",
    "standing_of",
]
