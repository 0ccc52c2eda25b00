"""Dossiers over the REST API: what was rendered, its checksums, and the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.core.api_views import (
    FileRenderer,
    KnownText,
    ListQuery,
    Moment,
    Out,
    ReadOnly,
)
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Page
from lmc_cases.core.sending import send_file
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services.reading import (
    consult_dossier,
    open_download,
    open_signed,
    page_of_dossiers,
)


class PdfRenderer(FileRenderer):
    """The file's own media type; a refusal is still JSON."""

    media_type = "application/pdf"


class SignatureOut(Out):
    """One side's signature on a dossier. The requested country signs first; a signature never changes."""

    side = serializers.ChoiceField(choices=DossierSignature.Side.choices)
    country = serializers.CharField(source="country.code")
    sha256_before = serializers.CharField(help_text="Checksum of the file that was signed.")
    sha256 = serializers.CharField(help_text="Checksum of the file with the signature in it.")
    certificate_sha256 = serializers.CharField()
    timestamp_authority = KnownText(help_text="Who stamped it (RFC 3161); `null` without a stamp.")
    signed_at = Moment()


class DossierOut(Out):
    """One version of a dossier in one language. Versions are never overwritten."""

    uuid = serializers.UUIDField()
    handover = serializers.UUIDField(source="handover.uuid")
    handover_reference = serializers.CharField(source="handover.reference")
    case = serializers.UUIDField(source="handover.case_uuid")
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    beside = KnownText(help_text="Second language that stands beside the first; `null` for one language.")
    number = serializers.IntegerField(help_text="Version, from 1, per language.")
    state = serializers.ChoiceField(source="job_state", choices=JobState.choices)
    facts_sha256 = serializers.CharField(help_text="Checksum of the facts that the cover prints.")
    sha256 = KnownText(help_text="Checksum of the file; `null` until it is rendered.")
    pages = serializers.IntegerField(allow_null=True)
    size_bytes = serializers.IntegerField(allow_null=True)
    requested_at = Moment()
    finished_at = Moment(allow_null=True)
    signatures = SignatureOut(many=True, help_text="In the order in which they were made.")


class DossierQuery(ListQuery):
    """Parameters of the list of dossiers."""

    case = serializers.UUIDField(required=False, help_text="A case you see now.")


class Dossiers(ReadOnly):
    """Dossiers of the requests you see, the last requested first."""

    model = Dossier
    serializer_class = DossierOut
    query_class = DossierQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page, as the page of dossiers does."""
        self.case = Case.objects.visible_to(self.actor).get(uuid=query["case"]) if "case" in query else None
        return page_of_dossiers(self.actor, before=query.get("cursor"), case=self.case, size=query["limit"])

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record how many dossiers were shown."""
        record(
            actor=self.actor,
            operation=Operation.CONSULTATION,
            verb="dossiers.listed",
            target=self.case,
            codes={"shown": len(page.rows)},
        )

    def consult(self, uuid: UUID) -> Dossier:
        """Return the dossier; the consultation is recorded."""
        return consult_dossier(actor=self.actor, dossier_id=uuid)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[PdfRenderer])
    def file(self, request: Request, uuid: UUID) -> FileResponse:
        """Return the PDF as an attachment, compared with its checksum first. The disclosure is recorded."""
        stored = open_download(actor=self.actor, dossier_id=uuid)
        return send_file(stored, name=(stored.name or "").rsplit("/", 1)[-1], media_type="application/pdf")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[PdfRenderer])
    def signed(self, request: Request, uuid: UUID) -> FileResponse:
        """Return the PDF with every signature there is; 409 before the first. The disclosure is recorded."""
        stored = open_signed(actor=self.actor, dossier_id=uuid)
        return send_file(stored, name=(stored.name or "").rsplit("/", 1)[-1], media_type="application/pdf")
