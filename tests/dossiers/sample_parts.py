"""What both sides recorded of invented persons: checks, counts, hands, belongings, papers and assurances."""

from __future__ import annotations

from typing import Any

from lmc_cases.dossiers.facts import (
    Assurance,
    CheckAnswer,
    CheckException,
    Count,
    CountAnswer,
    Country,
    Hand,
    Loss,
    Moment,
    Paper,
    PersonCheck,
    Plan,
    Property,
    Text,
)

CHINA, THAILAND = Country("CN"), Country("TH")
BY = "Sample Officer (invented)"


def checks(at: Moment) -> tuple[PersonCheck, ...]:
    """Return one check for each part, two sides that differ, and an exception."""
    return (
        PersonCheck(
            "IDENTITY",
            (CheckAnswer(THAILAND, "CONFIRMED", BY, at), CheckAnswer(CHINA, "NOT_CONFIRMED", BY, at)),
        ),
        PersonCheck("AGE", (CheckAnswer(THAILAND, "MINOR", BY, at),)),
        PersonCheck(
            "MINOR_CARE",
            (
                CheckAnswer(
                    THAILAND,
                    "ARRANGED",
                    BY,
                    at,
                    guardian="Sample Guardian (invented)",
                    escort="Sample Escort (invented)",
                    best_interest="SAMPLE BEST INTEREST",
                    document="SAMPLE PAPER 7",
                ),
            ),
        ),
        PersonCheck("SCREENING", (CheckAnswer(THAILAND, "NOT_VICTIM", BY, at),)),
        PersonCheck(
            "RIGHTS",
            (
                CheckAnswer(
                    THAILAND, "GIVEN", BY, at, language="官话", interpreter="Sample Interpreter (invented)"
                ),
            ),
        ),
        PersonCheck(
            "LAWYER",
            (),
            CheckException("SAMPLE EXCEPTION", "Sample Proposer (invented)", "Sample Second (invented)", at),
        ),
    )


def counts(at: Moment) -> tuple[Count, ...]:
    """Return one count confirmed by both sides, and one of a sentenced person that nobody assessed."""
    return (
        Count(
            1,
            Text("zh-hans", "示例行为描述。"),
            "telecom_fraud",
            "中华人民共和国刑法, 266",
            "ประมวลกฎหมายอาญา, มาตรา 343",
            "Sample City",
            "2025-03-07",
            answers=(
                CountAnswer(CHINA, "CONFIRMED", "PASSES", BY, at),
                CountAnswer(THAILAND, "UNDECIDED", "ONLY_AGGRAVATED", BY, at),
            ),
            decision="GRANTED",
            limitation_ends_on="2040-03-07",
            limitation_rule="SAMPLE LIMITATION RULE",
        ),
        Count(
            2,
            Text("en", "SAMPLE SECOND COUNT"),
            "money_laundering",
            is_sentenced=True,
            months_left=14,
            decision="REFUSED",
            ground="SAMPLE GROUND",
        ),
    )


def hands(at: Moment) -> tuple[Hand, ...]:
    """Return an arrest with an injury, and a handing on."""
    return (
        Hand(at, THAILAND, BY, "Mae Sot", "", "Sample Station", "SEEN", "SAMPLE INJURY", "SAMPLE MEDICINE"),
        Hand(at, THAILAND, BY, "Mae Sot", "Sample Station", "Sample Centre", "NONE_SEEN"),
    )


def belongings() -> tuple[Property, ...]:
    """Return a thing that travels as evidence and a sum that is held back."""
    return (
        Property("SAMPLE PHONE", 2, "EVIDENCE", exhibit="E-0001"),
        Property("SAMPLE CASH", 1, "HELD", "THB 1,200.00", reason="SAMPLE REASON"),
    )


def of_dossier(at: Moment) -> dict[str, Any]:
    """Return what stands beside the persons."""
    return {
        "procedure": "EXTRADITION",
        "papers": (
            Paper("WARRANT", "ANNEXED", Text("zh-hans", "示例逮捕证，第7号")),
            Paper("LAW_TEXT", "STATED", Text("en", "SAMPLE LIMITATION")),
        ),
        "assurances": (
            Assurance(CHINA, "Sample Ministry (invented)", "2025-11-02", "SAMPLE ASSURANCE", "PAPER 9"),
        ),
        "losses": (Loss("3482000.50", "THB"), Loss("120000", "CNY")),
        "fraud_victims": "14",
        "plan": Plan(at, "SAMPLE BRIDGE", "SAMPLE CONVOY"),
    }
