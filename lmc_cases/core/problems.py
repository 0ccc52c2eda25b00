"""Problem documents (RFC 9457): how every refusal under ``/api/`` is written, also outside the REST framework."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse

from lmc_cases.core.request_id import current_origin

PROBLEM_TYPE = "application/problem+json"


def problem_document(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the members of a problem document.

    Args:
        code: stable name of the kind of problem, e.g. ``"not-found"``; what a program looks at.
        detail: for a person, in the active language; never a stack trace, statement or name.
        more: further members of this kind of problem.
    """
    return {
        "type": f"urn:lmc-cases:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "request_id": current_origin().request_id,
        **more,
    }


def problem_json(status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem as a plain Django response, for what happens before or after the REST framework."""
    return JsonResponse(problem_document(status, code, detail), status=status, content_type=PROBLEM_TYPE)
