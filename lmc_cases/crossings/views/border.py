"""The phone page at the border: the empty shell with its files, the way to it, and what the phone asks and sends.

The shell, its worker and its manifest are the same for everybody and need no sign-in: they hold words alone.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from lmc_cases.accounts import step_up
from lmc_cases.accounts.session_limits import session_id
from lmc_cases.core.errors import DomainError, NotAllowed
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.problems import problem_json
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings import border
from lmc_cases.crossings.border_tables import PackTable
from lmc_cases.crossings.models import BorderPack, Crossing, Mark

PAGE_SIZE: Final = 50
# Stands in the addresses that the shell gives to its scripts; they put the crossing's id there.
NO_ID: Final = UUID(int=0)
# What the shell loads before a font is met; the worker keeps it.
FILES: Final = (
    "css/border.css",
    "css/lmc.css",
    "img/logo.svg",
    *(
        f"border/{name}.js"
        for name in ("main", "screen", "scan", "refused", "picture", "line", "vault", "store", "bytes")
    ),
    "vendor/jsqr/jsQR.js",
    "vendor/tabler/css/tabler.min.css",
)


def _words() -> dict[str, Any]:
    """Return what scripts say, in the active language."""
    return {
        "outcomes": {str(value): str(label) for value, label in Mark.Outcome.choices},
        "line": _("On line"),
        "no_line": _("No line"),
        "waiting": _("Waiting to be sent: %(n)s"),
        "none_waiting": _("All sent"),
        "not_sent": _("Not sent yet"),
        "unmarked": _("Not marked"),
        "uncounted": _("Not counted"),
        "conflict": _("Marks differ"),
        "tally": _("Marked: %(n)s of %(m)s"),
        "until": _("Can be read until %(t)s"),
        "wrong_code": _("Wrong code. Tries left: %(n)s"),
        "wiped": _(
            "The list was wiped from this phone. What waits to be sent stays sealed until it is sent."
        ),
        "expired": _(
            "The time of the list is over: it was wiped. What waits to be sent stays sealed until it is sent."
        ),
        "revoked": _(
            "The list was withdrawn and wiped. What waits to be sent stays sealed until it is sent."
        ),
        "needs_line": _("This needs a line. Try again where there is one."),
        "refused": _("The server refused this. Nothing was lost."),
        "nobody": _("Nobody on this crossing fits."),
        "unknown_code": _("This code belongs to nobody on this crossing."),
        "other_code": _("This code belongs neither to a manifest nor to a dossier."),
        "old_paper": _("This paper is version %(n)s of the dossier. The newest is version %(m)s."),
        "newer_paper": _(
            "This paper is version %(n)s of the dossier, newer than the list on this phone. Take the list anew."
        ),
        "refused_count": _("Refused: %(n)s"),
        "correct": _("Correct"),
        "put_away": _("Put away"),
        "put_away_sure": _(
            "Put this away? What was typed is kept in the record of your side; a photograph is not."
        ),
        "keep_entry": _("Keep it here"),
        "sealed_entry": _("An entry of an earlier list, sealed on this phone"),
        "counted": _("Persons counted: %(n)s"),
        "not_listed": _("A person who is not on this list"),
        "no_camera": _("The camera cannot be used. Type the number instead."),
        "no_picture": _("This file cannot be read as a picture."),
    }


def _addresses() -> dict[str, str]:
    return {
        "scope": reverse("crossings:border_shell"),
        "worker": reverse("crossings:border_worker"),
        "contact": reverse("crossings:border_contact"),
        "open": reverse("crossings:border", args=[NO_ID]),
        "pack": reverse("crossings:border_pack", args=[NO_ID]),
        "marks": reverse("crossings:border_marks", args=[NO_ID]),
        "sign_in": reverse("account_login"),
        "sign_out": reverse("account_logout"),
    }


@lru_cache(maxsize=1)
def _version() -> str:
    """Return what changes when a file of the page does, so that phones fetch it anew."""
    digest = hashlib.sha256()
    for name in FILES:
        found = finders.find(name)
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:16]


@method_decorator(login_not_required, name="dispatch")
class BorderShell(View):
    """The page without anybody's data; this one page may use the camera."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        response = render(
            request,
            "crossings/border.html",
            {"words": _words(), "addresses": _addresses(), "outcomes": Mark.Outcome.choices},
        )
        rules = settings.BROWSER_RULES["Permissions-Policy"]
        response["Permissions-Policy"] = rules.replace("camera=()", "camera=(self)")
        return response


