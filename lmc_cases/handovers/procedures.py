"""The kinds of procedure by which a person changes countries, and what each stands for.

Declared as data: the table of steps (``states``) and the table of checks (``checks``) name these groups and nothing
else. A country joins a procedure by rows of law, never by code.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Procedure(models.TextChoices):
    """By what procedure a person is to change countries."""

    EXTRADITION = "EXTRADITION", _("Extradition")
    POLICE_HANDOVER = "POLICE_HANDOVER", _("Police handover at the border")
    REMOVAL = "REMOVAL", _("Deportation or removal")
    VOLUNTARY_RETURN = "VOLUNTARY_RETURN", _("Voluntary return")
    VICTIM_REPATRIATION = "VICTIM_RETURN", _("Repatriation of victims")
    SENTENCED_TRANSFER = "SENTENCED", _("Transfer of sentenced persons")


P = Procedure
ALL = frozenset(Procedure)
# A court or a ministry decides; the request passes an internal approval before it is sent.
COURT = frozenset({P.EXTRADITION, P.SENTENCED_TRANSFER})
# Opened by the country that holds the persons; in all others the receiving country asks.
OFFERED = frozenset({P.REMOVAL, P.VOLUNTARY_RETURN, P.VICTIM_REPATRIATION})
ASKED = ALL - OFFERED
# Nobody is moved against the own will.
BY_CONSENT = frozenset({P.VOLUNTARY_RETURN, P.VICTIM_REPATRIATION, P.SENTENCED_TRANSFER})
FOR_VICTIMS = frozenset({P.VICTIM_REPATRIATION})
# A dossier of the case travels with the persons; it never does with victims or with who leaves by own decision.
WITH_DOSSIER = ASKED | {P.REMOVAL}


@dataclass(frozen=True)
class Profile:
    """What an officer must know of a procedure before choosing it.

    Attributes:
        meaning: one sentence.
        warning: what does not attach by itself; empty where nothing needs saying.
        papers: codes of ``PAPERS`` that belong to it.
    """

    meaning: Promise
    warning: Promise | str
    papers: tuple[str, ...]


# The papers a procedure lives by. What a country or treaty demands besides is a row of law.
PAPERS: dict[str, Promise] = {
    "WARRANT": _("Warrant of arrest or its equivalent"),
    "LAW_TEXT": _("Text of the law: offence, penalty, limitation"),
    "JUDGMENT": _("Judgment, sentence and part served"),
    "REMOVAL_ORDER": _("Removal or deportation order"),
    "TRAVEL_DOCUMENT": _("Travel document"),
    "CONSENT": _("Written consent of the person"),
    "REFERRAL": _("Referral of the victim and the receiving service"),
    "PROTOCOL": _("Handover protocol signed by both sides"),
}

PROFILES: dict[str, Profile] = {
    P.EXTRADITION: Profile(
        _("Surrender for prosecution or to serve a sentence, on a treaty or on reciprocity."),
        "",
        ("WARRANT", "LAW_TEXT", "PROTOCOL"),
    ),
    P.POLICE_HANDOVER: Profile(
        _("Police hands a person to police at the border."),
        _(
            "Safeguards of extradition, such as speciality and review by a court, do not attach by themselves."
            " The legal basis must say what does."
        ),
        ("PROTOCOL",),
    ),
    P.REMOVAL: Profile(
        _("A country sends a foreigner to the own country under its immigration law."),
        _(
            "Safeguards of extradition, such as speciality and review by a court, do not attach by themselves."
            " The legal basis must say what does."
        ),
        ("REMOVAL_ORDER", "TRAVEL_DOCUMENT", "PROTOCOL"),
    ),
    P.VOLUNTARY_RETURN: Profile(
        _("A person returns by own decision and with help."),
        _("The consent must be free and informed, and can be taken back until the person has left."),
        ("CONSENT", "TRAVEL_DOCUMENT", "PROTOCOL"),
    ),
    P.VICTIM_REPATRIATION: Profile(
        _("A victim of trafficking returns safely to a service that receives the person."),
        _("A victim is nobody's suspect: no charge, no guard, no dossier of facts against the person."),
        ("CONSENT", "REFERRAL", "TRAVEL_DOCUMENT", "PROTOCOL"),
    ),
    P.SENTENCED_TRANSFER: Profile(
        _("A sentenced person serves the rest of the sentence in the own country."),
        "",
        ("JUDGMENT", "LAW_TEXT", "CONSENT", "PROTOCOL"),
    ),
}
