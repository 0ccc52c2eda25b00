"""What each procedure knows, written down once more: the table of the product is held against this one.

Per status the acts that may be taken there, each with who takes it: the side that opened (o), answers (a), sends (s) or
receives (r), and what the officer holds: e(dit), q (ask), d(ecide). Shared lines stand once.
"""

from __future__ import annotations

WITHDRAW = "withdraw:oq"
OPEN = f"leave:se {WITHDRAW}"
COURT_OPEN = f"{OPEN} release:sd"
# Only who is asked for is set aside: offers compete with nobody.
ASIDE = " set_aside:ad"
BEFORE_DECISION = ("SUBMITTED", "ACKNOWLEDGED", "INFO_ASKED", "REVIEW", "POSTPONED")
MOVABLE = "plan:se correct:sd"

COURT = {
    "DRAFT": f"edit:oq propose:oq {WITHDRAW}",
    "INTERNAL": f"return_draft:od send:od {WITHDRAW}",
    "SUBMITTED": f"acknowledge:ae {COURT_OPEN}",
    "ACKNOWLEDGED": f"ask_information:ae review:ae {COURT_OPEN}",
    "INFO_ASKED": f"supply:oq {COURT_OPEN}",
    "REVIEW": f"ask_information:ae approve:ad refuse:ad {COURT_OPEN}",
    "POSTPONED": f"resume:ad {COURT_OPEN}",
    "APPROVED": f"{MOVABLE} {COURT_OPEN}",
    "PART_GRANTED": f"{MOVABLE} {COURT_OPEN}",
    "TEMPORARY": f"{MOVABLE} {COURT_OPEN}",
    "ASSURED": f"{MOVABLE} {COURT_OPEN}",
    "PLANNED": f"clear:sd cross:se {MOVABLE} {COURT_OPEN}",
    "CLEARED": f"hand_over:se cross:se {MOVABLE} {COURT_OPEN}",
    "NOT_COLLECTED": f"{MOVABLE} {COURT_OPEN}",
    "NOT_ACCEPTED": f"{MOVABLE} {COURT_OPEN}",
    "HANDED_OVER": "close:rq plan:se leave:se",
}
EXTRADITION = {
    **COURT,
    "INTERNAL": f"{COURT['INTERNAL']} ask_arrest:od",
    "ARREST_ASKED": f"record_arrest:ae send:od release:sd {WITHDRAW}",
    "ARRESTED": f"send:od release:sd {WITHDRAW}",
    "ACKNOWLEDGED": f"{COURT['ACKNOWLEDGED']} simplify:ad",
    "REVIEW": f"{COURT['REVIEW']} simplify:ad",
    **{status: f"{COURT[status]} assure:od" for status in ("APPROVED", "PART_GRANTED", "TEMPORARY")},
    "HANDED_OVER": "watch:rq plan:se leave:se",
    "WATCH": "close:rq",
}
POLICE = {
    "DRAFT": f"edit:oq submit:oq {WITHDRAW}",
    "SUBMITTED": f"acknowledge:ae {OPEN}",
    "ACKNOWLEDGED": f"ask_information:ae approve:ad refuse:ad {OPEN}",
    "INFO_ASKED": f"supply:oq {OPEN}",
    "REVIEW": f"ask_information:ae {OPEN}",
    "POSTPONED": f"resume:ad {OPEN}",
    "APPROVED": f"{MOVABLE} {OPEN}",
    "PART_GRANTED": f"{MOVABLE} {OPEN}",
    "TEMPORARY": f"{MOVABLE} {OPEN}",
    "ASSURED": f"{MOVABLE} {OPEN}",
    "PLANNED": f"clear:sd cross:se {MOVABLE} {OPEN}",
    "CLEARED": f"hand_over:se cross:se {MOVABLE} {OPEN}",
    "NOT_COLLECTED": f"{MOVABLE} {OPEN}",
    "NOT_ACCEPTED": f"{MOVABLE} {OPEN}",
    "HANDED_OVER": "close:rq plan:se leave:se",
}
# No dossier of facts travels with who leaves by own decision, or as a victim.
WITHOUT_DOSSIER = {status: acts.replace(" correct:sd", "") for status, acts in POLICE.items()}


def with_aside(acts: dict[str, str]) -> dict[str, str]:
    """Return the acts of a procedure in which somebody may be set aside."""
    return {status: held + (ASIDE if status in BEFORE_DECISION else "") for status, held in acts.items()}


EXPECTED = {
    "EXTRADITION": with_aside(EXTRADITION),
    "SENTENCED": with_aside(COURT),
    "POLICE_HANDOVER": with_aside(POLICE),
    "REMOVAL": POLICE,
    "VOLUNTARY_RETURN": WITHOUT_DOSSIER,
    "VICTIM_RETURN": WITHOUT_DOSSIER,
}


def expected(procedure: str) -> set[tuple[str, str, str, str]]:
    """Return (status, act, side, right) of everything the procedure knows."""
    return {
        (status, act, who[0], who[1])
        for status, acts in EXPECTED[procedure].items()
        for act, who in (entry.split(":") for entry in acts.split())
    }
