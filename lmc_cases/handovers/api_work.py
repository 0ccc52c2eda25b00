"""What both sides wrote about a request, and how its persons were checked, over the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lmc_cases.core.api_views import KnownText, ListQuery, Moment, Out, ReadOnly, page_along
from lmc_cases.core.keyset import Page
from lmc_cases.handovers.models import (
    HandoverMessage,
    HandoverRequest,
    HandoverSubject,
    PersonCheck,
    PersonCheckGrounds,
)
from lmc_cases.handovers.services.reading import consult_request
from lmc_cases.handovers.services.standing import standings_of
from lmc_cases.handovers.services.thread import Only, ThreadFilters, read_thread


class PaperOut(Out):
    """A file sent with a message; it is downloaded on the pages."""

    name = serializers.CharField(source="paper_name")
    sha256 = serializers.CharField(source="paper_sha256")
    size_bytes = serializers.IntegerField(source="paper_bytes")


class MessageOut(Out):
    """A message of one side to the other. It never changes; a later one corrects it."""

    uuid = serializers.UUIDField(source="row.uuid")
    country = serializers.CharField(
        source="row.country.code", help_text="Country code of the side that wrote it."
    )
    author = serializers.CharField(source="row.author.full_name")
    text = KnownText(help_text="`null` where no key of a country opens it here.")
    language = serializers.CharField(source="row.language")
    created_at = Moment(source="row.created_at")
    due_on = serializers.DateField(
        source="row.due_on",
        allow_null=True,
        help_text="Makes it a question: the last day of the answer, in the zone of the country that answers.",
    )
    answered_by = serializers.UUIDField(
        source="answer.uuid",
        allow_null=True,
        default=None,
        help_text="The message that answers the question.",
    )
    answers = serializers.UUIDField(source="row.answers.uuid", allow_null=True, default=None)
    corrects = serializers.UUIDField(source="row.corrects.uuid", allow_null=True, default=None)
    exhibit = serializers.UUIDField(
        source="exhibit.uuid",
        allow_null=True,
        default=None,
        help_text="`null` where it is not open to you now.",
    )
    exhibit_number = KnownText(source="row.exhibit_number")
    paper = serializers.SerializerMethodField(help_text="`null` without one.")
    read_at = Moment(allow_null=True, help_text="When the other side opened it first.")

    @extend_schema_field(PaperOut(allow_null=True))
    def get_paper(self, message: Any) -> Any:
        """Return the file's name and checksum."""
        return PaperOut(message.row).data if message.row.paper_name else None


class OfRequestQuery(ListQuery):
    """Parameters of lists within one request."""

    handover = serializers.UUIDField(help_text="A request you may see.")


class MessageQuery(OfRequestQuery):
    """Parameters of the list of messages."""

    open = serializers.BooleanField(default=False, help_text="Only questions that nobody answered.")


class Messages(ReadOnly):
    """What both sides of a submitted request wrote, the newest first. Reading it here is reading it."""

    model = HandoverMessage
    serializer_class = MessageOut
    query_class = MessageQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Read the thread as the page does: recorded, and noted as read."""
        handover = consult_request(actor=self.actor, handover_id=query["handover"])
        if handover.submitted_at is None:
            raise HandoverRequest.DoesNotExist
        return read_thread(
            actor=self.actor,
            handover=handover,
            before=query.get("cursor"),
            size=query["limit"],
            filters=ThreadFilters(only=Only.OPEN if query["open"] else ""),
        )


class CheckRecordOut(Out):
    """What one side found last."""

    uuid = serializers.UUIDField()
    outcome = serializers.CharField()
    on = serializers.DateField()
    recorded_at = Moment()
    reason = serializers.SerializerMethodField(help_text="`null` where the grounds are the other side's own.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reason(self, row: PersonCheck) -> str | None:
        """Return the grounds in words, as far as they are the reader's."""
        grounds = self.context["grounds"].get(row.pk)
        return grounds.reason if grounds is not None else None


class ExceptionOut(Out):
    """Two officers answer for a check that is not passed; it holds once the second confirmed it."""

    uuid = serializers.UUIDField()
    reason = serializers.CharField()
    proposed_at = Moment()
    confirmed_at = Moment(allow_null=True)


class CheckOut(Out):
    """How one check of a person stands."""

    kind = serializers.CharField(source="check.kind")
    is_asked = serializers.BooleanField(help_text="The procedure asks for it.")
    is_passed = serializers.BooleanField()
    disagree = serializers.BooleanField(help_text="Both sides recorded it and found differently.")
    sending = CheckRecordOut(allow_null=True, help_text="Of the country that holds the person.")
    receiving = CheckRecordOut(allow_null=True, help_text="Of the country that receives the person.")
    exception = ExceptionOut(allow_null=True)


class PersonChecksOut(Out):
    """The checks of one person of a request."""

    uuid = serializers.UUIDField(source="subject.uuid")
    suspect = serializers.UUIDField(source="subject.suspect_uuid")
    is_cleared = serializers.BooleanField()
    checks = CheckOut(source="rows", many=True)


class CheckQuery(OfRequestQuery):
    """Parameters of the list of checks."""

    person = serializers.UUIDField(required=False, help_text="One person of the request, by `uuid`.")


class Checks(ReadOnly):
    """The checks of the persons of a request and their exceptions, person by person."""

    model = HandoverSubject
    serializer_class = PersonChecksOut
    query_class = CheckQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the persons; the request is consulted, which is recorded."""
        self.handover = consult_request(actor=self.actor, handover_id=query["handover"])
        subjects = self.get_queryset().filter(handover=self.handover)
        if "person" in query:
            subjects = subjects.filter(uuid=query["person"])
        page = page_along(subjects, "pk", query)
        standing = {person.subject.pk: person for person in standings_of(self.handover)}
        return Page(rows=[standing[subject.pk] for subject in page.rows], older=page.older)

    def get_serializer_context(self) -> dict[str, Any]:
        """Give the grounds that this reader may read."""
        handover = getattr(self, "handover", None)
        rows = PersonCheckGrounds.objects.none()
        if handover is not None:
            rows = PersonCheckGrounds.objects.visible_to(self.actor).filter(handover=handover)
        return {**super().get_serializer_context(), "grounds": {row.pk: row for row in rows}}
