"""Law and places as data. Every row has source and confidence; an empty cell is not known."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.models.countries import Jurisdiction
from lmc_cases.jurisdictions.models.versions import LawRow, ReferenceRow


class LegalInstrument(LawRow):
    """A treaty or law under which persons are handed over or evidence is given."""

    title = models.CharField(_("title"), max_length=400)
    kind = models.CharField(_("kind"), max_length=60)
    parties = models.ManyToManyField(Jurisdiction, related_name="instruments")
    parties_text = models.CharField(max_length=200, blank=True, default="")
    signed = models.CharField(_("signed"), max_length=40, blank=True, default="")
    in_force = models.CharField(_("in force"), max_length=40, blank=True, default="")
    extradition_threshold_operator = models.CharField(
        _("threshold: operator"), max_length=4, blank=True, default=""
    )
    extradition_threshold_years = models.CharField(
        _("threshold: years"), max_length=10, blank=True, default=""
    )
    remaining_sentence_months = models.CharField(
        _("remaining sentence: months"), max_length=10, blank=True, default=""
    )
    provisional_arrest_days = models.CharField(
        _("days of provisional arrest"), max_length=60, blank=True, default=""
    )
    nationals_rule = models.TextField(_("own nationals"), blank=True, default="")
    request_language = models.TextField(_("language of requests"), blank=True, default="")
    prevailing_language = models.CharField(
        _("prevailing language"), max_length=10, choices=settings.LANGUAGES, blank=True, default=""
    )
    key_articles = models.TextField(_("articles"), blank=True, default="")

    def __str__(self) -> str:
        return self.title


class Offence(LawRow):
    """An offence of one country's law, found by typology and never by name."""

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="offences")
    typology = models.CharField(_("typology"), max_length=60, db_index=True)
    law_title_en = models.CharField(_("law"), max_length=400, blank=True, default="")
    law_title_local = models.CharField(_("law, in its own language"), max_length=400, blank=True, default="")
    article = models.CharField(_("article"), max_length=120, blank=True, default="")
    offence_en = models.CharField(_("offence"), max_length=300)
    offence_local = models.CharField(
        _("offence, in its own language"), max_length=300, blank=True, default=""
    )
    min_penalty = models.CharField(_("lowest penalty"), max_length=40, blank=True, default="")
    base_max_penalty = models.CharField(
        _("highest penalty, basic form"), max_length=40, blank=True, default=""
    )
    max_penalty = models.CharField(_("highest penalty, gravest form"), max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return self.offence_en


class RetentionRule(ReferenceRow):
    """How long a country keeps records of a kind before it looks at them again. Without a row nothing is known.

    ``purpose`` is a category of ``Suspect``, or INFORMANT; no months means: looked for, and not known.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20)
    review_after_months = models.PositiveSmallIntegerField(null=True)
    law = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "purpose"], name="one_retention_rule_per_purpose")
        ]


class BorderPoint(ReferenceRow):
    """A place where people are handed over. Coordinates are for a map pin, not for evidence."""

    name_en = models.CharField(max_length=200)
    name_local = models.CharField(max_length=200, blank=True, default="")
    point_type = models.CharField(max_length=20)
    country_a = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+", null=True)
    country_b = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+", null=True)
    latitude = models.CharField(max_length=20, blank=True, default="")
    longitude = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return self.name_en


class ConsentDeadline(ReferenceRow):
    """Days within which a country answers a request for consent. Where it has no row, the asker states the day."""

    jurisdiction = models.OneToOneField(
        Jurisdiction, on_delete=models.PROTECT, related_name="consent_deadline"
    )
    days = models.PositiveSmallIntegerField(_("days to answer"))

    def __str__(self) -> str:
        return str(self.days)


class DeskRule(ReferenceRow):
    """How a country reviews dossiers before it signs them. Without a row, or with an empty cell: not known."""

    class Answer(models.TextChoices):
        """What a cell says; "" is not known, and demands nothing."""

        YES = "YES", _("Yes")
        NO = "NO", _("No")

    jurisdiction = models.OneToOneField(Jurisdiction, on_delete=models.PROTECT, related_name="desk_rule")
    # Whether nobody of the country signs before the review approved the version.
    approves = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    # Whether approval takes a second officer where an offence carries the death penalty; where a person is a minor.
    second_for_death = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    second_for_minor = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")

    def __str__(self) -> str:
        return self.approves


class Typology(ReferenceRow):
    """A kind of fraud, gambling or trafficking, as investigators name it."""

    code = models.CharField(max_length=60, unique=True)
    group = models.CharField(max_length=60)
    label_en = models.CharField(max_length=200)
    description_en = models.TextField(blank=True, default="")
    offence_typologies = models.CharField(max_length=300, blank=True, default="")
    indicators_en = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "typologies"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the active language."""
        return gettext(self.label_en)


class DisclosureRule(LawRow):
    """What a country's law asks for before a record is disclosed abroad. Nobody is stopped by an unverified row.

    An approval is demanded only where the country itself set ``REQUIRED`` and the row is verified; an unverified
    row asks for the number or for the reason why there is none; no row at all means that it is not known.
    """

    class Requirement(models.TextChoices):
        """What the country has set."""

        UNKNOWN = "UNKNOWN", _("Not known")
        REQUIRED = "REQUIRED", _("Approval required")
        NOT_REQUIRED = "NOT_REQUIRED", _("No approval required")

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="disclosure_rules")
    law_title = models.CharField(_("law"), max_length=400)
    article = models.CharField(_("article"), max_length=120, blank=True, default="")
    statement = models.TextField(_("what it says"), blank=True, default="")
    requirement = models.CharField(
        _("approval before disclosure abroad"),
        max_length=12,
        choices=Requirement.choices,
        default=Requirement.UNKNOWN,
    )

    def __str__(self) -> str:
        return f"{self.law_title}, {self.article}" if self.article else self.law_title

    @property
    def demands_approval(self) -> bool:
        """Whether nothing may be disclosed abroad without a number."""
        return self.is_verified and self.requirement == self.Requirement.REQUIRED

    @property
    def asks_for_approval(self) -> bool:
        """Whether an officer should think of it: set, or told of by a source that nobody verified."""
        return self.requirement != self.Requirement.NOT_REQUIRED


