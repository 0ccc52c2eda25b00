"""Draw the table of steps: one picture per procedure, in Mermaid's words, for ``docs/handovers.md``."""

from __future__ import annotations

from lmc_cases.handovers.checks import CHECKS, asked_of
from lmc_cases.handovers.models import Status
from lmc_cases.handovers.procedures import OFFERED, Procedure
from lmc_cases.handovers.states import Step, steps_of

HEAD = """# Handovers: procedures, steps and checks

Written by `python manage.py draw_procedures` from the tables of `lmc_cases/handovers` (`procedures.py`, `states.py`,
`checks.py`); a test fails where this page is older than they are.

An arrow carries the step and who takes it. Steps that lead out of many states are listed below the picture, not drawn.
"""
# Drawn from every open state they would hide the others.
LISTED = ("withdraw", "release", "leave", "cross", "set_aside", "correct", "edit")


def page() -> str:
    """Return the page, whole."""
    parts = [HEAD, *(section(procedure) for procedure in Procedure), checks()]
    return "\n".join(parts)


def section(procedure: Procedure) -> str:
    """Return the picture of one procedure, and what is not drawn."""
    steps = [step for step in steps_of(procedure) if step.begins]
    reached = {Status.DRAFT.value}
    for _turn in steps:
        reached |= {
            end for step in steps if reached & set(step.begins) for end in step.ends if step.changes_status
        }
    lines = ["stateDiagram-v2", "    [*] --> DRAFT"]
    for step in steps:
        if step.act not in LISTED:
            lines += [
                f"    {begin} --> {end}: {step.act} ({step.side})"
                for begin in step.begins
                if begin in reached
                for end in step.ends
            ]
    ends = [status for status in Status.values if status in reached and not _leaves(steps, status)]
    lines += [f"    {status} --> [*]" for status in ends]
    listed = [
        f"- `{step.act}` ({step.side}): from {_words(step, reached)}" for step in steps if step.act in LISTED
    ]
    gates = [
        f"- `{step.act}`: {', '.join(gate.value.replace('_', ' ') for gate in step.gates)}"
        for step in steps
        if step.gates
    ]
    opened = (
        "the country that holds the persons"
        if procedure in OFFERED
        else "the country that receives the persons"
    )
    return "\n".join(
        [
            f"## {procedure.value}",
            "",
            f"Opened by {opened}.",
            "",
            "```mermaid",
            *lines,
            "```",
            "",
            "Out of many states:",
            "",
            *listed,
            "",
            "Gates, all of which must be open:",
            "",
            *gates,
            "",
        ]
    )


def checks() -> str:
    """Return the table of checks: who asks for which, and what each outcome does."""
    rows = [
        "## Checks of a person",
        "",
        "The country that holds the person answers for them; the other records its own beside them. Nobody overrides an"
        " outcome that stops, or that leads into the protection of victims; every other check two officers together.",
        "",
        "| check | asked by | outcomes |",
        "| --- | --- | --- |",
    ]
    for check in CHECKS:
        asks = [each.value for each in Procedure if check in asked_of(each, is_minor=True)]
        outcomes = ", ".join(f"{each.code} ({each.effect})" for each in check.outcomes)
        rows.append(
            f"| {check.kind.value} | {'all' if len(asks) == len(Procedure) else ', '.join(asks)} | {outcomes} |"
        )
    return "\n".join([*rows, ""])


def _leaves(steps: list[Step], status: str) -> bool:
    return any(status in step.begins for step in steps)


def _words(step: Step, reached: set[str]) -> str:
    return ", ".join(status for status in step.begins if status in reached)
