"""A share opens one case to another country, or to one agency of it, until a time."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.case import Case
from lmc_cases.cases.models.handling import Handled
from lmc_cases.cases.models.visibility import Level
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, audiences_of, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


# As the read model's SQL has it (migration 0006); the clock is asked beside it.
IN_FORCE = models.Q(confirmed_at__isnull=False, declined_at__isnull=True, revoked_at__isnull=True)


def made_to(user: User) -> models.Q:
    """Return the condition of shares made to the officer's country or agency."""
    audiences = audiences_of(user)
    to_country = models.Q(recipient_agency__isnull=True, recipient__audience__in=audiences)
    return to_country | models.Q(recipient_agency__audience__in=audiences)


class CaseShareQuerySet(models.QuerySet["CaseShare"]):
    """Reads of shares."""

    def visible_to(self, user: User) -> CaseShareQuerySet:
        """All shares of the own country's cases; of others' only those in force made to the officer's audiences."""
        own = Case.objects.owned_with(user, Action.READ)
        # Of a classified case the cleared officers alone: the others may not know that it exists.
        seen = Case.objects.visible_to(user)
        in_force = IN_FORCE & models.Q(expires_at__gt=Now())
        return self.filter(models.Q(case__in=own) | (in_force & made_to(user) & models.Q(case__in=seen)))

    def received_by(self, user: User) -> CaseShareQuerySet:
        """Shares made to the countries the officer reads for, or to the officer's agency."""
        return self.filter(
            models.Q(recipient_agency__isnull=True)
            | models.Q(recipient_agency__audience__in=audiences_of(user)),
            recipient__in=list(jurisdictions_granting(user, Action.READ).values_list("pk", flat=True)),
        )

    def awaiting_second_officer(self) -> CaseShareQuerySet:
        """Shares that wait to be confirmed and could still be."""
        return self.filter(confirmed_at__isnull=True, revoked_at__isnull=True, expires_at__gt=Now())

    def in_force(self) -> CaseShareQuerySet:
        """Shares confirmed, neither declined nor revoked nor past their end, by the database's clock."""
        return self.filter(IN_FORCE, expires_at__gt=Now())


class CaseShare(Handled):
    """One disclosure of a case to one recipient. Changed by ending it and sharing anew; never rewritten.

    It opens nothing before it is confirmed (``confirmed_at``): at once where one officer may share alone, by a
    second officer where two are needed. Reading is always among its rights.
    """

    class Purpose(models.TextChoices):
        """Why the case is shared: a closed list; a new purpose is a new share."""

        INVESTIGATION = "INVESTIGATION", _("Support of an investigation")
        LOCATE = "LOCATE", _("Locating a wanted person")
        IDENTIFY = "IDENTIFY", _("Identification of a person")
        HANDOVER = "HANDOVER", _("Preparation of a handover")
        VICTIM_PROTECTION = "VICTIM_PROTECTION", _("Protection of victims")
        ASSET_RECOVERY = "ASSET_RECOVERY", _("Recovery of assets")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="shares")
    recipient = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    recipient_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.PositiveSmallIntegerField(
        _("level"), choices=[(level.value, level.label) for level in Level.shareable()]
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    reason = models.TextField(_("reason"))
    legal_basis = models.TextField(_("legal basis"), blank=True, default="")
    # What a competent authority gave before the disclosure abroad, where a country's law asks for it.
    approval_number = models.CharField(_("approval number"), max_length=100, blank=True, default="")
    # Why there is no number although a rule asks for one that nobody has verified.
    approval_missing = models.TextField(_("why there is no approval number"), blank=True, default="")
    may_contribute = models.BooleanField(_("may add own items"), default=False)
    may_ask_to_pass_on = models.BooleanField(_("may ask to pass it on"), default=False)
    review_on = models.DateField(_("review date"), null=True, blank=True)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    declined_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoke_reason = models.TextField(blank=True, default="")

    objects = CaseShareQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "recipient", "recipient_agency"],
                condition=models.Q(revoked_at__isnull=True, declined_at__isnull=True),
                nulls_distinct=False,
                name="one_live_share_per_recipient",
            )
        ]
        indexes = [
            models.Index(
                "recipient",
                models.F("shared_at").desc(),
                models.F("id").desc(),
                condition=models.Q(revoked_at__isnull=True),
                name="newest_shares_received",
            )
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether a second officer has to confirm it first."""
        return self.confirmed_at is None and self.revoked_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether it opens the case now, by this server's clock: for what a page says, never to open a record."""
        return (
            self.confirmed_at is not None
            and self.declined_at is None
            and self.revoked_at is None
            and self.expires_at > timezone.now()
        )

    @property
    def audit_owner_id(self) -> int | None:
        """The country that shares."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.case.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The shared case."""
        return self.case.uuid


class CaseShareItemQuerySet(models.QuerySet["CaseShareItem"]):
    """Reads of the items a share names."""

    def visible_to(self, user: User) -> CaseShareItemQuerySet:
        """Items of the shares the officer may see."""
        return self.filter(share__in=CaseShare.objects.visible_to(user))


class CaseShareItem(models.Model):
    """A single person or exhibit that a share opens, whatever the share's level says of the rest."""

    class Kind(models.TextChoices):
        """What the item is. Its table is above this app, so the row names it by its public id."""

        SUSPECT = "SUSPECT", _("Person")
        EVIDENCE = "EVIDENCE", _("Exhibit")

    share = models.ForeignKey(CaseShare, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    object_uuid = models.UUIDField()

    objects = CaseShareItemQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "object_uuid"], name="an_item_is_named_once_in_a_share")
        ]
