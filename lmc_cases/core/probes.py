"""What the machinery around the product asks: is it alive, may it be given work, how is it doing.

Answered before session, user and transaction, so that they answer when the database does not.
"""

from __future__ import annotations

import ipaddress
import secrets
import shutil
import time
from collections.abc import Callable
from functools import cache as once
from pathlib import Path
from typing import Final

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.urls import resolve
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from lmc_cases.core import metrics as figures
from lmc_cases.core.checks import SERVING, answers, faults_of
from lmc_cases.core.request_id import current_origin

GetResponse = Callable[[HttpRequest], HttpResponse]
PROBES: Final = frozenset({"/health", "/ready", "/metrics"})


class ProbesMiddleware:
    """Answer the probes' addresses here, whatever else is down."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the view at once, with no middleware further in."""
        if request.path_info not in PROBES:
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        response: HttpResponse = match.func(request)
        return response


class RequestFiguresMiddleware:
    """Count every answer, by the name of its page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Measure until the answer begins."""
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        figures.count_request(
            # The route's own name: an address would carry ids.
            view=(match.view_name or "unnamed") if match is not None else "none",
            method=request.method or "",
            status=response.status_code,
            seconds=time.perf_counter() - began,
        )
        return response


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say whether database and broker answer: 200 or 503."""
    return _answer({"database": answers(), "broker": _broker_answers()}, "degraded")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether this process should be given work: 200 or 503, part by part."""
    parts = {
        "database": answers(),
        "broker": _broker_answers(),
        "migrations": False,
        "fit": False,
        "disk": _room_for_uploads(),
    }
    if parts["database"]:
        parts |= {"migrations": _migrations_applied(), "fit": _database_is_fit()}
    return _answer(parts, "not ready")


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus: with the token, or from this very machine where none is set; 404 to anybody else."""
    if not _may_scrape(request):
        return HttpResponseNotFound()
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Whoever came through a proxy came from elsewhere, even if the proxy runs on this machine.
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Forwarded-Host")):
        return False
    address = current_origin().address
    return address is not None and ipaddress.ip_address(address).is_loopback


def _answer(parts: dict[str, bool], otherwise: str) -> JsonResponse:
    good = all(parts.values())
    return JsonResponse({"status": "ok" if good else otherwise, **parts}, status=200 if good else 503)


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            return True
    except Exception:  # noqa: BLE001 - whatever it is, the answer is "no"
        return False


def _migrations_applied() -> bool:
    """Whether every migration of this code is in the database; one more, of newer code, does no harm here."""
    try:
        return _known_migrations() <= set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return False


@once
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _database_is_fit() -> bool:
    try:
        return not faults_of(SERVING)
    except DatabaseError:
        return False


def _room_for_uploads() -> bool:
    place = Path(settings.MEDIA_ROOT)
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free >= settings.READY_FREE_BYTES
