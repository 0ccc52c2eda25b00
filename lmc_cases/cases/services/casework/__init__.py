"""Open, edit and restrict cases; write their texts, timeline and notes; record who looked."""

from lmc_cases.cases.services.casework.asking import AlreadyTranslated, ask_translation
from lmc_cases.cases.services.casework.checking import NotToBeChecked, check_translation
from lmc_cases.cases.services.casework.editing import edit_case
from lmc_cases.cases.services.casework.looking import consult_case
from lmc_cases.cases.services.casework.machine import (
    AlreadyWritten,
    NotForTheMachine,
    ask_machine_draft,
    kept_back,
    machine_for,
    write_owed_draft,
)
from lmc_cases.cases.services.casework.opening import open_case
from lmc_cases.cases.services.casework.restricting import NotRestricted, lift_restriction, restrict_case
from lmc_cases.cases.services.casework.rows import (
    LANGUAGES,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    CaseClosed,
    lock_case,
    mark_changed,
    touch,
)
from lmc_cases.cases.services.casework.writing import add_note, add_timeline_entry, write_text

__all__ = [
    "LANGUAGES",
    "MAX_TEXT_CHARACTERS",
    "MAX_TITLE_CHARACTERS",
    "AlreadyTranslated",
    "AlreadyWritten",
    "CaseClosed",
    "NotForTheMachine",
    "NotRestricted",
    "NotToBeChecked",
    "add_note",
    "add_timeline_entry",
    "ask_machine_draft",
    "ask_translation",
    "check_translation",
    "consult_case",
    "edit_case",
    "kept_back",
    "lift_restriction",
    "lock_case",
    "machine_for",
    "mark_changed",
    "open_case",
    "restrict_case",
    "touch",
    "write_owed_draft",
    "write_text",
]
