"""The way in, the schema, the page that explains it, and the answer to addresses that are none."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from django.views.generic import TemplateView
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from lmc_cases.api.reference import resources_of
from lmc_cases.api.schema import schema_document
from lmc_cases.core.api_views import ApiView

LISTS = (
    "cases",
    "disclosures",
    "operations",
    "suspects",
    "evidence",
    "handovers",
    "dossiers",
    "dossier-runs",
    "jurisdictions",
    "agencies",
    "typologies",
    "legal-instruments",
    "checkpoints",
    "newest-checkpoint",
)


class Start(ApiView):
    """The addresses of all lists, of the schema and of its page."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Name them."""
        return Response(
            {name: reverse(f"api:{name}", request=request) for name in (*LISTS, "schema", "docs")}
        )


class Schema(ApiView):
    """The OpenAPI document. It holds no secret, and still is for those who have business here."""

    renderer_classes: ClassVar[list[Any]] = [OpenApiJsonRenderer, JSONRenderer]  # type: ignore[misc]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return it."""
        answer = Response(schema_document())
        answer.headers["Content-Language"] = "en"
        return answer


class NoSuchAddress(ApiView):
    """Anything else below ``/api/v1/``."""

    permission_classes: ClassVar[list[Any]] = [AllowAny]  # type: ignore[misc]

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str = "") -> Response:
        """Answer 404."""
        raise Http404

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer 404 to other methods too: there is nothing here to be allowed on."""
        raise Http404


class Docs(TemplateView):
    """The schema as a page: ours, rendered here, without a script (docs/decisions/0016-api-docs.md)."""

    template_name = "api/docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Lay the document out by resource."""
        return super().get_context_data(
            resources=resources_of(schema_document()),
            base_url=f"{settings.BASE_URL}/api/v1",
            **kwargs,
        )
