"""How often a page of ours may be asked for; the sign-in library counts its own pages.

Counted in the shared cache by the library's own counter. While the cache is away each process counts for itself, so
that a limit is as many times wider as there are web processes, and nobody is shut out (decision record 17).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lmc_cases.core.problems import problem_json

GetResponse = Callable[[HttpRequest], HttpResponse]


class RateLimitMiddleware:
    """Answers 429 for the pages that ``RATE_LIMITED_PAGES`` names, once they are asked for too often."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before the address is resolved."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Count the request, and refuse it when it is one too many."""
        match = request.resolver_match
        limited = settings.RATE_LIMITED_PAGES.get(match.view_name) if match else None
        if limited is None:
            return None
        parameter, rate = limited
        if parameter and not request.GET.get(parameter, "").strip():
            return None
        if rate.endswith("/user") and not request.user.is_authenticated:
            return None
        name = match.view_name.replace(":", "-") if match else ""
        if ratelimit.consume(request, app="lmc", action=name, config={name: rate}, limit_get=True):
            return None
        if request.path.startswith("/api/"):
            return problem_json(429, "throttled", _("Wait a few minutes, then try again."))
        refused: HttpResponse = ratelimit.handler429(request)
        return refused
