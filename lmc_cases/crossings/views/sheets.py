"""The manifest as a sheet to print, and photographs taken at the border."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.generic import View

from lmc_cases.accounts import step_up
from lmc_cases.core.errors import Conflict
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.models import Mark
from lmc_cases.crossings.services import sheets
from lmc_cases.crossings.views.border import OfBorder


class _Sheet(OfBorder):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        crossing, rows = sheets.manifest_sheet(actor=officer_of(request), crossing_id=kwargs["uuid"])
        return render(request, "crossings/sheet.html", {"crossing": crossing, "rows": rows})


class ManifestSheet(step_up.StepUpToRead, _Sheet):
    """Names, photographs and codes of all on board, on paper: past the second factor."""


class MarkPhoto(View):
    """A photograph on the page of a person."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Answer with the JPEG."""
        try:
            jpeg = sheets.mark_photo(
                actor=officer_of(request), crossing_id=kwargs["uuid"], mark_id=kwargs["mark_uuid"]
            )
        except Mark.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        return send_file(jpeg, name="photo.jpg", media_type="image/jpeg")
