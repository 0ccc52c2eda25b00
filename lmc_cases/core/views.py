"""Error pages in the reader's language, and the health answer."""

from __future__ import annotations

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
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
    """400."""
    return _page(request, "400", 400)


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


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Say whether database and broker answer: 200 or 503."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    return JsonResponse(
        {"status": "ok" if all(parts.values()) else "degraded", **parts},
        status=200 if all(parts.values()) else 503,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Exception:  # noqa: BLE001 - whatever it is, the answer is "no"
        return False


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            return True
    except Exception:  # noqa: BLE001 - whatever it is, the answer is "no"
        return False
