"""Request id, and what every answer tells the browser."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lmc_cases.core.problems import problem_json
from lmc_cases.core.request_id import Origin, work_from

GetResponse = Callable[[HttpRequest], HttpResponse]
GIVEN_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")


class RequestIdMiddleware:
    """Name the request, for logs, audit and the officer's call to the help desk."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the proxy's id if it is well formed, else make one."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        channel = "api" if request.path.startswith("/api/") else "web"
        with work_from(Origin(request_id=request_id, address=_caller(request), channel=channel)):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def _caller(request: HttpRequest) -> str | None:
    """The caller's IP address: what the outermost proxy of our own saw, else the other end of the connection.

    Whatever stands further left in the header was written by the caller and is not believed.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    found = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


class BrowserRulesMiddleware:
    """Tell the browser, with every answer, what it may do with it; ``settings.BROWSER_RULES`` holds the rules.

    Whatever an answer says itself stays. Static files and error pages pass here too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that are missing."""
        response = self.get_response(request)
        for name, value in settings.BROWSER_RULES.items():
            response.headers.setdefault(name, value)
        if not response.get("Content-Type", "").startswith("text/html"):
            # No form is sent from here, so nothing at all need be told where it was.
            response.headers["Referrer-Policy"] = "no-referrer"
        match = request.resolver_match
        if match is not None and match.view_name == settings.SIGN_OUT_ADDRESS and request.method == "POST":
            # The border page has wiped what could be read; what it sealed for the server alone stays until it is sent.
            keeps = request.POST.get("keep_sealed") == "yes"
            response.headers["Clear-Site-Data"] = '"cache"' if keeps else '"cache", "storage"'
        return response


class EncryptedApiMiddleware:
    """Refuse an API request that came without TLS, where TLS is the rule: a page is led on, a program is not."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 403 before anything of the request is looked at."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith("/api/"):
            return problem_json(403, "not-encrypted", _("The API answers over TLS only."))
        return self.get_response(request)
