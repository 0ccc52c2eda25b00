"""What every read endpoint of the REST API shares: rows through the access rule, strict parameters, sealed paging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from lmc_cases.core.keyset import EPOCH, Cursor, Page
from lmc_cases.core.scoping import VisibleObjects

MOST_ROWS = 100


class Moment(serializers.DateTimeField):
    """A time in UTC: programs compare, people are shown their own zone on the pages."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default_timezone", dt.UTC)
        super().__init__(**options)


class KnownText(serializers.CharField):
    """Text that may be not known: ``null`` then, never an empty string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        """Write "" as null."""
        return super().to_representation(value) if value else None


class Out(serializers.Serializer[Any]):
    """An answer. Fields with ``required=False`` are absent where the viewer's level does not show them."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Leave out what the view did not give; the framework would write ``null`` for some of it."""
        shown = super().to_representation(instance)
        if isinstance(instance, Mapping):
            for name, field in self.fields.items():
                if not field.required and name not in instance:
                    shown.pop(name, None)
        return shown


class ListQuery(serializers.Serializer[Any]):
    """Parameters of every list."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, default=50, help_text="Most rows of one page."
    )
    cursor = serializers.CharField(
        required=False, max_length=200, help_text="Where the page begins: taken from `next`, never made up."
    )

    def validate_cursor(self, value: str) -> Cursor:
        """Unseal the position."""
        cursor = Cursor.decode(value)
        if cursor is None:
            raise serializers.ValidationError(_("This position is not from one of our lists."))
        return cursor


class ListPages(BasePagination):
    """Tells the schema what a page of a list looks like; the views page by themselves."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe results and the address of the next page."""
        following = {
            "type": ["string", "null"],
            "format": "uri",
            "description": "Address of the next page; `null` on the last.",
        }
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Say nothing: the parameters stand in the view's ``query_class``."""
        return []


class FileRenderer(JSONRenderer):
    """Lets a caller ask for a file by its media type; a refusal is still JSON."""

    media_type = "application/octet-stream"
    format = "file"
    charset = None


class ApiView(APIView):
    """Answers that nobody keeps: rights may end before the next request."""

    http_method_names: ClassVar[list[str]] = ["get", "head"]  # type: ignore[misc]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say which language was spoken, and that nothing on the way may keep the answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Content-Language", get_language() or "en")
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


class ReadOnly(VisibleObjects, ApiView, GenericViewSet[Any]):  # type: ignore[misc]
    """List and single record of one model.

    A subclass gives ``model``, ``serializer_class`` and, for what is not reference data, ``consulted``;
    ``row_class`` where a row of the list shows less than the record; ``query_class`` for filters.
    """

    query_class: ClassVar[type[ListQuery]] = ListQuery
    row_class: ClassVar[type[Out] | None] = None
    pagination_class = ListPages
    lookup_field = "uuid"

    @property
    def actor(self) -> Any:
        """The officer or partner account that asks."""
        return self.request.user

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        """Return the shorter form for rows of a list."""
        if self.action == "list" and self.row_class is not None:
            return self.row_class
        return super().get_serializer_class()

    def list(self, request: Request) -> Response:
        """Return one page."""
        query = self.read_query(request)
        page = self.page_of(query)
        self.listed(page, query)
        rows = self.get_serializer(page.rows, many=True).data
        return Response({"results": rows, "next": next_address(request, page.older)})

    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """Return one record."""
        return Response(self.get_serializer(self.consult(uuid)).data)

    def read_query(self, request: Request) -> dict[str, Any]:
        """Check the parameters; a misspelt filter is refused, because ignoring it would answer with more."""
        fields = self.query_class().fields
        unknown = sorted(set(request.query_params) - set(fields))
        if unknown:
            raise serializers.ValidationError({name: [_("There is no such parameter.")] for name in unknown})
        query = self.query_class(data=request.query_params, context={"viewer": self.actor})
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page through the access rule; newest row first unless the subclass says otherwise."""
        return page_along(self.get_queryset(), "pk", query, newest_first=True)

    def consult(self, uuid: UUID) -> Any:
        """Return the record asked for; a subclass records the consultation through its service."""
        return self.get_queryset().get(uuid=uuid)

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record that a list was read; reference data needs no record."""


def page_along(
    rows: models.QuerySet[Any], field: str, query: Mapping[str, Any], *, newest_first: bool = False
) -> Page[Any]:
    """Return one page along a unique whole-number column, by the last value seen.

    Args:
        rows: already through the access rule, and narrow enough for the column's order.
        field: a column unique within ``rows``.
        query: ``limit`` and perhaps ``cursor``.
    """
    size: int = query["limit"]
    cursor: Cursor | None = query.get("cursor")
    if cursor is not None:
        rows = rows.filter(**{f"{field}__{'lt' if newest_first else 'gt'}": cursor.pk})
    found = list(rows.order_by(f"-{field}" if newest_first else field)[: size + 1])
    more = len(found) > size
    return Page(
        rows=found[:size], older=Cursor(at=EPOCH, pk=getattr(found[size - 1], field)) if more else None
    )


def next_address(request: Request, older: Cursor | None) -> str | None:
    """Return the address of the next page with the same filters, or ``None``."""
    if older is None:
        return None
    asked = request.query_params.copy()
    asked["cursor"] = older.encode()
    plain: HttpRequest = request._request
    return plain.build_absolute_uri(f"{plain.path}?{asked.urlencode()}")
