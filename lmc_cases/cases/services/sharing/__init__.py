"""The life of a share: terms, preview, the second officer, answers, review, withdrawal, correction, escalation."""

from lmc_cases.cases.services.sharing.answering import (
    AnsweredAlready,
    accept_share,
    answer_question,
    ask_about_share,
    decline_share,
    may_decide,
)
from lmc_cases.cases.services.sharing.confirming import (
    ConfirmedAlready,
    SecondOfficerNeeded,
    confirm_share,
    refuse_share,
)
from lmc_cases.cases.services.sharing.making import share_case
from lmc_cases.cases.services.sharing.preview import Preview, preview_of, who_will_see
from lmc_cases.cases.services.sharing.reading import (
    Holder,
    Opening,
    Thread,
    answers_of,
    consult_follow_up,
    consult_share,
    follow_ups_of,
    holders_of,
    openings_of,
    shares_of,
)
from lmc_cases.cases.services.sharing.reviewing import review_share
from lmc_cases.cases.services.sharing.revoking import (
    AcknowledgedAlready,
    NeverDisclosed,
    acknowledge,
    revoke_share,
    send_correction,
)
from lmc_cases.cases.services.sharing.terms import (
    AlreadyShared,
    Approval,
    ShareEnded,
    TermsAsked,
    approval_of,
    needs_second_officer,
)

__all__ = [
    "AcknowledgedAlready",
    "AlreadyShared",
    "AnsweredAlready",
    "Approval",
    "ConfirmedAlready",
    "Holder",
    "NeverDisclosed",
    "Opening",
    "Preview",
    "SecondOfficerNeeded",
    "ShareEnded",
    "TermsAsked",
    "Thread",
    "accept_share",
    "acknowledge",
    "answer_question",
    "answers_of",
    "approval_of",
    "ask_about_share",
    "confirm_share",
    "consult_follow_up",
    "consult_share",
    "decline_share",
    "follow_ups_of",
    "holders_of",
    "may_decide",
    "needs_second_officer",
    "openings_of",
    "preview_of",
    "refuse_share",
    "review_share",
    "revoke_share",
    "send_correction",
    "share_case",
    "shares_of",
    "who_will_see",
]
