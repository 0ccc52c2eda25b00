"""What the two sides of a request write to each other: messages, questions with a day, and who has read them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def paper_path(_message: HandoverMessage, _name: str) -> str:
    """Return where a paper is kept: the given name stands in the row only."""
    return f"papers/{uuid.uuid4().hex}"


class OfThreadQuerySet(models.QuerySet[Any]):
    """Reads of what hangs on a thread."""

    def visible_to(self, user: User) -> OfThreadQuerySet:
        """Rows of requests the officer may see. Before a request is submitted there is no thread."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class HandoverMessageQuerySet(models.QuerySet["HandoverMessage"]):
    """Reads of messages."""

    def visible_to(self, user: User) -> HandoverMessageQuerySet:
        """Messages of requests the officer may see: both sides read the same."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))

    def open_questions(self) -> HandoverMessageQuerySet:
        """Questions that no message answers yet."""
        answers = HandoverMessage.objects.filter(answers=models.OuterRef("pk"))
        return self.filter(models.Q(due_on__isnull=False), ~models.Exists(answers))


class HandoverMessage(models.Model):
    """A message of one side to the other. Never changed and never deleted; a new one corrects it.

    A message with ``due_on`` is a question. The text is sealed with the key of the request, which both sides hold.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    due_on = models.DateField(_("answer by"), null=True)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="given_answers")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    exhibit = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, null=True, related_name="+")
    # As both sides saw it when it was attached; the exhibit itself is opened by its own rule alone.
    exhibit_number = models.CharField(max_length=60, blank=True, default="")
    paper = models.FileField(upload_to=paper_path, null=True)
    paper_name = models.CharField(max_length=255, blank=True, default="")
    paper_sha256 = models.CharField(max_length=64, blank=True, default="")
    paper_bytes = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = HandoverMessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "id"], name="messages_of_a_request")]
        constraints = [
            # A question is answered once; what comes after is a message or a correction.
            models.UniqueConstraint(fields=["answers"], name="one_message_answers_a_question"),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True, answers__isnull=True)
                | models.Q(due_on__isnull=True, corrects__isnull=True)
                | models.Q(answers__isnull=True, corrects__isnull=True),
                name="a_message_is_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(paper__isnull=True) | models.Q(paper="") | ~models.Q(paper_sha256=""),
                name="a_paper_has_its_hash",
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that wrote it."""
        return self.country_id

    @property
    def audit_reference(self) -> str:
        """The request's reference."""
        return self.handover.reference

    @property
    def audit_case_uuid(self) -> UUID:
        """The case."""
        return self.handover.case_uuid


class MessageMentionQuerySet(models.QuerySet["MessageMention"]):
    """Reads of mentions."""

    def visible_to(self, user: User) -> MessageMentionQuerySet:
        """Whom the officer's side mentions, and who of it is mentioned: a side's own officers are its own matter."""
        mine = jurisdictions_granting(user, Action.READ)
        return self.filter(
            models.Q(country__in=mine) | models.Q(by_country__in=mine),
            handover__in=HandoverRequest.objects.visible_to(user),
        )


class MessageMention(models.Model):
    """Who is to look at a message: an officer by name, or the desk of a country."""

    message = models.ForeignKey(HandoverMessage, on_delete=models.PROTECT, related_name="mentions")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The side whose officer or desk it is, and the side that wrote.
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    by_country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")

    objects = MessageMentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "officer", "country"],
                nulls_distinct=False,
                name="somebody_is_mentioned_once",
            )
        ]


class MessageReading(models.Model):
    """When a side opened a message of the other for the first time. By whom is for the audit of that side."""

    message = models.ForeignKey(HandoverMessage, on_delete=models.PROTECT, related_name="readings")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(db_default=Now())

    objects = OfThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "country"], name="a_side_reads_a_message_once")
        ]


class QuestionReminder(models.Model):
    """Both sides were told that the day of a question has come. Written by the watch alone, once."""

    message = models.OneToOneField(
        HandoverMessage, on_delete=models.PROTECT, primary_key=True, related_name="reminder"
    )
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(db_default=Now())

    objects = OfThreadQuerySet.as_manager()
