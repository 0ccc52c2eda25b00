"""Ask another country for consent, answer with a clock, and make exactly the use that was granted."""

from lmc_cases.cases.services.consent.answering import (
    answer_consent,
    give_for_dossier,
)
from lmc_cases.cases.services.consent.asking import (
    ask_for_dossier,
    ask_to_pass_on,
    deadline_of,
    withdraw_consent_request,
)
from lmc_cases.cases.services.consent.passing_on import (
    PassOnTerms,
    can_pass_on,
    opens_at_once,
    pass_on,
)
from lmc_cases.cases.services.consent.reading import (
    consult_consent,
    page_of_consents,
)
from lmc_cases.cases.services.consent.subjects import (
    AskedAlready,
    Dossier,
    NotOpen,
    Subject,
    may_ask_to_pass_on,
)

__all__ = [
    "AskedAlready",
    "Dossier",
    "NotOpen",
    "PassOnTerms",
    "Subject",
    "answer_consent",
    "ask_for_dossier",
    "ask_to_pass_on",
    "can_pass_on",
    "consult_consent",
    "deadline_of",
    "give_for_dossier",
    "may_ask_to_pass_on",
    "opens_at_once",
    "page_of_consents",
    "pass_on",
    "withdraw_consent_request",
]
