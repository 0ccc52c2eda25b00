"""People of a case over the REST API; only cases seen in full show any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.api_parts import MarksOut
from lmc_cases.cases.asking import ask_over_api
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.items import case_with_items
from lmc_cases.core.api_views import (
    FileRenderer,
    KnownText,
    ListQuery,
    Moment,
    Out,
    ReadOnly,
    page_along,
)
from lmc_cases.core.keyset import Page
from lmc_cases.core.sending import send_file
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.papers import open_papers
from lmc_cases.suspects.services.photos import open_photo


class BirthOut(Out):
    """A birth date as written and as understood; unknown parts are ``null``."""

    as_written = KnownText(source="birth_date_text")
    year = serializers.IntegerField(source="birth_year", allow_null=True)
    month = serializers.IntegerField(source="birth_month", allow_null=True)
    day = serializers.IntegerField(source="birth_day", allow_null=True)
    calendar = KnownText(source="birth_calendar", help_text="Calendar of the date as written.")
    precision = serializers.ChoiceField(source="birth_precision", choices=Suspect.Precision.choices)
    is_approximate = serializers.BooleanField(source="birth_is_approximate")


class SealedText(KnownText):
    """A text that is stored sealed; ``null`` where its key is not available."""

    def get_attribute(self, instance: Any) -> Any:
        """Open it."""
        try:
            return super().get_attribute(instance)
        except KeyUnavailable:
            return None


class IdentityDocumentOut(Out):
    """A document that says who the person is."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=IdentityDocument.Kind.choices)
    number = SealedText(help_text="`null` where its key is not available.")
    issuing_country = KnownText()
    status = serializers.ChoiceField(choices=IdentityDocument.Status.choices)


class SuspectOut(Out):
    """A person of a case."""

    uuid = serializers.UUIDField()
    case = serializers.UUIDField(source="case.uuid")
    number = serializers.IntegerField(help_text="Number in the case; never given twice.")
    name_original = KnownText()
    name_language = KnownText()
    name_romanised = KnownText()
    aliases = serializers.ListField(child=serializers.CharField())
    sex = serializers.ChoiceField(choices=Suspect.Sex.choices)
    birth = BirthOut(source="*")
    nationality = KnownText(help_text="Country code.")
    role = serializers.ChoiceField(choices=Suspect.Role.choices)
    category = serializers.ChoiceField(
        choices=Suspect.Category.choices, help_text="What the person is to the law; victims are no suspects."
    )
    remarks = KnownText()
    marks = MarksOut(source="*")
    photo_sha256 = KnownText(help_text="Checksum of the photograph; `null` where there is none.")
    documents = IdentityDocumentOut(many=True)
    is_contested = serializers.BooleanField(help_text="The person disputes the record.")
    is_limited = serializers.BooleanField(help_text="The owner limits the use of the record: read it only.")
    erased_at = Moment(allow_null=True, help_text="When the person's data were erased.")
    recorded_at = Moment()
    updated_at = Moment()
    version = serializers.IntegerField()


class SuspectQuery(ListQuery):
    """Parameters of the list of people."""

    case = serializers.UUIDField(
        help_text="A case you see in full, or of which single items are open to you."
    )
    category = serializers.ChoiceField(choices=Suspect.Category.choices, required=False)


class Suspects(ReadOnly):
    """The people of one case, by number."""

    model = Suspect
    serializer_class = SuspectOut
    query_class = SuspectQuery

    def get_queryset(self) -> models.QuerySet[Any]:
        """Read case and documents with the person; the documents of a visible person are visible."""
        return super().get_queryset().select_related("case", "originator").prefetch_related("documents")

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the case's people by number."""
        self.case = case_with_items(self.actor, query["case"])
        ask_over_api(self.request, self.case)
        people = self.get_queryset().filter(case=self.case)
        if "category" in query:
            people = people.filter(category=query["category"])
        page = page_along(people, "number", query)
        open_papers(page.rows)
        return page

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record in the case's own record how many people were shown."""
        record(
            actor=self.actor,
            operation=Operation.CONSULTATION,
            verb="suspects.listed",
            target=self.case,
            codes={"shown": len(page.rows), "category": query.get("category", "")},
        )
        kind, path = Disclosure.Kind.SUSPECT, Disclosure.Path.LIST
        ledger.note_items(actor=self.actor, case=self.case, kind=kind, items=page.rows, path=path)

    def consult(self, uuid: UUID) -> Suspect:
        """Return the person; the consultation is recorded."""
        suspect: Suspect = self.get_queryset().get(uuid=uuid)
        ask_over_api(self.request, suspect.case)
        open_papers([suspect])
        record(actor=self.actor, operation=Operation.CONSULTATION, verb="suspect.viewed", target=suspect)
        kind = Disclosure.Kind.SUSPECT
        ledger.note_items(actor=self.actor, case=suspect.case, kind=kind, items=[suspect])
        return suspect

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[FileRenderer])
    def photo(self, request: Request, uuid: UUID) -> FileResponse:
        """Return the photograph as a JPEG file. The consultation is recorded."""
        ask_over_api(request, self.get_queryset().get(uuid=uuid).case)
        opened = open_photo(actor=self.actor, suspect_id=uuid)
        return send_file(opened, name=f"{uuid}.jpg", media_type="image/jpeg")
