"""Request id and browser permissions."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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


class PermissionsPolicyMiddleware:
    """Switch off what no page needs; a page that needs the camera says so itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header unless the view has set its own."""
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        return response
