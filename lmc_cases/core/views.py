"""Error pages in the reader's language."""

from __future__ import annotations

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.problems import problem_json
from lmc_cases.core.request_id import current_origin

API_PREFIX = "/api/"
PROBLEMS = {
    400: ("bad-request", _("The request was refused.")),
    403: ("not-allowed", _("You may not do this.")),
    404: ("not-found", _("Not found.")),
    500: ("server-error", _("Something went wrong on our side. Nothing was changed by this step.")),
}


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        code, detail = PROBLEMS[status]
        return problem_json(status, code, str(detail))
    # Without the request: no context processor runs, so that an error page asks the database nothing.
    page = get_template(f"{name}.html").render({"request_id": current_origin().request_id})
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; but 500 where the database went away while the session was saved, which Django calls a bad request."""
    if isinstance(exception, SessionInterrupted) and _is_of_the_database(exception):
        return server_error(request)
    return _page(request, "400", 400)


def _is_of_the_database(error: BaseException | None) -> bool:
    """Whether a lost connection stands behind an error; a session that was only deleted has none."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__context__
    return False


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what does not exist and what is not shared."""
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without any query."""
    return _page(request, "500", 500)


def expired_session(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for too long, or cookies are off."""
    return _page(request, "errors/expired_session", 403)
