"""What the originator says about use and worth of a record: handling codes, grading, withholding."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.visibility import Level
from lmc_cases.jurisdictions.models import Jurisdiction


class Handled(models.Model):
    """Abstract: handling codes of an object or of one disclosure. H0 is what stands where none is set.

    H1: not in court without the provider's consent. H2: not passed on without it. H3: another restriction, in words.
    """

    handling_h1 = models.BooleanField(_("H1: not in court without consent"), default=False, db_default=False)
    handling_h2 = models.BooleanField(_("H2: not passed on without consent"), default=False, db_default=False)
    handling_h3 = models.TextField(_("H3: other restriction"), blank=True, default="", db_default="")

    class Meta:
        abstract = True

    @property
    def handling_codes(self) -> list[str]:
        """The codes in force, e.g. ``["H1", "H2"]``; ``["H0"]`` where none is set."""
        held = [
            code
            for code, is_set in (
                ("H1", self.handling_h1),
                ("H2", self.handling_h2),
                ("H3", bool(self.handling_h3)),
            )
            if is_set
        ]
        return held or ["H0"]


class SourceGrade(models.TextChoices):
    """How reliable the source is (4x4)."""

    A = "A", _("A: no doubt about the source")
    B = "B", _("B: source mostly reliable")
    C = "C", _("C: source mostly unreliable")
    X = "X", _("X: reliability cannot be assessed")


class InformationGrade(models.TextChoices):
    """How sure the information is (4x4)."""

    ONE = "1", _("1: not in doubt")
    TWO = "2", _("2: known personally to the source, not to the officer")
    THREE = "3", _("3: not known to the source, but corroborated")
    FOUR = "4", _("4: cannot be corroborated")


class StatementKind(models.TextChoices):
    """Fact, or somebody's assessment: kept apart, statement by statement."""

    FACT = "FACT", _("Fact")
    ASSESSMENT = "ASSESSMENT", _("Assessment")


class Graded(models.Model):
    """Abstract: the 4x4 grading, X4 until somebody grades it, and whether it is a fact."""

    source_grade = models.CharField(
        _("source grade"), max_length=1, choices=SourceGrade.choices, default=SourceGrade.X, db_default="X"
    )
    information_grade = models.CharField(
        _("information grade"),
        max_length=1,
        choices=InformationGrade.choices,
        default=InformationGrade.FOUR,
        db_default="4",
    )
    statement_kind = models.CharField(
        _("fact or assessment"),
        max_length=10,
        choices=StatementKind.choices,
        default=StatementKind.FACT,
        db_default="FACT",
    )

    class Meta:
        abstract = True

    @property
    def grading(self) -> str:
        """Both grades as officers write them, e.g. ``"X4"``."""
        return f"{self.source_grade}{self.information_grade}"

    @property
    def grading_words(self) -> str:
        """Both grades in words, in the active language."""
        source = SourceGrade(self.source_grade).label
        return f"{source} · {InformationGrade(self.information_grade).label}"


class CaseItem(Handled, Graded):
    """Abstract: a person or exhibit of a case, with the country it comes from.

    ``level`` is the least level at which the item is seen: ``FULL``, or ``OWN`` for what is withheld from every
    recipient (informants, surveillance that goes on) and for what a recipient of the case contributed: that one is
    seen by the case's owner and, through the item read model, by its originator.
    """

    class Withheld(models.TextChoices):
        """Why an item is withheld."""

        INFORMANT = "INFORMANT", _("Protects an informant")
        SURVEILLANCE = "SURVEILLANCE", _("Surveillance goes on")
        OTHER = "OTHER", _("Other reason")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    originator = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="+", verbose_name=_("originator"), editable=False
    )
    level = models.PositiveSmallIntegerField(
        choices=[(Level.FULL.value, Level.FULL.label), (Level.OWN.value, Level.OWN.label)],
        default=Level.FULL,
        db_default=Level.FULL.value,
        editable=False,
    )
    withheld = models.CharField(
        _("withheld"), max_length=12, choices=Withheld.choices, blank=True, default="", db_default=""
    )
    # Of the case a recipient added it to, as the contributor knew it: the case itself may be closed to it since.
    contributed_to = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    contributed_case = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_contributed(self) -> bool:
        """Whether a recipient of the case added it, and not its owner."""
        return self.contributed_to != ""

    @property
    def is_withheld(self) -> bool:
        """Whether it is kept from every recipient."""
        return self.withheld != ""
