"""Audiences, countries, agencies."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeVar

from babel import Locale
from django.db import models
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lmc_cases.accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class OpenToOfficers(models.QuerySet[Row]):
    """Reads of reference data: the same for everybody who is signed in."""

    def visible_to(self, user: User | AnonymousUser) -> OpenToOfficers[Row]:
        """All rows for an active account, none for anybody else."""
        return self.all() if user.is_authenticated and user.is_active else self.none()


class Clearance(models.IntegerChoices):
    """Up to which classification an officer reads; ranks as those of ``Case.Classification``."""

    RESTRICTED = 1, _("Restricted")
    CONFIDENTIAL = 2, _("Confidential")
    SECRET = 3, _("Secret")


class Audience(models.Model):
    """Whoever a record can be visible to: a country, one agency of it, or one named officer.

    All three share one id space, so that the read models need one narrow column. Each has a sibling per higher
    clearance: a confidential record is visible to the sibling alone, so that clearance costs a list no filter.
    """

    class Kind(models.TextChoices):
        """What stands behind the id."""

        COUNTRY = "COUNTRY", _("Country")
        AGENCY = "AGENCY", _("Agency")
        OFFICER = "OFFICER", _("Officer")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Null on the first of the siblings, whose id stands for all of them elsewhere.
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="siblings")
    clearance = models.PositiveSmallIntegerField(choices=Clearance.choices, default=Clearance.RESTRICTED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "clearance"], name="one_sibling_per_clearance"),
            models.CheckConstraint(
                condition=models.Q(base__isnull=True, clearance=1)
                | models.Q(base__isnull=False, clearance__gt=1),
                name="a_sibling_has_a_higher_clearance",
            ),
        ]

    @classmethod
    def establish(cls, kind: Kind) -> Audience:
        """Make an audience with its siblings; return the first of them."""
        base = cls.objects.create(kind=kind)
        for clearance in Clearance.values[1:]:
            cls.objects.create(kind=kind, base=base, clearance=clearance)
        return base


class Jurisdiction(models.Model):
    """A country, as data: adding one is a row. Empty text means not known, never "none"."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("country code"), max_length=2, unique=True)
    audience = models.OneToOneField(Audience, on_delete=models.PROTECT, editable=False)
    name_en = models.CharField(max_length=120)
    official_name_en = models.CharField(max_length=200, blank=True, default="")
    name_local = models.CharField(max_length=200, blank=True, default="")
    is_lmc_member = models.BooleanField(default=False)
    languages = models.CharField(max_length=60)
    time_zone = models.CharField(max_length=60)
    calendar = models.CharField(max_length=20, default="gregorian")
    calendar_offset_years = models.SmallIntegerField(default=0)
    currency = models.CharField(max_length=3)
    calling_code = models.CharField(max_length=8, blank=True, default="")
    central_authority_mla = models.TextField(blank=True, default="")
    central_authority_extradition = models.TextField(blank=True, default="")
    police_agency = models.TextField(blank=True, default="")
    fiu = models.TextField(blank=True, default="")
    national_id_name = models.CharField(max_length=200, blank=True, default="")
    national_id_regex = models.CharField(max_length=200, blank=True, default="")
    national_id_checksum = models.TextField(blank=True, default="")
    passport_number_format = models.CharField(max_length=200, blank=True, default="")
    name_order = models.CharField(max_length=40, blank=True, default="")
    death_penalty = models.CharField(max_length=40, blank=True, default="")
    minimum_age_criminal_responsibility = models.CharField(max_length=200, blank=True, default="")
    notes = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")
    confidence = models.CharField(max_length=40, blank=True, default="")
    last_checked_on = models.DateField(null=True, blank=True)

    objects = OpenToOfficers.as_manager()

    class Meta:
        # Held by groups on single rows; what each allows is said in access.Action.
        permissions = [
            ("read_records", "Read the country's records"),
            ("edit_records", "Open and change the country's records"),
            ("share_records", "Share the country's records"),
            ("request_handover", "Request a handover for the country"),
            ("approve_handover", "Decide on handovers asked of the country"),
            ("keep_evidence", "Keep the country's exhibits"),
            ("read_audit", "Read the country's audit records"),
            ("read_reasons", "Read the reasons given in the country's audit records"),
            (
                "supervise_records",
                "Check what others see, and open a case in an emergency as the second person",
            ),
            ("manage_users", "Manage the country's users"),
            ("edit_law", "Maintain the country's law"),
            ("handle_informants", "Read and record the country's informants"),
            ("confirm_erasure", "Confirm the erasure of the country's personal data"),
            ("mark_at_border", "Mark, photograph and count persons at the country's crossings"),
            ("machine_translate", "Send texts of the country's cases to the machine translator"),
            ("review_dossiers", "Review and sign dossiers for the country"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the active language, by CLDR; its English name where CLDR has none."""
        locale = Locale.parse(to_locale(get_language() or "en"))
        return str(locale.territories.get(self.code, self.name_en))

    @property
    def first_language(self) -> str:
        """Language code of the country's own papers, e.g. ``"zh-hans"``."""
        return self.languages.split("|")[0].strip() or "en"


class Agency(models.Model):
    """A police, prosecution or justice body of a country."""

    class Kind(models.TextChoices):
        """What the agency does."""

        POLICE = "POLICE", _("Police")
        PROSECUTION = "PROSECUTION", _("Prosecution")
        CENTRAL_AUTHORITY = "CENTRAL_AUTHORITY", _("Central authority")
        FIU = "FIU", _("Financial intelligence unit")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="agencies")
    audience = models.OneToOneField(Audience, on_delete=models.PROTECT, editable=False)
    code = models.CharField(_("agency code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=400)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    is_demo = models.BooleanField(default=False)
    source = models.TextField(blank=True, default="")
    confidence = models.CharField(max_length=40, blank=True, default="")

    objects = OpenToOfficers.as_manager()

    class Meta:
        permissions = [("read_agency_records", "Read what is shared with the agency")]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name
