"""What an officer should think of with a person: from rows of law alone, with their sources. It stops nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services import law
from lmc_cases.handovers.services.counts_read import CountShown
from lmc_cases.handovers.services.offences import law_of
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.wording import confidence_words
from lmc_cases.jurisdictions.models import LegalInstrument, Offence

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

_DEATH = "death"
# As ``Jurisdiction.death_penalty`` begins where it is abolished, in law or in practice.
_ABOLISHED = "abolished"
GAMBLING = "online_gambling"
_LICENSED = r"licen[cs]|casino"


@dataclass(frozen=True)
class Caution:
    """One thing to think of.

    Attributes:
        text: what it is and what can be done, in the active language.
        says: what the row of law says, in the words and the language of the row; "" where it says nothing more.
        law, source, confidence: where that stands, as far as it is known.
    """

    text: str
    says: str = ""
    law: str = ""
    source: str = ""
    confidence: str = ""


def cautions_of(
    user: User, handover: HandoverRequest, person: RequestedPerson, counts: Iterable[CountShown]
) -> list[Caution]:
    """Return what is to be thought of with one person. Offers have none: nobody asks the other country to decide.

    Args:
        handover: read through the rule, with both countries and its instrument.
    """
    if handover.procedure not in ASKED or not person.shown:
        return []
    held = list(counts)
    offences = [row for count in held for row in count.offences]
    return [
        *_of_nationals(user, handover, person),
        *_of_death(handover, offences),
        *_of_gambling(user, handover, held),
    ]


def _of_nationals(user: User, handover: HandoverRequest, person: RequestedPerson) -> list[Caution]:
    """The person is a national of the country that is to decide."""
    country = handover.requested
    if person.shown.get("nationality") != country.code:
        return []
    names = {"country": country.name}
    text = _(
        "This person is a national of %(country)s. It may not surrender its nationals: think of asking for"
        " prosecution in place."
    )
    rows = rules_on_nationals(user, handover)
    if not rows:
        unknown = _(
            "This person is a national of %(country)s. Whether it surrenders its nationals is not known here: ask,"
            " and think of asking for prosecution in place."
        )
        return [Caution(unknown % names)]
    return [
        Caution(text % names, row.nationals_rule, row.title, row.source, confidence_words(row.confidence))
        for row in rows
    ]


def rules_on_nationals(user: User, handover: HandoverRequest) -> list[LegalInstrument]:
    """The chosen instrument and the country's own laws, where they say something of nationals."""
    chosen = handover.instrument
    rows = LegalInstrument.objects.exclude(nationals_rule="").filter(
        pk__in=LegalInstrument.objects.visible_to(user),
        kind="domestic_reciprocity",
        parties_text=handover.requested.code,
    )
    own = law.law_of(handover, rows)
    found = {row.pk: row for row in own.order_by("pk")}
    if chosen is not None and chosen.nationals_rule:
        found[chosen.pk] = chosen
    return list(found.values())


def _of_death(handover: HandoverRequest, offences: Iterable[Offence]) -> list[Caution]:
    """An offence of a count carries the death penalty, and the deciding country abolished it."""
    country = handover.requested
    if not country.death_penalty.lower().startswith(_ABOLISHED):
        return []
    rows = {
        row.pk: row for row in offences if _DEATH in (row.base_max_penalty.lower(), row.max_penalty.lower())
    }
    text = _(
        "This offence carries the death penalty, and %(country)s has abolished it: think of asking for, or giving, an"
        " assurance."
    )
    names = {"country": country.name}
    return [
        Caution(
            text % names,
            f"{country.name_en}: {country.death_penalty}",
            law_of(row),
            row.source,
            confidence_words(row.confidence),
        )
        for row in rows.values()
    ]


def _of_gambling(user: User, handover: HandoverRequest, counts: Iterable[CountShown]) -> list[Caution]:
    """A count is gambling, and a row of either country's law speaks of licences."""
    if not any(count.row.typology == GAMBLING for count in counts):
        return []
    held = Offence.objects.filter(
        pk__in=Offence.objects.visible_to(user),
        jurisdiction__in=(handover.requesting_id, handover.requested_id),
        typology=GAMBLING,
        notes__iregex=_LICENSED,
    )
    text = _("Gambling may be lawful where it is licensed: a count of fraud or laundering may be safer.")
    return [
        Caution(text, row.notes, law_of(row), row.source, confidence_words(row.confidence))
        for row in law.law_of(handover, held).order_by("pk")
    ]
