"""Exhibits over the REST API: what they are, whose hands they passed, and their files as attachments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
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
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services.files import open_download
from lmc_cases.evidence.services.reading import with_parent


class CustodyOut(Out):
    """One act on an exhibit; acts are added, never changed."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CustodyEvent.Kind.choices)
    happened_at = Moment(allow_null=True)
    from_holder = KnownText()
    to_holder = KnownText()
    place = KnownText()
    purpose = KnownText()
    condition = KnownText()
    tool = KnownText()
    hash_matches = serializers.BooleanField(allow_null=True)
    recorded_at = Moment()


class ExhibitRowOut(Out):
    """An exhibit of a case."""

    uuid = serializers.UUIDField()
    case = serializers.UUIDField(source="case.uuid")
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The exhibit this one was taken from."
    )
    exhibit_number = serializers.CharField()
    kind = serializers.ChoiceField(choices=EvidenceItem.Kind.choices)
    description = KnownText()
    language = serializers.CharField(help_text="Language of the description.")
    collected_at = Moment(allow_null=True)
    collected_where = KnownText()
    collected_by = KnownText()
    file_name = KnownText()
    media_type = KnownText(help_text="As claimed by whoever handed the file in; nothing here opens a file.")
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = KnownText()
    reported_hashes = serializers.DictField(
        child=serializers.CharField(), help_text="Checksums as an imported bundle states them, by method."
    )
    marks = MarksOut(source="*")
    scan_status = serializers.ChoiceField(choices=EvidenceItem.ScanStatus.choices)
    recorded_at = Moment()
    updated_at = Moment()
    version = serializers.IntegerField()

    def get_parent(self, item: EvidenceItem) -> UUID | None:
        """Public id of the exhibit this one was taken from, if the viewer may see that."""
        return item.parent.uuid if item.parent is not None else None


class ExhibitOut(ExhibitRowOut):
    """An exhibit with its chain of custody."""

    custody = serializers.SerializerMethodField(help_text="In the order of recording.")

    @extend_schema_field(CustodyOut(many=True))
    def get_custody(self, item: EvidenceItem) -> Any:
        """Return the chain, through its own rule."""
        events = CustodyEvent.objects.visible_to(self.context["request"].user).filter(item=item)
        return CustodyOut(events.order_by("recorded_at", "pk"), many=True).data


class ExhibitQuery(ListQuery):
    """Parameters of the list of exhibits."""

    case = serializers.UUIDField(
        help_text="A case you see in full, or of which single items are open to you."
    )
    kind = serializers.ChoiceField(choices=EvidenceItem.Kind.choices, required=False)


class Evidence(ReadOnly):
    """The exhibits of one case, in the order they were recorded."""

    model = EvidenceItem
    serializer_class = ExhibitOut
    row_class = ExhibitRowOut
    query_class = ExhibitQuery

    def get_queryset(self) -> models.QuerySet[Any]:
        """Read case and parent with the exhibit."""
        return with_parent(self.actor, super().get_queryset()).select_related("case", "originator")

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the case's exhibits."""
        self.case = case_with_items(self.actor, query["case"])
        ask_over_api(self.request, self.case)
        items = self.get_queryset().filter(case=self.case)
        if "kind" in query:
            items = items.filter(kind=query["kind"])
        return page_along(items, "pk", query)

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record in the case's own record how many exhibits were shown."""
        record(
            actor=self.actor,
            operation=Operation.CONSULTATION,
            verb="evidence.listed",
            target=self.case,
            codes={"shown": len(page.rows)},
        )
        kind, path = Disclosure.Kind.EVIDENCE, Disclosure.Path.LIST
        ledger.note_items(actor=self.actor, case=self.case, kind=kind, items=page.rows, path=path)

    def consult(self, uuid: UUID) -> EvidenceItem:
        """Return the exhibit; the consultation is recorded."""
        item: EvidenceItem = self.get_queryset().get(uuid=uuid)
        ask_over_api(self.request, item.case)
        record(actor=self.actor, operation=Operation.CONSULTATION, verb="evidence.viewed", target=item)
        kind = Disclosure.Kind.EVIDENCE
        ledger.note_items(actor=self.actor, case=item.case, kind=kind, items=[item])
        return item

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[FileRenderer])
    def file(self, request: Request, uuid: UUID) -> FileResponse:
        """Return the file as an attachment. The download stands in the chain of custody."""
        ask_over_api(request, self.get_queryset().get(uuid=uuid).case)
        download = open_download(actor=self.actor, item_id=uuid)
        return send_file(download.file, name=download.name)
