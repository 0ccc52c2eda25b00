"""Ends what is over before anything is done for it: idle and old sessions, those ended elsewhere, ended postings."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from lmc_cases.accounts.models import SignedInSession
from lmc_cases.accounts.services import sessions
from lmc_cases.core.viewer import officer_of
from lmc_cases.core.views import expired_session

GetResponse = Callable[[HttpRequest], HttpResponse]
# In the session: the id of its row.
HELD = "lmc_signed_in"
# In the session after it was ended: why, for the sign-in page.
WHY = "lmc_signed_out"
SAFE = {"GET", "HEAD", "OPTIONS"}
# Asked by pages on their own: no click of the officer.
NO_CLICKS = {"accounts:time_left", "crossings:border_contact"}
# Told at once that the session is over, not sent to the sign-in page: a phone wipes its copy on this answer.
TELLS_ITSELF = "crossings:border_contact"


def session_id(request: HttpRequest) -> str:
    """Return the id of the row that the present session names."""
    return str(request.session.get(HELD, ""))


def seconds_left(row: SignedInSession) -> tuple[int, int]:
    """Return the seconds until the session ends: without another click, and whatever is clicked."""
    now = timezone.now()
    until_end = int((row.ends_at - now).total_seconds())
    return max(0, min(int((row.idle_ends_at - now).total_seconds()), until_end)), max(0, until_end)


class SessionLimitsMiddleware:
    """Idle limit, absolute limit, remote sign-out and the end of a posting, asked at every request of a session.

    A session gets its row at its first request; one whose row is gone or ended opens nothing. API tokens carry no
    session: ``services.tokens.may_use_token`` asks the same of them.
    """

    open_prefixes = ("/static/",)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request pass for a session that is in force; sign any other out."""
        if request.path == "/health" or request.path.startswith(self.open_prefixes):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        user = officer_of(request)
        with transaction.atomic():
            row = self._row(request)
            why = sessions.why_over(row, user)
            if not why and row is not None and request.path not in {reverse(name) for name in NO_CLICKS}:
                sessions.seen(row)
        if why:
            return self._signed_out(request, why)
        assert row is not None  # noqa: S101 - a session without a row is over
        request.session_ends_in, _in_all = seconds_left(row)  # type: ignore[attr-defined]
        return self.get_response(request)

    @staticmethod
    def _row(request: HttpRequest) -> SignedInSession | None:
        user = officer_of(request)
        named = session_id(request)
        if named:
            return sessions.held(user=user, session_id=named)
        if user.posting_is_over:
            return None
        row = sessions.begin(user=user, device=request.headers.get("User-Agent", ""))
        request.session[HELD] = str(row.uuid)
        return row

    def _signed_out(self, request: HttpRequest, why: str) -> HttpResponse:
        language = officer_of(request).language
        logout(request)
        request.session[WHY] = why
        if request.path.startswith("/api/") or request.path == reverse(TELLS_ITSELF):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            # A redirect would be followed unseen and the sign-in page put into a part of this one.
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("account_login")})
        if request.method not in SAFE:
            # What was typed is kept by the browser tab and offered again after signing in; this page says so.
            with translation.override(language):
                return expired_session(request)
        if request.path.startswith("/sign-in/"):
            return self.get_response(request)
        here = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('account_login')}?{here}")
