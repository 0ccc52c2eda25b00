"""Verify a document without an account: what is known of it, or one and the same no."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.generic import View

from lmc_cases.core.sending import send_file
from lmc_cases.crossings.receipt_forms import VerifyForm
from lmc_cases.crossings.services.documents import document_of_file, document_of_number, proof_of


@method_decorator(login_not_required, name="dispatch")
class VerifyDocument(View):
    """Number and checksum, typed or scanned, or the file itself. Rate limited: see ``RATE_LIMITED_PAGES``."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask; or answer at once, where the code of a printed paper was scanned."""
        if "number" in request.GET:
            return self._answer(request, VerifyForm(request.GET))
        return self._page(request, VerifyForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return self._answer(request, VerifyForm(request.POST, request.FILES))

    def _answer(self, request: HttpRequest, form: VerifyForm) -> HttpResponse:
        if not form.is_valid():
            return self._page(request, form, status=422)
        given = form.cleaned_data
        if given["file"]:
            sha256 = hashlib.file_digest(given["file"], "sha256").hexdigest()
            found = document_of_file(given["file"], sha256)
        else:
            found = document_of_number(given["number"], given["sha256"])
        return self._page(request, form, document=found, is_answer=True, is_file=bool(given["file"]))

    def _page(self, request: HttpRequest, form: VerifyForm, **context: Any) -> HttpResponse:
        status = context.pop("status", 200)
        response = render(request, "crossings/verify.html", {"form": form, **context}, status=status)
        add_never_cache_headers(response)
        return response


@method_decorator(login_not_required, name="dispatch")
class DocumentProof(View):
    """The proof that a file stands in the sealed record, to be kept with it. Rate limited too."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer to the checksum of the whole file; unknown and not sealed yet are one answer."""
        proof = proof_of(request.GET.get("sha256", ""))
        if proof is None:
            raise Http404
        content = json.dumps(proof, indent=1).encode()
        return send_file(content, name=f"proof-{proof['sha256'][:16]}.json", media_type="application/json")
