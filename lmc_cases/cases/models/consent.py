"""Consent asked of the country a record comes from: to use it in court (H1), or to pass it on (H2)."""

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
from lmc_cases.cases.models.share import CaseShare
from lmc_cases.cases.models.visibility import CaseVisibility
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Clearance, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ConsentRequestQuerySet(models.QuerySet["ConsentRequest"]):
    """Reads of consent requests."""

    def visible_to(self, user: User) -> ConsentRequestQuerySet:
        """Requests that the officer's country asked or was asked.

        Whoever is not cleared for the case, or not named on it in its own country, learns nothing of it here. The
        other side keeps its requests when the case is closed to it. No join to the case: it may be out of sight.
        """
        mine = list(jurisdictions_granting(user, Action.READ).values_list("pk", flat=True))
        sees_the_case = CaseVisibility.objects.visible_to(user).filter(case=models.OuterRef("case"))
        return self.filter(
            models.Q(asking__in=mine) | models.Q(originator__in=mine),
            ~models.Q(owner__in=mine) | models.Exists(sees_the_case),
            rank__lte=getattr(user, "clearance", 0),
        )

    def asked_of(self, user: User) -> ConsentRequestQuerySet:
        """Visible requests that wait for, or had, an answer of the officer's country."""
        return self.visible_to(user).filter(originator__in=jurisdictions_granting(user, Action.READ))

    def asked_by(self, user: User) -> ConsentRequestQuerySet:
        """Visible requests that the officer's country asked."""
        return self.visible_to(user).filter(asking__in=jurisdictions_granting(user, Action.READ))

    def answered_with(self, user: User) -> ConsentRequestQuerySet:
        """Those the officer may answer: of the originator, with the right to share."""
        return self.visible_to(user).filter(originator__in=jurisdictions_granting(user, Action.SHARE))

    def withdrawn_with(self, user: User) -> ConsentRequestQuerySet:
        """Those the officer may take back or make use of: of the asking country, with the right to share."""
        return self.visible_to(user).filter(asking__in=jurisdictions_granting(user, Action.SHARE))

    def granted(self) -> ConsentRequestQuerySet:
        """Those that open the use they name."""
        return self.filter(status=ConsentRequest.Status.GRANTED)


class ConsentRequest(models.Model):
    """One use of one object, asked of its originator. A granted one opens exactly that use and no other.

    Owned by both countries. The object's table may stand above this app and the case may be closed to one side, so
    the row names both by public id and human reference.
    """

    class Kind(models.TextChoices):
        """What is asked for."""

        CASE = "CASE", _("Case")
        SUSPECT = "SUSPECT", _("Person")
        EVIDENCE = "EVIDENCE", _("Exhibit")

    class Use(models.TextChoices):
        """What for; named by the handling code that stands in the way."""

        COURT = "H1", _("Use in a court dossier")
        PASS_ON = "H2", _("Pass on to another country")

    class Status(models.TextChoices):
        """Where it stands. ``ASKED`` past its day is shown as lapsed: the clock needs no writer."""

        ASKED = "ASKED", _("Asked")
        GRANTED = "GRANTED", _("Granted")
        REFUSED = "REFUSED", _("Refused")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(choices=Clearance.choices)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    object_uuid = models.UUIDField()
    reference = models.CharField(max_length=120)
    # The H3 text as it stood when consent was asked: it stands wherever the object is spoken of.
    restriction = models.TextField(blank=True, default="")
    use = models.CharField(max_length=2, choices=Use.choices)
    asking = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    originator = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    to_country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    # The one request whose dossier it is for; a use in court is never consented to at large.
    handover_uuid = models.UUIDField(null=True, blank=True)
    handover_reference = models.CharField(max_length=40, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=20, choices=CaseShare.Purpose.choices)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    answer_by = models.DateTimeField(_("answer by"))
    # Where the day comes from: the source of the country's row, or "" where the asker stated it.
    deadline_source = models.TextField(blank=True, default="")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ASKED)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.TextField(_("reason of the answer"), blank=True, default="")
    conditions = models.TextField(_("conditions"), blank=True, default="")

    objects = ConsentRequestQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(use="H1") | models.Q(handover_uuid__isnull=False),
                name="a_use_in_court_names_its_request",
            ),
            models.CheckConstraint(
                condition=~models.Q(to_country=models.F("originator")), name="no_consent_for_what_is_its_own"
            ),
        ]
        indexes = [
            models.Index(fields=["object_uuid", "status"], name="consent_by_object"),
            models.Index(fields=["originator", "-id"], name="consents_asked_of"),
            models.Index(fields=["asking", "-id"], name="consents_asked_by"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def has_lapsed(self) -> bool:
        """Whether the time to answer passed without an answer."""
        return self.status == self.Status.ASKED and self.answer_by <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.status == self.Status.ASKED and not self.has_lapsed

    @property
    def state_label(self) -> str:
        """Where it stands by the clock, in the active language."""
        return str(_("Lapsed without an answer")) if self.has_lapsed else self.get_status_display()

    @property
    def audit_owner_id(self) -> int | None:
        """The country that is asked."""
        return self.originator_id

    @property
    def audit_reference(self) -> str:
        """The object's reference: never a name."""
        return self.reference[:60]

    @property
    def audit_case_uuid(self) -> UUID | None:
        """Left out: the case may be out of sight of the one who acts."""
        return None
