"""Read the counts of a request: the conduct in the clear, what each side holds, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmc_cases.handovers.models import Count, CountAssessment, CountDecision, HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.assessing import newest_assessments, pair_verdict
from lmc_cases.handovers.services.offences import conduct_words, law_of
from lmc_cases.handovers.services.sealed import count_place
from lmc_cases.handovers.threshold import Verdict, verdict_of_rest
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, keys_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Offence

TONES = {
    Verdict.PASSES: "info",
    Verdict.ONLY_AGGRAVATED: "warning",
    Verdict.UNKNOWN: "neutral",
    Verdict.FAILS: "danger",
}


@dataclass(frozen=True)
class Said:
    """What one side holds of a count; the note is "" where no key opens it here."""

    row: CountAssessment
    note: str

    @property
    def tone(self) -> str:
        """How its badge looks."""
        return {"CONFIRMED": "success", "DENIED": "danger"}.get(self.row.outcome, "neutral")

    @property
    def laws(self) -> list[str]:
        """The offences it rests on, each with its article as it was seen then."""
        return [law_of(row) for row in (self.row.asking_offence, self.row.asked_offence) if row is not None]

    @property
    def verdict(self) -> str:
        """What the threshold gave then, in words."""
        return str(Verdict(self.row.verdict).label)


@dataclass(frozen=True)
class CountShown:
    """One count as an officer of either side reads it.

    Attributes:
        conduct: "" where no key of a country opens it here.
        verdict: what the penalties of the proposed pair give now; unknown where no pair is proposed.
        rest: what the rest of the sentence gives; ``None`` where nobody was sentenced.
        asking, asked: what each side holds; ``None`` where it has said nothing.
        decision: ``None`` until it is decided; ``ground`` is the one given for this count alone.
    """

    row: Count
    conduct: str
    verdict: Verdict
    rest: Verdict | None
    asking: Said | None
    asked: Said | None
    decision: CountDecision | None
    ground: str = ""

    @property
    def conduct_label(self) -> str:
        """The typology in words."""
        return conduct_words(self.row.typology)

    @property
    def laws(self) -> list[str]:
        """The offences that are named, each with its article."""
        return [law_of(row) for row in self.offences]

    @property
    def offences(self) -> list[Offence]:
        """The offences that are named, the asking side's first."""
        return [row for row in (self.row.asking_offence, self.row.asked_offence) if row is not None]

    @property
    def tone(self) -> str:
        """How the badge of the threshold looks."""
        return TONES[self.verdict]

    @property
    def is_candidate(self) -> bool:
        """Whether a pair is proposed. No machine says more of it than that."""
        return len(self.offences) == 2

    @property
    def disagree(self) -> bool:
        """Whether both sides said something and not the same."""
        return (
            self.asking is not None
            and self.asked is not None
            and self.asking.row.outcome != self.asked.row.outcome
        )

    @property
    def is_granted(self) -> bool:
        """Whether the person may be prosecuted or held for it."""
        return self.decision is not None and self.decision.outcome == CountDecision.Outcome.GRANTED

    @property
    def waits_for_consent(self) -> bool:
        """Whether it was raised after the decision and nobody has answered."""
        return self.row.needs_consent and self.decision is None


def counts_of(
    user: User, handover: HandoverRequest, *, subject: HandoverSubject | None = None
) -> dict[int, list[CountShown]]:
    """Return the counts of a request by primary key of the person, in the order of their numbers.

    Args:
        handover: read through the rule, with its instrument.
        subject: of this person alone.
    """
    rows = Count.objects.visible_to(user).filter(handover=handover)
    if subject is not None:
        rows = rows.filter(subject=subject)
    counts = list(
        rows.select_related(
            "subject", "asking_offence", "asked_offence", "recorded_by", "decision__decided_by"
        ).order_by("subject__position", "number")
    )
    if not counts:
        return {}
    key = _key_of(handover)
    newest = newest_assessments(counts)
    shown: dict[int, list[CountShown]] = {}
    for count in counts:
        count.handover = handover
        shown.setdefault(count.subject_id, []).append(_shown(count, handover, key, newest))
    return shown


def history_of_assessments(user: User, count: Count) -> list[Said]:
    """Return everything both sides ever said of a count, the newest first."""
    rows = CountAssessment.objects.visible_to(user).filter(count=count)
    key = _key_of(count.handover)
    return [
        _said(row, key)
        for row in rows.select_related("asking_offence", "asked_offence", "recorded_by", "country").order_by(
            "-pk"
        )
    ]


def _key_of(handover: HandoverRequest) -> DataKey | None:
    try:
        return keys_of([handover.uuid]).get(handover.uuid)
    except KeyUnavailable:
        return None


def _shown(
    count: Count,
    handover: HandoverRequest,
    key: DataKey | None,
    newest: dict[tuple[int, int], CountAssessment],
) -> CountShown:
    said = [
        _said(newest[count.pk, country], key) if (count.pk, country) in newest else None
        for country in (handover.requesting_id, handover.requested_id)
    ]
    decision: CountDecision | None = getattr(count, "decision", None)
    needed = handover.instrument.remaining_sentence_months if handover.instrument else ""
    return CountShown(
        row=count,
        conduct=key.open(count.conduct_sealed, count_place("conduct", count.uuid)) if key else "",
        verdict=pair_verdict(handover, count.asking_offence, count.asked_offence),
        rest=verdict_of_rest(count.months_left, needed) if count.is_sentenced else None,
        asking=said[0],
        asked=said[1],
        decision=decision,
        ground=(
            key.open(decision.ground_sealed, count_place("ground", decision.uuid))
            if key and decision and decision.ground_sealed
            else ""
        ),
    )


def _said(row: CountAssessment, key: DataKey | None) -> Said:
    return Said(row, key.open(row.note_sealed, count_place("note", row.uuid)) if key else "")