class AnswerTime(ReferenceRow):
    """How long a share, or a question about it, may wait before a duty desk is told. One row is the default."""

    jurisdiction = models.OneToOneField(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="answer_time"
    )
    share_hours = models.PositiveIntegerField(_("hours to answer a share"))
    question_hours = models.PositiveIntegerField(_("hours to answer a question"))


class TimeLimit(LawRow):
    """Days within which a step of a handover must follow, by a country's law or by one treaty. Never a rule in code.

    A row says from which event it counts and what is asked for at its end; nothing ends by itself. No row means that
    the limit is not known, and an empty effect that nobody has read what follows.
    """

    class Event(models.TextChoices):
        """What the days are counted from."""

        ARREST = "ARREST", _("Provisional arrest")
        INFORMATION = "INFORMATION", _("More information asked")
        PLANNED = "PLANNED", _("Day planned for the surrender")

    class Effect(models.TextChoices):
        """What is asked for when the days are over."""

        RELEASE = "RELEASE", _("The holding country decides whether the persons are released.")
        LAPSE = "LAPSE", _("The country that asked decides whether the request goes on.")

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="time_limits"
    )
    instrument = models.ForeignKey(
        LegalInstrument, on_delete=models.PROTECT, null=True, blank=True, related_name="time_limits"
    )
    law = models.CharField(_("law"), max_length=400)
    article = models.CharField(_("article"), max_length=120, blank=True, default="")
    event = models.CharField(_("counted from"), max_length=12, choices=Event.choices)
    days = models.PositiveSmallIntegerField(_("days"))
    extension_days = models.PositiveSmallIntegerField(_("days of extension"), null=True, blank=True)
    effect = models.CharField(_("at the end"), max_length=10, choices=Effect.choices, blank=True, default="")

    class Meta(LawRow.Meta):
        constraints = [
            *LawRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(jurisdiction__isnull=True) ^ models.Q(instrument__isnull=True),
                name="a_time_limit_is_of_a_law_or_of_a_treaty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}, {self.article}" if self.article else self.law


class RequestElement(LawRow):
    """What a request must hold, by a country's law for requests addressed to it, or by one treaty.

    Nobody is stopped by an unverified row: it is shown, with its source. No row at all means that nobody has entered
    what the country asks for, which is not the same as nothing.
    """

    class Element(models.TextChoices):
        """The parts of a request, as the treaties name them."""

        AUTHORITY = "AUTHORITY", _("Requesting authority")
        IDENTITY = "IDENTITY", _("Identity, nationality and whereabouts of each person")
        FACTS = "FACTS", _("Statement of facts")
        LAW_TEXT = "LAW_TEXT", _("Text of the law: offence, penalty, limitation")
        WARRANT = "WARRANT", _("Warrant of arrest, or judgment and part served")
        EVIDENCE = "EVIDENCE", _("Evidence")
        PHOTOGRAPHS = "PHOTOGRAPHS", _("Photographs and fingerprints")
        SPECIALITY = "SPECIALITY", _("Speciality undertaking")
        RECIPROCITY = "RECIPROCITY", _("Undertaking of reciprocity")
        TRANSLATION = "TRANSLATION", _("Translation")
        CERTIFICATION = "CERTIFICATION", _("Signature, seal and certification")

    class Due(models.TextChoices):
        """When it has to be there."""

        WITH_REQUEST = "WITH_REQUEST", _("With the request")
        LATER = "LATER", _("May follow later")

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="request_elements"
    )
    instrument = models.ForeignKey(
        LegalInstrument, on_delete=models.PROTECT, null=True, blank=True, related_name="request_elements"
    )
    # A procedure of ``handovers.procedures``; that app stands above this one.
    procedure = models.CharField(_("procedure"), max_length=16)
    element = models.CharField(_("element"), max_length=14, choices=Element.choices)
    due = models.CharField(_("when it is due"), max_length=12, choices=Due.choices, default=Due.WITH_REQUEST)
    law = models.CharField(_("law"), max_length=400)
    article = models.CharField(_("article"), max_length=120, blank=True, default="")

    class Meta(LawRow.Meta):
        constraints = [
            *LawRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(jurisdiction__isnull=True) ^ models.Q(instrument__isnull=True),
                name="a_request_element_is_of_a_law_or_of_a_treaty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}, {self.article}" if self.article else self.law

    @property
    def stops(self) -> bool:
        """Whether a request without it may not be sent."""
        return self.is_verified and self.due == self.Due.WITH_REQUEST
