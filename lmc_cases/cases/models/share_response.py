"""What recipients answer to a share, and what the owner answers them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models.share import CaseShare
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ShareResponseQuerySet(models.QuerySet["ShareResponse"]):
    """Reads of answers to shares."""

    def visible_to(self, user: User) -> ShareResponseQuerySet:
        """Answers to the shares the officer may see: a recipient reads those of its own share alone."""
        return self.filter(share__in=CaseShare.objects.visible_to(user))


class ShareResponse(models.Model):
    """One line of the exchange about a share; added, never changed."""

    class Kind(models.TextChoices):
        """What was answered."""

        ACCEPTED = "ACCEPTED", _("Accepted")
        QUESTION = "QUESTION", _("Question")
        ANSWER = "ANSWER", _("Answer")
        DECLINED = "DECLINED", _("Declined")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    share = models.ForeignKey(CaseShare, on_delete=models.PROTECT, related_name="responses")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # The question an answer answers.
    question = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    text = models.TextField(_("text"), blank=True, default="")
    # The side that speaks. The other side reads the country, never the officer's name.
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    objects = ShareResponseQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["share"],
                condition=models.Q(kind__in=["ACCEPTED", "DECLINED"]),
                name="a_share_is_decided_once",
            ),
            models.UniqueConstraint(
                fields=["question"],
                condition=models.Q(question__isnull=False),
                name="a_question_is_answered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="ANSWER", question__isnull=False)
                | (~models.Q(kind="ANSWER") & models.Q(question__isnull=True)),
                name="an_answer_names_its_question",
            ),
        ]

    @property
    def audit_owner_id(self) -> int | None:
        """The country whose case it is."""
        return self.share.case.owner_id

    @property
    def audit_reference(self) -> str:
        """The case reference."""
        return self.share.case.reference

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The shared case."""
        return self.share.case.uuid
