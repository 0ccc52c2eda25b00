"""Checkpoints over the REST API, for a country's own machine that keeps a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lmc_cases.audit.models import AuditCheckpoint, CheckpointDelivery
from lmc_cases.audit.services.checkpoints import fetch_checkpoint
from lmc_cases.core.api_views import ApiView, Moment, Out, ReadOnly
from lmc_cases.core.keyset import Cursor, Page

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class CheckpointRow(Out):
    """How the log stood."""

    size = serializers.IntegerField(source="tree_size", help_text="Number of sealed events.")
    signed_at = Moment()
    checkpoint = serializers.CharField(source="note", help_text="The signed note (C2SP tlog-checkpoint).")


class ConsistencyOut(Out):
    """A proof that an older log is the beginning of a newer one (RFC 9162, 2.1.4)."""

    to = serializers.IntegerField(help_text="Number of events of the newer checkpoint.")
    proof = serializers.ListField(child=serializers.CharField(), help_text="Hashes in base64.")

    def get_fields(self) -> dict[str, Any]:
        """Put ``from`` first: a word that no class can have as a name."""
        older = serializers.IntegerField(help_text="Number of events of the older checkpoint.")
        return {"from": older, **super().get_fields()}


class CheckpointFile(Out):
    """What a country keeps: save it as a file and check it offline with `verify.py`."""

    format = serializers.CharField(help_text="`lmc-audit-checkpoint/1`.")
    checkpoint = serializers.CharField(help_text="The signed note (C2SP tlog-checkpoint).")
    consistency = ConsistencyOut(many=True)


class SinceQuery(serializers.Serializer[Any]):
    """Parameters of the newest checkpoint."""

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word that no class can have as a name."""
        since = serializers.IntegerField(
            required=False,
            min_value=1,
            max_value=2**62,
            help_text="Number of events of a checkpoint you keep: the answer proves that it still holds.",
        )
        return {"from": since}


class Checkpoints(ReadOnly):
    """Signed checkpoints of the audit record, the newest first. They name no record."""

    model = AuditCheckpoint
    serializer_class = CheckpointRow

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page along the number of events."""
        size: int = query["limit"]
        cursor: Cursor | None = query.get("cursor")
        rows = self.get_queryset()
        if cursor is not None:
            rows = rows.filter(tree_size__lt=cursor.pk)
        found = list(rows.order_by("-tree_size")[: size + 1])
        more = len(found) > size
        last = found[size - 1] if more else None
        return Page(rows=found[:size], older=Cursor(at=last.signed_at, pk=last.tree_size) if last else None)


class NewestCheckpoint(ApiView):
    """The newest checkpoint as a file to keep; fetching it is the receipt."""

    query_class: ClassVar[type[SinceQuery]] = SinceQuery

    @extend_schema(parameters=[SinceQuery], responses=CheckpointFile)
    def get(self, request: Request) -> Response:
        """Return it with the proof from the checkpoint named, or from those fetched before."""
        query = SinceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        _checkpoint, bundle = fetch_checkpoint(
            actor=cast("User", request.user),
            since=query.validated_data.get("from"),
            channel=CheckpointDelivery.Channel.API,
        )
        return Response(bundle)
