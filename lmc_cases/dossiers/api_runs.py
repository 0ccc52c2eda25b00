"""Runs of dossiers over the REST API: start one, watch it, cancel, resume, try the failed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid5

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lmc_cases.core.api_views import FileRenderer, KnownText, Moment, Out, ReadOnly
from lmc_cases.core.keyset import Page
from lmc_cases.core.sending import send_pieces
from lmc_cases.dossiers.models import DossierRun, DossierRunItem, Priority, Scope
from lmc_cases.dossiers.services import runs
from lmc_cases.dossiers.services.packing import pack_run
from lmc_cases.dossiers.services.scopes import Asked

STATES = ("running", "cancelled", "finished")
PRIORITIES = tuple(name.lower() for name in Priority.names)
MOST_NAMED = 1_000


class ZipRenderer(FileRenderer):
    """The archive's own media type; a refusal is still JSON."""

    media_type = "application/zip"


class RunRow(Out):
    """A run in the list."""

    uuid = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=Scope.choices)
    scope_uuid = serializers.UUIDField(allow_null=True, help_text="The operation or crossing.")
    scope_reference = KnownText(help_text="Its reference when the run was started.")
    languages = serializers.ListField(child=serializers.ChoiceField(choices=settings.LANGUAGES))
    beside = KnownText(help_text="Second language beside each of them; `null` for one language.")
    priority = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(help_text="Finished: every row ended, one way or the other.")
    total = serializers.IntegerField(help_text="Dossiers asked for.")
    done = serializers.IntegerField(help_text="Created, or there already.")
    failed = serializers.IntegerField()
    requested_at = Moment()
    finished_at = Moment(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=PRIORITIES))
    def get_priority(self, run: DossierRun) -> str:
        """Return its name."""
        return Priority(run.priority).name.lower()

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, run: DossierRun) -> str:
        """Return how it stands."""
        return "finished" if run.is_over else run.state.lower()


class FailureOut(Out):
    """A dossier that was not created."""

    handover = serializers.UUIDField(source="handover.uuid")
    handover_reference = serializers.CharField(source="handover.reference")
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    code = serializers.CharField(source="error_code", help_text="Why.")


class RunOut(RunRow):
    """One run: how far it is, how fast it goes, what failed."""

    per_minute = serializers.SerializerMethodField(
        help_text="Dossiers a minute over the last two; `null` while nothing is known."
    )
    seconds_left = serializers.SerializerMethodField(help_text="At this rate; `null` while nothing is known.")
    failures = serializers.SerializerMethodField(
        help_text="The first fifty that you still see the request of."
    )

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_per_minute(self, run: DossierRun) -> float | None:
        """Return the rate."""
        rate = runs.pace_of(self.context["viewer"], run).per_minute
        return None if rate is None else round(rate, 1)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_seconds_left(self, run: DossierRun) -> int | None:
        """Return the time left."""
        return runs.pace_of(self.context["viewer"], run).seconds_left

    @extend_schema_field(FailureOut(many=True))
    def get_failures(self, run: DossierRun) -> Any:
        """Return rows that failed."""
        rows, _more = runs.items_of(self.context["viewer"], run, DossierRunItem.State.FAILED)
        return FailureOut(rows, many=True).data


class RunIn(serializers.Serializer[Any]):
    """What a run is to be of: a crossing, an operation, requests by their ids, or all that the filter names."""

    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=settings.LANGUAGES), allow_empty=False
    )
    beside = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="A second language beside each of them."
    )
    crossing = serializers.UUIDField(required=False, help_text="A crossing you see.")
    operation = serializers.UUIDField(required=False, help_text="An operation you see.")
    requests = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_empty=False,
        max_length=MOST_NAMED,
        help_text="Requests you see.",
    )
    status = serializers.CharField(required=False, max_length=20, help_text="Only requests that stand so.")
    procedure = serializers.CharField(
        required=False, max_length=20, help_text="Only requests of this procedure."
    )
    priority = serializers.ChoiceField(
        choices=PRIORITIES, required=False, help_text="`crossing` is for a crossing alone."
    )
    key = serializers.UUIDField(
        required=False, help_text="Made by you for this run: sent twice, it starts one run."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse names nobody reads, and more than one thing that it is to be of."""
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: [_("There is no such parameter.")] for name in unknown})
        named = [name for name in ("crossing", "operation", "requests") if name in attrs]
        if len(named) > 1:
            raise serializers.ValidationError(
                {named[1]: [_("A run is of one crossing, one operation, or requests.")]}
            )
        return attrs

    @property
    def asked(self) -> Asked:
        """What was asked for, as the service takes it."""
        given = self.validated_data
        scope = next(
            (Scope(name.upper()) for name in ("crossing", "operation") if name in given), Scope.REQUESTS
        )
        return Asked(
            scope,
            given.get(scope.lower()) if scope != Scope.REQUESTS else None,
            requests=frozenset(given["requests"]) if "requests" in given else None,
            status=given.get("status", ""),
            procedure=given.get("procedure", ""),
        )


class DossierRuns(ReadOnly):
    """Your own runs of dossiers, the last started first."""

    model = DossierRun
    serializer_class = RunOut
    row_class = RunRow
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]  # type: ignore[misc]

    def get_serializer_context(self) -> dict[str, Any]:
        """Say who asks."""
        return {**super().get_serializer_context(), "viewer": self.actor}

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page, as the page of runs does."""
        return runs.page_of_runs(self.actor, before=query.get("cursor"), size=query["limit"])

    def consult(self, uuid: UUID) -> DossierRun:
        """Return the run; the consultation is recorded."""
        return runs.consult_run(actor=self.actor, run_id=uuid)

    @extend_schema(request=RunIn, responses={201: RunOut})
    def create(self, request: Request) -> Response:
        """Start a run: one dossier for each request and language. What exists and says the same is not made again."""
        wanted = RunIn(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        run = runs.start_run(
            actor=self.actor,
            asked=wanted.asked,
            languages=given["languages"],
            beside=given.get("beside", ""),
            priority=Priority[given["priority"].upper()] if "priority" in given else None,
            # A key is its caller's own: two callers who choose the same make two runs.
            new_id=uuid5(self.actor.uuid, str(given["key"])) if "key" in given else None,
        )
        return Response(self.get_serializer(self._now(run)).data, status=201)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[ZipRenderer])
    def files(self, request: Request, uuid: UUID) -> StreamingHttpResponse:
        """Return every dossier that is finished as one ZIP file with a manifest. Each disclosure is recorded."""
        package = pack_run(actor=self.actor, run_id=uuid)
        return send_pieces(package.pieces, name=package.name, media_type="application/zip")

    @extend_schema(request=None, responses=RunOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uuid: UUID) -> Response:
        """Create no more of it. What is in work is finished; what was created stays."""
        return self._after(runs.cancel_run(actor=self.actor, run_id=uuid))

    @extend_schema(request=None, responses=RunOut)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, uuid: UUID) -> Response:
        """Go on with a run that was cancelled."""
        return self._after(runs.resume_run(actor=self.actor, run_id=uuid))

    @extend_schema(request=None, responses=RunOut)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, uuid: UUID) -> Response:
        """Try what failed again."""
        return self._after(runs.retry_failed(actor=self.actor, run_id=uuid))

    def _after(self, run: DossierRun) -> Response:
        return Response(self.get_serializer(self._now(run)).data)

    def _now(self, run: DossierRun) -> DossierRun:
        """Read it again: times are the database's."""
        found: DossierRun = self.get_queryset().get(pk=run.pk)
        return found
