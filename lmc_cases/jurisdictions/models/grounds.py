"""Grounds on which a country refuses, and what it says of itself to those who ask: rows of law."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.models.countries import Jurisdiction
from lmc_cases.jurisdictions.models.reference import LegalInstrument
from lmc_cases.jurisdictions.models.versions import LawRow


class RefusalGround(LawRow):
    """A ground on which a request must or may be refused, by a country's law or by one treaty.

    No row means that nobody has entered the grounds, never that there are none. Nothing is refused by a row: an
    officer of the deciding country says whether it applies.
    """

    class Ground(models.TextChoices):
        """What it is about, as laws and treaties name it."""

        NATIONAL = "NATIONAL", _("Own national")
        FINAL = "FINAL", _("Final judgment or closed case")
        POLITICAL = "POLITICAL", _("Political offence or asylum")
        PERSECUTION = "PERSECUTION", _("Persecution or unfair treatment")
        MILITARY = "MILITARY", _("Purely military offence")
        TIME_BAR = "TIME_BAR", _("Time-bar, pardon or other legal bar")
        TORTURE = "TORTURE", _("Torture or inhuman treatment")
        ABSENTIA = "ABSENTIA", _("Judgment in absence without a new trial")
        THRESHOLD = "THRESHOLD", _("Below the threshold of penalty")
        NO_OFFENCE = "NO_OFFENCE", _("No offence under the law of the deciding country")
        OWN_CASE = "OWN_CASE", _("Own jurisdiction or own proceedings")
        HUMANITARIAN = "HUMANITARIAN", _("Humanitarian reasons, such as age or health")
        DEATH = "DEATH", _("Death penalty without assurance")
        OTHER = "OTHER", _("Another ground")

    class Bearing(models.TextChoices):
        """Whether the country is bound by it."""

        MANDATORY = "MANDATORY", _("Must be refused")
        OPTIONAL = "OPTIONAL", _("May be refused")

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="refusal_grounds"
    )
    instrument = models.ForeignKey(
        LegalInstrument, on_delete=models.PROTECT, null=True, blank=True, related_name="refusal_grounds"
    )
    ground = models.CharField(_("ground"), max_length=12, choices=Ground.choices)
    bearing = models.CharField(_("effect"), max_length=9, choices=Bearing.choices)
    law = models.CharField(_("law"), max_length=400)
    article = models.CharField(_("article"), max_length=120, blank=True, default="")
    statement = models.TextField(_("what it says"), blank=True, default="")

    class Meta(LawRow.Meta):
        constraints = [
            *LawRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(jurisdiction__isnull=True) ^ models.Q(instrument__isnull=True),
                name="a_refusal_ground_is_of_a_law_or_of_a_treaty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}, {self.article}" if self.article else self.law

    @property
    def shown_article(self) -> str:
        """The article, where it was seen in the source: another is never printed."""
        return self.article if self.is_verified else ""


class CountryFact(LawRow):
    """What a country says of itself to whoever asks it: of its nationals, penalties, languages and channels."""

    class Topic(models.TextChoices):
        """What it is about."""

        NATIONALS = "NATIONALS", _("Own nationals")
        DEATH_PENALTY = "DEATH_PENALTY", _("Death penalty")
        LANGUAGES = "LANGUAGES", _("Languages of requests")
        CERTIFICATION = "CERTIFICATION", _("Certification of papers")
        CHANNEL = "CHANNEL", _("Channel of requests")

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="facts")
    topic = models.CharField(_("topic"), max_length=13, choices=Topic.choices)
    statement = models.TextField(_("what it says"))
    law = models.CharField(_("law"), max_length=400, blank=True, default="")
    article = models.CharField(_("article"), max_length=120, blank=True, default="")

    def __str__(self) -> str:
        return self.statement
