"""In whose hands the persons of a request were, over the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from lmc_cases.core.api_views import KnownText, Moment, Out, ReadOnly, page_along
from lmc_cases.core.keyset import Page
from lmc_cases.handovers.api_work import CheckQuery
from lmc_cases.handovers.models import HandoverSubject, PersonHand
from lmc_cases.handovers.services.custody_read import hands_of
from lmc_cases.handovers.services.reading import consult_request


class HandOut(Out):
    """One entry of a custody record. It never changes; a later one corrects it."""

    uuid = serializers.UUIDField(source="row.uuid")
    country = serializers.CharField(
        source="row.country.code", help_text="Country code of the side that recorded it."
    )
    at = Moment(source="row.at", help_text="When the person changed hands, or was seen.")
    place = serializers.CharField(source="row.place")
    from_holder = KnownText(source="row.from_holder", help_text="Who gave the person.")
    to_holder = KnownText(source="row.to_holder", help_text="Who took the person.")
    injuries = serializers.ChoiceField(
        source="row.injuries",
        choices=PersonHand.Injuries.choices,
        help_text="Whether somebody looked, and saw any.",
    )
    injuries_text = KnownText(source="injuries", help_text="What was seen.")
    medication = KnownText()
    note = KnownText()
    is_readable = serializers.BooleanField(
        help_text="`false` where no key of a country opens the three texts here: they are `null` then."
    )
    corrects = serializers.UUIDField(source="row.corrects.uuid", allow_null=True, default=None)
    corrected_by = serializers.UUIDField(
        source="corrected_by.uuid",
        allow_null=True,
        default=None,
        help_text="The entry that stands in place of this one.",
    )
    recorded_at = Moment(source="row.recorded_at")


class CustodyRecordOut(Out):
    """The custody record of one person of a request, the earliest entry first."""

    uuid = serializers.UUIDField(source="subject.uuid")
    suspect = serializers.UUIDField(source="subject.suspect_uuid")
    hands = HandOut(many=True)


class CustodyRecords(ReadOnly):
    """The custody records of the persons of a request, person by person; of a victim those of your side alone."""

    model = HandoverSubject
    serializer_class = CustodyRecordOut
    query_class = CheckQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the persons; the request is consulted, which is recorded."""
        handover = consult_request(actor=self.actor, handover_id=query["handover"])
        subjects = self.get_queryset().filter(handover=handover)
        if "person" in query:
            subjects = subjects.filter(uuid=query["person"])
        page = page_along(subjects, "pk", query)
        records = hands_of(self.actor, handover, subjects=[subject.pk for subject in page.rows])
        rows = [{"subject": subject, "hands": records.get(subject.pk, [])} for subject in page.rows]
        return Page(rows=rows, older=page.older)
