"""People in a case: names in several scripts, identity documents, photographs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case, CaseItem, item_is_visible_to
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import Place, keys_of
from lmc_cases.suspects.informant_models import Informant

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

__all__ = ["IdentityDocument", "Informant", "Suspect", "SuspectCounter"]


def photo_path(suspect: Suspect, _name: str) -> str:
    """Return where a photograph is kept: no part of the path tells whose it is."""
    return f"photos/{uuid.uuid4().hex}.jpg"


class SuspectQuerySet(models.QuerySet["Suspect"]):
    """Reads of suspects."""

    def visible_to(self, user: User) -> SuspectQuerySet:
        """People whose own level the officer's level reaches, and those opened by name."""
        return self.filter(item_is_visible_to(user))

    def owned_with(self, user: User, action: Action) -> SuspectQuerySet:
        """People that come from the countries for which the officer holds ``action``: originators, not case owners."""
        return self.visible_to(user).filter(originator__in=jurisdictions_granting(user, action))


class Suspect(CaseItem):
    """A person in a case. ``category`` says what the person is to the law; victims are kept apart."""

    class Sex(models.TextChoices):
        """As the papers say."""

        MALE = "MALE", _("Male")
        FEMALE = "FEMALE", _("Female")
        UNKNOWN = "UNKNOWN", _("Unknown")

    class Role(models.TextChoices):
        """Role in the group, as the owner of the record assesses it."""

        RINGLEADER = "RINGLEADER", _("Ringleader")
        ORGANISER = "ORGANISER", _("Organiser")
        KEY_MEMBER = "KEY_MEMBER", _("Key member")
        MEMBER = "MEMBER", _("Member")
        UNKNOWN = "UNKNOWN", _("Unknown")

    class Category(models.TextChoices):
        """Data-subject category."""

        SUSPECT = "SUSPECT", _("Suspect")
        PRESUMED_TRAFFICKING_VICTIM = "PRESUMED_VICTIM", _("Presumed trafficking victim")
        VICTIM = "VICTIM", _("Victim")
        WITNESS = "WITNESS", _("Witness")

    class Precision(models.TextChoices):
        """How much of the birth date is known."""

        DAY = "DAY", _("Day")
        MONTH = "MONTH", _("Month")
        YEAR = "YEAR", _("Year")
        UNKNOWN = "UNKNOWN", _("Unknown")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspects")
    number = models.PositiveIntegerField(_("number in the case"))
    name_original = models.CharField(_("name in original script"), max_length=200, blank=True, default="")
    name_language = models.CharField(_("language of the name"), max_length=10, blank=True, default="")
    name_romanised = models.CharField(_("romanised name"), max_length=200, blank=True, default="")
    aliases = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("aliases")
    )
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date_text = models.CharField(_("date of birth as written"), max_length=60, blank=True, default="")
    birth_year = models.SmallIntegerField(null=True, blank=True)
    birth_month = models.SmallIntegerField(null=True, blank=True)
    birth_day = models.SmallIntegerField(null=True, blank=True)
    birth_calendar = models.CharField(max_length=10, blank=True, default="")
    birth_precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.UNKNOWN)
    birth_is_approximate = models.BooleanField(default=False)
    birth_notes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, blank=True, default="")
    role = models.CharField(_("role in the group"), max_length=12, choices=Role.choices, default=Role.UNKNOWN)
    category = models.CharField(
        _("category"), max_length=16, choices=Category.choices, default=Category.SUSPECT
    )
    remarks = models.TextField(_("remarks"), blank=True, default="")
    photo = models.FileField(upload_to=photo_path, null=True, blank=True)
    photo_sha256 = models.CharField(max_length=64, blank=True, default="")
    # What data protection asks: see services.standing and the app "privacy".
    is_contested = models.BooleanField(_("contested"), default=False, db_default=False)
    is_limited = models.BooleanField(_("use limited"), default=False, db_default=False)
    erased_at = models.DateTimeField(_("erased at"), null=True)
    import_run = models.UUIDField(null=True, editable=False)
    import_row = models.PositiveIntegerField(null=True, editable=False)
    import_fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    recorded_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = SuspectQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_number_per_person_in_a_case"),
            models.CheckConstraint(
                condition=~models.Q(name_original="")
                | ~models.Q(name_romanised="")
                | models.Q(erased_at__isnull=False),
                name="a_person_has_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["import_run"], name="suspect_by_import"),
            models.Index(fields=["case", "import_fingerprint"], name="suspect_by_fingerprint"),
        ]

    def __str__(self) -> str:
        return self.name_original or self.name_romanised or f"S{self.number}"

    @property
    def audit_owner_id(self) -> int | None:
        """The country the person's record comes from."""
        return self.originator_id

    @property
    def audit_reference(self) -> str:
        """Case reference and number: never a name."""
        return f"{self.contributed_to or self.case.reference}/S{self.number}"

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.contributed_case or self.case.uuid


def number_place(document_uuid: UUID) -> Place:
    """Return where the number of a document stands."""
    return Place("suspects_identitydocument", "number", document_uuid)


class IdentityDocumentQuerySet(models.QuerySet["IdentityDocument"]):
    """Reads of identity documents."""

    def visible_to(self, user: User) -> IdentityDocumentQuerySet:
        """Documents of the people the officer may see."""
        return self.filter(suspect__in=Suspect.objects.visible_to(user))


class IdentityDocument(models.Model):
    """A document that says who the person is; whether that is true is a field of its own."""

    class Kind(models.TextChoices):
        """Kind of document."""

        PASSPORT = "PASSPORT", _("Passport")
        NATIONAL_ID = "NATIONAL_ID", _("National ID number")
        BORDER_PASS = "BORDER_PASS", _("Border pass")
        OTHER = "OTHER", _("Other")

    class Status(models.TextChoices):
        """Whether the document is what it says."""

        GENUINE = "GENUINE", _("Genuine")
        FORGED = "FORGED", _("Forged document")
        NOT_CHECKED = "NOT_CHECKED", _("Not checked")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    suspect = models.ForeignKey(Suspect, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    # Sealed with the person's own key; found by its mark alone (cases.NumberMark).
    number_sealed = models.BinaryField(_("number"))
    issuing_country = models.CharField(_("issuing country"), max_length=2, blank=True, default="")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.NOT_CHECKED)
    import_run = models.UUIDField(null=True, editable=False, db_index=True)

    objects = IdentityDocumentQuerySet.as_manager()
    history = kept_history()

    @property
    def sealed_at(self) -> Place:
        """Where the number stands: it opens there alone."""
        return number_place(self.uuid)

    @cached_property
    def number(self) -> str:
        """The number. Opened one by one here; ``services.papers.opened`` opens those of a list at once.

        Raises:
            KeyUnavailable: the key is not here, or was destroyed with the person's record.
        """
        holder = self.suspect.uuid
        key = keys_of([holder]).get(holder)
        if key is None:
            raise KeyUnavailable(f"no key of person {holder}")
        return key.open(self.number_sealed, self.sealed_at)


class SuspectCounter(models.Model):
    """Last number given to a person of a case; numbers are never given twice."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    last = models.PositiveIntegerField(default=0)
