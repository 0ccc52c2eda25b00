"""The offences of both sides next to each other: found by typology, never by name, and proposed as candidates only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import law
from lmc_cases.handovers.threshold import Threshold, Tiers, Verdict, penalty_of, verdict_of, worst
from lmc_cases.handovers.wording import confidence_words
from lmc_cases.jurisdictions.models import LegalInstrument, Offence

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# The typologies of ``Offence`` in words. A row of another typology is shown with its code.
CONDUCTS: dict[str, Promise] = {
    "telecom_fraud": gettext_lazy("Telecom and online fraud"),
    "online_gambling": gettext_lazy("Online gambling"),
    "human_trafficking": gettext_lazy("Trafficking in persons"),
    "illegal_detention": gettext_lazy("Unlawful detention"),
    "money_laundering": gettext_lazy("Money laundering"),
    "illegal_border_crossing": gettext_lazy("Unlawful border crossing"),
    "organised_crime": gettext_lazy("Organised crime"),
    "forged_documents": gettext_lazy("Forged documents"),
    "computer_crime": gettext_lazy("Computer crime"),
    "corruption": gettext_lazy("Corruption"),
}
_NOT_SEEN = "not verified"


@dataclass(frozen=True)
class OffenceShown:
    """One offence as it stands beside others.

    Attributes:
        verdict: what its own penalties give against the threshold of the chosen instrument.
        pair_verdict: together with the offence chosen on the other side; ``None`` where none is chosen there.
    """

    row: Offence
    verdict: Verdict
    pair_verdict: Verdict | None = None

    @property
    def uuid(self) -> str:
        """The public id of the row, as an address holds it."""
        return str(self.row.uuid)

    @property
    def is_citable(self) -> bool:
        """Whether its article can be named in a request; else it is a hint where to look."""
        return is_citable(self.row)

    @property
    def law(self) -> str:
        """The law and, where it was seen, the article."""
        return law_of(self.row)

    @property
    def base(self) -> str:
        """The ceiling of the basic tier in words."""
        return penalty_words(self.row.base_max_penalty)

    @property
    def heaviest(self) -> str:
        """The ceiling of the heaviest tier in words."""
        return penalty_words(self.row.max_penalty)

    @property
    def confidence(self) -> str:
        """How sure the row is."""
        return confidence_words(self.row.confidence)


@dataclass(frozen=True)
class SideBySide:
    """The offences of one typology in the law of both countries.

    Attributes:
        asking, asked: rows that can be named, hints after them.
        threshold: of the chosen instrument; its limit is ``None`` where it is not known.
        instrument: whose threshold it is; ``None`` where none was chosen.
    """

    asking: tuple[OffenceShown, ...]
    asked: tuple[OffenceShown, ...]
    threshold: Threshold
    instrument: LegalInstrument | None

    @property
    def threshold_words(self) -> str:
        """The threshold in words; "" where it is not known."""
        if self.threshold.limit is None:
            return ""
        words = {">=": _("at least %(years)s year(s)"), ">": _("more than %(years)s year(s)")}
        return words[self.threshold.operator] % {"years": self.threshold.years}

    @property
    def source(self) -> str:
        """Where the threshold was read."""
        return self.instrument.source if self.instrument else ""

    @property
    def confidence(self) -> str:
        """How sure the threshold is."""
        return confidence_words(self.instrument.confidence) if self.instrument else ""


def side_by_side(
    user: User,
    handover: HandoverRequest,
    typology: str,
    *,
    asking_pk: int | None = None,
    asked_pk: int | None = None,
) -> SideBySide:
    """Return what both countries' laws hold of a typology.

    Args:
        handover: with its instrument; read through the rule.
        asking_pk, asked_pk: the offences chosen on each side: rows of the other side are paired with them.
    """
    threshold = threshold_of(handover)
    asking = rows_of(user, handover, handover.requesting_id, typology)
    asked = rows_of(user, handover, handover.requested_id, typology)
    chosen_asking = next((row for row in asking if row.pk == asking_pk), None)
    chosen_asked = next((row for row in asked if row.pk == asked_pk), None)
    return SideBySide(
        tuple(_shown(row, threshold, chosen_asked) for row in asking),
        tuple(_shown(row, threshold, chosen_asking) for row in asked),
        threshold,
        handover.instrument,
    )


def rows_of(user: User, handover: HandoverRequest, country_pk: int, typology: str) -> list[Offence]:
    """Return the offences of a country by typology, those that can be named first.

    In the versions the request follows: a row that was replaced or has ended is offered to nobody.
    """
    open_to = Offence.objects.visible_to(user)
    held = Offence.objects.filter(pk__in=open_to, jurisdiction=country_pk, typology=typology)
    rows = law.law_of(handover, held)
    return sorted(rows, key=lambda row: (not is_citable(row), row.law_title_en, row.pk))


def threshold_of(handover: HandoverRequest) -> Threshold:
    """Return the threshold of the chosen instrument; not known where none was chosen."""
    row = handover.instrument
    if row is None:
        return Threshold("", "")
    return Threshold(row.extradition_threshold_operator, row.extradition_threshold_years)


def tiers_of(row: Offence) -> Tiers:
    """Return the two cells that are compared."""
    return Tiers(row.base_max_penalty, row.max_penalty)


def is_citable(row: Offence) -> bool:
    """Whether an article was seen: words in its place are a hint where to look, and leave the country in no paper."""
    return any(sign.isdecimal() for sign in row.article) and _NOT_SEEN not in row.article.lower()


def law_of(row: Offence) -> str:
    """Return the law and the article; without the article where nobody has seen it."""
    return f"{row.law_title_en}, {row.article}" if is_citable(row) else row.law_title_en


def conduct_words(typology: str) -> str:
    """Return a typology in the active language."""
    return str(CONDUCTS.get(typology, typology))


def penalty_words(cell: str) -> str:
    """Return a penalty in words: years, life, death, or that it is not known."""
    words = {"life": _("Life imprisonment"), "death": _("Death penalty")}
    if cell in words:
        return words[cell]
    if penalty_of(cell) is None:
        return _("Not known")
    return _("%(years)s year(s)") % {"years": cell}


def as_read(handover: HandoverRequest, *rows: Offence | None) -> dict[str, Any]:
    """Return the cells an officer had before the eyes: of the instrument and of each chosen offence."""
    instrument = handover.instrument
    return {
        "instrument": {
            "uuid": str(instrument.uuid) if instrument else "",
            "title": instrument.title if instrument else "",
            "operator": instrument.extradition_threshold_operator if instrument else "",
            "years": instrument.extradition_threshold_years if instrument else "",
            "months_left": instrument.remaining_sentence_months if instrument else "",
        },
        "offences": [
            {
                "uuid": str(row.uuid),
                "law": row.law_title_en,
                "article": row.article,
                "base": row.base_max_penalty,
                "max": row.max_penalty,
                "source": row.source,
                "confidence": row.confidence,
            }
            for row in rows
            if row is not None
        ],
    }


def _shown(row: Offence, threshold: Threshold, other: Offence | None) -> OffenceShown:
    own = verdict_of(tiers_of(row), threshold)
    pair = worst(own, verdict_of(tiers_of(other), threshold)) if other is not None else None
    return OffenceShown(row, own, pair)
