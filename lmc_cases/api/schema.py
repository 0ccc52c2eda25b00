"""The schema of the API: what every endpoint has in common is said once, here."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the language of the answer.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the kind of problem."},
        "title": {"type": "string", "description": "Its code: what a program looks at."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For a person."},
        "request_id": {"type": "string", "description": "Tell it to the help desk."},
        "errors": {
            "type": "array",
            "description": "The parameters that were refused.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "case": {"type": "string", "format": "uuid", "description": "The case whose reading needs a reason."},
        "reasons": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Codes that can be sent in `Reason-Code`.",
        },
    },
}
EVERYWHERE = {
    "401": "No token, or one that has ended.",
    "403": "The session has not shown its second factor.",
    "406": "No such media type.",
    "429": "Too many requests; `Retry-After` says when to come back.",
}
REASON_NEEDED = (
    "Another country's case: say why it is read, once per case and day. Send a code of `reasons` in the header"
    " `Reason-Code`, or use a token with a standing reason."
)
REASON_HEADERS = [
    {
        "name": "Reason-Code",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "Why another country's case is read; needed once per case and day.",
    },
    {
        "name": "Reason-Text",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The reason in words, percent-encoded UTF-8; needed with the code `OTHER`.",
    },
]
# Answers that show what stands in a case. Requests and dossiers are the reader's own too: they name their purpose.
OF_A_CASE = ("/cases/{uuid}/", "/suspects/", "/evidence/", "/disclosures/")
NOT_FOUND = "It does not exist, or you may not see it: the answer is the same."


class PartnerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says how a token is sent."""

    target_class = "lmc_cases.api.authentication.PartnerToken"
    name = "partnerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Token ...`, issued to a partner agency for a limited time.",
        }


class OfficerSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says that the session of the pages works too."""

    target_class = "lmc_cases.api.authentication.OfficerSession"
    name = "officerSession"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the cookie."""
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ReadSchema(AutoSchema):
    """Takes the parameters of a list from the view's ``query_class``."""

    def get_override_parameters(self) -> list[Any]:
        """Return the query of a list."""
        found = getattr(self.view, "query_class", None)
        is_list = getattr(self.view, "action", "") == "list"
        return [found] if found is not None and is_list else []

    def get_description(self) -> str:  # type: ignore[override]
        """Say what a list holds by the view's docstring; of a record, by its serializer's."""
        action = getattr(self.view, "action", "")
        if action == "retrieve":
            text = getattr(self.view, "serializer_class", None).__doc__
        elif action == "list":
            text = type(self.view).__doc__
        else:
            text = super().get_description()
        return " ".join((text or "").split())


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the refusals it may answer with; called by the generator."""
    result["components"]["schemas"]["Problem"] = deepcopy(PROBLEM)
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            refusals = dict(EVERYWHERE)
            if method == "post":
                refusals["409"] = "Not as the record stands now."
                if "requestBody" in operation:
                    refusals["400"] = "A value was refused; `errors` names it."
                    refusals["404"] = NOT_FOUND
            within = any(_has_parameter(operation, name) for name in ("case", "handover"))
            if path.endswith("}/") or "{uuid}" in path or within:
                refusals["404"] = NOT_FOUND
            if _has_parameter(operation, "limit"):
                refusals["400"] = "A parameter was refused; `errors` names it."
            if path.endswith("/file/"):
                refusals["409"] = "There is no file to hand out now."
            if any(part in path for part in OF_A_CASE):
                refusals["428"] = REASON_NEEDED
                refusals["400"] = refusals.get("400", "The reason was refused; `errors` says why.")
                operation["parameters"] = [*operation.get("parameters", []), *deepcopy(REASON_HEADERS)]
            for status, description in sorted(refusals.items()):
                operation["responses"][status] = {
                    "description": description,
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
    return result


def _has_parameter(operation: dict[str, Any], name: str) -> bool:
    return any(parameter["name"] == name for parameter in operation.get("parameters", []))


@lru_cache(maxsize=1)
def schema_document() -> dict[str, Any]:
    """Return the OpenAPI document of version 1, in English: a contract has one wording.

    Made once per process, because it depends on nothing but the code. Do not change what is returned.
    """
    with translation.override("en"):
        generator: Any = SchemaGenerator(api_version=None)  # type: ignore[no-untyped-call]
        document: dict[str, Any] = generator.get_schema(request=None, public=True)
    return document
