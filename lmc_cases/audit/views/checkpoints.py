"""Signed checkpoints: what each country holds, the newest one to fetch, and the key to check it with."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import TemplateView, View

from lmc_cases.audit.models import AuditCheckpoint
from lmc_cases.audit.services import checkpoints, sealing
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of

SHOWN = 20


class CheckpointList(TemplateView):
    """The newest checkpoints, and which country holds which."""

    template_name = "audit/checkpoints.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every officer of a country may know this: it names no record."""
        user = officer_of(self.request)
        rows = list(AuditCheckpoint.objects.visible_to(user).order_by("-tree_size")[:SHOWN])
        held = checkpoints.holdings() if rows else []
        return super().get_context_data(
            rows=rows,
            newest=rows[0] if rows else None,
            holdings=held,
            own=next((row for row in held if user.agency and row.country.pk == user.country.pk), None),
            keys=[str(key) for key in sealing.trusted_keys()] if rows else [],
            lag=sealing.lag(),
            **kwargs,
        )


class CheckpointDownload(View):
    """One checkpoint as a file; that the country has it is noted."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the note and the proof from what the country held before."""
        since = request.GET.get("from", "")
        try:
            checkpoint, bundle = checkpoints.fetch_checkpoint(
                actor=officer_of(request),
                tree_size=kwargs["size"],
                since=int(since) if since.isdecimal() and len(since) < 19 else None,
            )
        except (AuditCheckpoint.DoesNotExist, InvalidInput):
            raise Http404 from None
        content = (json.dumps(bundle, indent=1) + "\n").encode()
        return send_file(
            content, name=f"checkpoint-{checkpoint.tree_size}.json", media_type="application/json"
        )
