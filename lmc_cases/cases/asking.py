"""Where a reason for reading another country's case is asked for: before its pages, and before an answer of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.tokens import standing_reason_of
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.reading_reasons import give_reason, require_reason
from lmc_cases.core.errors import ReasonRequired

CODE_HEADER, TEXT_HEADER = "Reason-Code", "Reason-Text"


class ReadingReasonMiddleware:
    """Send the officer to the page that asks, and from there back to the page that was wanted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn the missing reason into the question. What the view had begun to write is undone."""
        if not isinstance(exception, ReasonRequired):
            return None
        transaction.set_rollback(True)
        # A form that was sent is not sent again by a redirect: the officer comes back to its page.
        wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        if request.headers.get("HX-Request"):
            # A part of a page was asked for; the officer comes back to the whole of it.
            wanted = reverse("cases:detail", args=[exception.case_uuid])
        address = f"{reverse('cases:reason', args=[exception.case_uuid])}?{urlencode({'next': wanted})}"
        if request.headers.get("HX-Request"):
            # A redirect would be followed unseen and the question put into a part of this page.
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)


def ask_over_api(request: Any, case: Case) -> None:
    """Let a program read a foreign case: with a reason of today, one given with the request, or its standing one.

    Args:
        request: of the REST framework; may carry ``Reason-Code`` and ``Reason-Text`` (percent-encoded UTF-8).
        case: as read through the access rule.

    Raises:
        ReasonRequired: none of the three (428).
        InvalidInput: a code of no list, or no words where the code needs them (400).
    """
    try:
        require_reason(actor=request.user, case=case)
    except ReasonRequired as error:
        code = request.headers.get(CODE_HEADER, "").strip()
        standing = "" if code else standing_reason_of(request.auth)
        if not code and not standing:
            message = _(
                "Say why you read this case of another country: send a code in the header %(header)s."
            )
            raise ReasonRequired(
                message % {"header": CODE_HEADER}, case_uuid=error.case_uuid, reasons=error.reasons
            ) from None
        give_reason(
            actor=request.user,
            case_id=case.uuid,
            code=code or standing,
            text=unquote(request.headers.get(TEXT_HEADER, "")),
            is_standing=bool(standing),
        )
