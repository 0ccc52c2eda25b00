"""Which treaties and laws two countries could rely on. A list to choose from; never a finding of law."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.services.law import today_in
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument

KINDS = {
    "bilateral_extradition": _("Bilateral extradition treaty"),
    "multilateral_extradition": _("Multilateral extradition treaty"),
    "convention": _("Convention"),
    "domestic_reciprocity": _("Domestic law, reciprocity"),
    "mla_bilateral": _("Bilateral treaty on mutual legal assistance"),
    "mla_multilateral": _("Multilateral treaty on mutual legal assistance"),
    "prisoner_transfer": _("Treaty on the transfer of sentenced persons"),
    "mou": _("Memorandum of understanding"),
}
_ORDER = {kind: place for place, kind in enumerate(KINDS)}


class Force(enum.IntEnum):
    """Whether the data say that the instrument is in force; the order in which instruments are offered."""

    KNOWN = 0
    NOT_KNOWN = 1
    NONE = 2


@dataclass(frozen=True)
class OfferedInstrument:
    """One instrument to choose, with what the reader must know beside it."""

    instrument: LegalInstrument
    force: Force

    @property
    def kind(self) -> str:
        """The kind in the active language; a kind nobody named stays as written."""
        return str(KINDS.get(self.instrument.kind, self.instrument.kind))


def force_of(in_force: str) -> Force:
    """Read the cell ``in_force``: a date or words, ``yes``, ``no``, or empty for not known."""
    if not in_force:
        return Force.NOT_KNOWN
    return Force.NONE if in_force == "no" else Force.KNOWN


def offered_instruments(asking: Jurisdiction, asked: Jurisdiction) -> list[OfferedInstrument]:
    """Return the instruments both countries are party to, then the requested country's own law; in force first."""
    held = LegalInstrument.objects.in_force_on(today_in(asked))
    both = held.filter(parties=asking).filter(parties=asked)
    own = held.filter(kind="domestic_reciprocity", parties_text=asked.code)
    offers = [OfferedInstrument(row, force_of(row.in_force)) for row in (both | own).distinct()]
    return sorted(
        offers,
        key=lambda offer: (
            offer.force,
            _ORDER.get(offer.instrument.kind, len(_ORDER)),
            offer.instrument.title,
        ),
    )
