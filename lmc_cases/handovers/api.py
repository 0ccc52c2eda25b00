"""Handover requests over the REST API: the same for both countries once they are submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.api_parts import CODES_HELP, RESTRICTION_HELP
from lmc_cases.cases.models import Case
from lmc_cases.core.api_views import KnownText, ListQuery, Moment, Out, ReadOnly
from lmc_cases.core.keyset import Page
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PropertyItem
from lmc_cases.handovers.services.belongings import property_of
from lmc_cases.handovers.services.reading import consult_request, page_of_requests, persons_of


class CaseRef(Out):
    """The case a request is about; it stays named when its share has ended."""

    uuid = serializers.UUIDField(source="case_uuid")
    reference = serializers.CharField(source="case_reference")


class InstrumentRef(Out):
    """The instrument a request stands on; see ``/legal-instruments/`` for source and confidence."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()


class RequestedDocumentOut(Out):
    """An identity document as disclosed."""

    kind = serializers.CharField()
    number = serializers.CharField()
    issuing_country = KnownText()
    status = serializers.CharField()


class RequestedBirthOut(Out):
    """A birth date as disclosed."""

    as_written = KnownText()
    year = serializers.IntegerField(allow_null=True)
    month = serializers.IntegerField(allow_null=True)
    day = serializers.IntegerField(allow_null=True)
    calendar = KnownText()
    is_approximate = serializers.BooleanField()


class FrozenMarksOut(Out):
    """What the originator said of the person's record when the copy was made."""

    handling = serializers.ListField(child=serializers.CharField(), help_text=CODES_HELP)
    restriction = KnownText(help_text=RESTRICTION_HELP)
    grading = serializers.CharField(help_text="Source and information grade, e.g. `X4`.")
    statement = serializers.CharField(help_text="`FACT` or `ASSESSMENT`.")
    origin = KnownText(help_text="Code of the country that contributed it; `null` for the case's owner.")


class PersonShownOut(Out):
    """A person as the request holds it: frozen, so that no later change reaches it."""

    number = serializers.IntegerField()
    name_original = KnownText(source="name")
    name_language = KnownText()
    name_romanised = KnownText(source="romanised")
    aliases = serializers.ListField(child=serializers.CharField())
    sex = serializers.CharField()
    birth = RequestedBirthOut()
    nationality = KnownText()
    role = serializers.CharField()
    category = serializers.CharField()
    documents = RequestedDocumentOut(many=True)
    photo_sha256 = KnownText()
    marks = FrozenMarksOut(required=False, help_text="Absent in copies made before there were any.")


class PropertyOut(Out):
    """One thing or sum of a person's list."""

    uuid = serializers.UUIDField()
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=3, allow_null=True)
    currency = KnownText(help_text="ISO 4217 code.")
    disposition = serializers.ChoiceField(choices=PropertyItem.Disposition.choices)
    exhibit_number = KnownText(help_text="An exhibit disclosed with the request.")
    reason = KnownText()
    return_what = KnownText(help_text="What must be returned; `null` where nothing is recorded.")
    return_to = KnownText()
    return_by = serializers.DateField(allow_null=True)
    return_source = KnownText(help_text="Where the day is written.")
    third_party = KnownText(help_text="Rights of third parties.")
    recorded_at = Moment()
    updated_at = Moment()
    version = serializers.IntegerField()


class RequestedPersonOut(Out):
    """One person asked for."""

    uuid = serializers.UUIDField(source="subject.uuid")
    suspect = serializers.UUIDField(source="subject.suspect_uuid")
    outcome = serializers.ChoiceField(source="subject.outcome", choices=HandoverSubject.Outcome.choices)
    outcome_reason = KnownText(source="subject.ground", help_text="The ground, where not granted.")
    person = serializers.SerializerMethodField(help_text="`null` where nothing may be shown any more.")

    property = serializers.SerializerMethodField(
        help_text="Property and money; what was taken off is left out."
    )

    @extend_schema_field(PropertyOut(many=True))
    def get_property(self, row: Any) -> Any:
        """Return what stands on the list."""
        return PropertyOut(self.context["property"].get(row.subject.pk, ()), many=True).data

    @extend_schema_field(PersonShownOut(allow_null=True))
    def get_person(self, row: Any) -> Any:
        """Return the frozen copy."""
        return PersonShownOut(row.shown).data if row.shown else None


class HandoverRowOut(Out):
    """A request as a list shows it."""

    uuid = serializers.UUIDField()
    reference = serializers.CharField()
    case = CaseRef(source="*")
    requesting = serializers.CharField(source="requesting.code", help_text="Country code.")
    requested = serializers.CharField(source="requested.code", help_text="Country code.")
    procedure = serializers.ChoiceField(choices=HandoverRequest.Procedure.choices)
    status = serializers.ChoiceField(choices=HandoverRequest.Status.choices)
    created_at = Moment()
    submitted_at = Moment(allow_null=True)
    decided_at = Moment(allow_null=True)
    handed_over_at = Moment(allow_null=True)
    updated_at = Moment()
    version = serializers.IntegerField()


class HandoverOut(HandoverRowOut):
    """A request with what it says and whom it asks for."""

    instrument = InstrumentRef(allow_null=True)
    legal_basis = KnownText()
    facts = KnownText()
    facts_language = serializers.CharField()
    question = KnownText(help_text="What the answering country asked to know.")
    answer = KnownText()
    decision_reason = KnownText()
    assurances = KnownText()
    planned_at = Moment(allow_null=True)
    planned_place = KnownText()
    handed_over_place = KnownText()
    handed_over_note = KnownText()
    persons = serializers.SerializerMethodField()

    @extend_schema_field(RequestedPersonOut(many=True))
    def get_persons(self, handover: HandoverRequest) -> Any:
        """Return the people asked for, in the request's order."""
        people = persons_of(self.context["request"].user, handover)
        lists = property_of(self.context["request"].user, handover)
        return RequestedPersonOut(people, many=True, context={"property": lists}).data


class HandoverQuery(ListQuery):
    """Parameters of the list of requests."""

    case = serializers.UUIDField(required=False, help_text="A case you see now.")
    status = serializers.ChoiceField(choices=HandoverRequest.Status.choices, required=False)


class Handovers(ReadOnly):
    """Requests of your country and those submitted to it, the last changed first."""

    model = HandoverRequest
    serializer_class = HandoverOut
    row_class = HandoverRowOut
    query_class = HandoverQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the requests' read model, as the page does."""
        self.case = Case.objects.visible_to(self.actor).get(uuid=query["case"]) if "case" in query else None
        return page_of_requests(
            self.actor,
            before=query.get("cursor"),
            status=query.get("status", ""),
            case=self.case,
            size=query["limit"],
        )

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record how many requests were shown."""
        record(
            actor=self.actor,
            operation=Operation.CONSULTATION,
            verb="handovers.listed",
            target=self.case,
            # The case's owner reads this event and must not learn from it that there is a draft.
            codes={"shown": sum(row.submitted_at is not None for row in page.rows)},
        )

    def consult(self, uuid: UUID) -> HandoverRequest:
        """Return the request; the consultation is recorded."""
        return consult_request(actor=self.actor, handover_id=uuid)