@method_decorator(login_not_required, name="dispatch")
class BorderWorker(View):
    """The script that keeps the shell; it may speak for the shell's folder and no other page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send it."""
        told = {
            "version": _version(),
            "shell": reverse("crossings:border_shell"),
            "static_url": settings.STATIC_URL,
            "files": [static(name) for name in FILES],
        }
        return render(request, "crossings/border_worker.js", told, content_type="text/javascript")


@method_decorator(login_not_required, name="dispatch")
class BorderManifest(View):
    """What a phone needs to put the page on its start screen."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send it."""
        shell = reverse("crossings:border_shell")
        icon = {"src": static("img/logo.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any"}
        manifest = {
            "id": shell,
            "name": _("At the border"),
            "short_name": _("At the border"),
            "lang": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
            "start_url": shell,
            "scope": shell,
            "display": "standalone",
            "background_color": "#f4f6f8",
            "theme_color": "#0b4f6c",
            "icons": [icon],
        }
        return JsonResponse(manifest, content_type="application/manifest+json")


@method_decorator(login_not_required, name="dispatch")
class BorderContact(View):
    """How a phone stands: asked before anything else, also by a phone whose session is over.

    Of a pack it tells whether it stands, to whoever knows its id, and nothing more.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer ``{signed_in, stands, mine, token}``."""
        try:
            pack_id = UUID(request.GET["pack"]) if "pack" in request.GET else None
        except ValueError:
            raise BadRequest from None
        officer = border.standing_officer(pack_id) if pack_id is not None else None
        signed_in = request.user.is_authenticated
        return JsonResponse(
            {
                "signed_in": signed_in,
                "stands": officer is not None,
                "mine": signed_in and officer == request.user.pk,
                "token": get_token(request) if signed_in else "",
            }
        )


class OfBorder(View):
    """A view of one crossing that the officer may mark; foreign, missing and only to be read alike are not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask the rule before anything else."""
        try:
            border.crossing_at_border(officer_of(request), kwargs["uuid"])
        except Crossing.DoesNotExist:
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)


class _Opened(OfBorder):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(f"{reverse('crossings:border_shell')}#{kwargs['uuid']}")


class BorderOpen(step_up.StepUpToRead, _Opened):
    """The way from a crossing to the phone page: past the second factor."""


class BorderPackView(OfBorder):
    """What is taken on the phone. Asks for a fresh second factor."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the pack, or why not."""
        try:
            step_up.require(request)
            pack = border.take_pack(
                actor=officer_of(request),
                crossing_id=kwargs["uuid"],
                session_id=UUID(session_id(request)),
                device=request.headers.get("User-Agent", ""),
            )
        except NotAllowed as error:
            return problem_json(403, error.code, str(error))
        except DomainError as error:
            return problem_json(409, error.code, str(error))
        return JsonResponse(pack)


class BorderMarks(OfBorder):
    """What the phone sends, sealed; answers what became of each item, and how things stand now."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer ``{items: [{uuid, kept, detail}], state}``."""
        try:
            sent = json.loads(request.body)
            pack_id = UUID(sent["pack"])
            items = [border.Sent.of(item) for item in sent["items"]]
        except (ValueError, TypeError, KeyError, AttributeError):
            return problem_json(400, "invalid-input", _("This cannot be read."))
        if len(items) > border.MAX_ITEMS:
            return problem_json(400, "invalid-input", _("Too much at once."))
        try:
            answers, state = border.receive(
                actor=officer_of(request), crossing_id=kwargs["uuid"], pack_id=pack_id, items=items
            )
        except (BorderPack.DoesNotExist, Crossing.DoesNotExist):
            raise Http404 from None
        except DomainError as error:
            return problem_json(409, error.code, str(error))
        return JsonResponse({"items": [answer.as_json() for answer in answers], "state": state})


class BorderPacks(TemplateView):
    """What was taken on phones: the officer's own, and for an auditor those of the country's officers."""

    template_name = "crossings/border_packs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice, newest first."""
        before = Cursor.decode(self.request.GET.get("before"))
        rows = BorderPack.objects.visible_to(officer_of(self.request)).select_related("officer")
        if before is not None:
            rows = rows.filter(pk__lt=before.pk)
        found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE]
        older = Cursor(at=shown[-1].taken_at, pk=shown[-1].pk) if len(found) > PAGE_SIZE else None
        return super().get_context_data(
            table=PackTable(shown),
            rows=shown,
            newer="?" if before is not None else "",
            older=page_link(self.request.GET, "before", older),
            **kwargs,
        )
