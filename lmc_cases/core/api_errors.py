"""Answer API errors as problem+json (RFC 9457), in the caller's language, naming the field and the remedy."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lmc_cases.core.errors import (
    Conflict,
    DomainError,
    InvalidInput,
    NotAllowed,
    ReasonRequired,
    StaleVersion,
)
from lmc_cases.core.problems import PROBLEM_TYPE, problem_document


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into a problem document; unknown errors stay errors."""
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return _problem(404, "not-found", _("Not found."))
    if isinstance(error, StaleVersion):
        return _problem(409, error.code, str(error), version=error.version)
    if isinstance(error, Conflict):
        return _problem(409, error.code, str(error))
    if isinstance(error, InvalidInput):
        return _problem(400, error.code, str(error), errors=[{"field": error.field, "message": str(error)}])
    if isinstance(error, NotAllowed):
        return _problem(403, error.code, str(error))
    if isinstance(error, ReasonRequired):
        return _problem(428, error.code, str(error), case=str(error.case_uuid), reasons=list(error.reasons))
    if isinstance(error, DomainError):
        return _problem(400, error.code, str(error))
    if isinstance(error, PermissionDenied):
        return _problem(403, "not-allowed", _("You may not do this."))
    answer = exception_handler(error, context)
    if answer is None:
        return None
    headers = {
        name: answer[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if answer.has_header(name)
    }
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        errors = [
            {"field": name, "message": str(message)}
            for name, messages in fields.items()
            for message in (messages if isinstance(messages, list) else [messages])
        ]
        return _problem(
            400, "invalid-input", _("Please correct the fields named below."), headers, errors=errors
        )
    code = getattr(error, "default_code", "error")
    detail = (
        str(error.detail) if isinstance(error, exceptions.APIException) else _("The request was refused.")
    )
    return _problem(answer.status_code, str(code).replace("_", "-"), detail, headers)


def _problem(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    transaction.set_rollback(True)
    body = problem_document(status, code, detail, **more)
    return Response(body, status=status, headers=headers, content_type=PROBLEM_TYPE)
