"""The list looked over before a crossing is planned: counts of what is to be looked at, and the persons."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.forms import id_of
from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.services import looking
from lmc_cases.crossings.services.looking import LABELS, Flag
from lmc_cases.crossings.views.reading import number_in
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.reading import consult_request


class LookOver(TemplateView):
    """Of one request, or of everybody who waits to be seated."""

    template_name = "crossings/look.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page under one flag; who reads a request's persons here is recorded as of the request."""
        asked, user = self.request.GET, officer_of(self.request)
        flag = asked.get("flag", "")
        flag = flag if flag in set(Flag) else ""
        handover_id = (id_of(asked["handover"]) or uuid.UUID(int=0)) if asked.get("handover") else None
        handover, found, error = None, None, ""
        try:
            found = looking.look_over(
                actor=user, handover_id=handover_id, flag=flag, after=number_in(asked.get("after"))
            )
            if handover_id is not None:
                handover = consult_request(actor=user, handover_id=handover_id)
        except (Crossing.DoesNotExist, HandoverRequest.DoesNotExist):
            raise Http404 from None
        except InvalidInput as refused:
            error = str(refused)
        kept = {"handover": asked.get("handover", "")} if handover_id else {}
        more = found.more if found else 0
        return super().get_context_data(
            handover=handover,
            found=found,
            error=error,
            flag=flag,
            flag_label=LABELS[Flag(flag)] if flag else _("All"),
            counts=[
                (LABELS[each], number, f"?{urlencode({**kept, 'flag': each.value})}", each == flag)
                for each, number in (found.counts if found else {}).items()
            ],
            all_url=f"?{urlencode(kept)}",
            rows=[
                {
                    "looked": one,
                    "twins": [(twin.label, reverse(twin.path[0], args=twin.path[1:])) for twin in one.twins],
                }
                for one in (found.shown if found else ())
            ],
            first=f"?{urlencode({**kept, 'flag': flag})}" if asked.get("after") else "",
            more=f"?{urlencode({**kept, 'flag': flag, 'after': more})}" if more else "",
            back_url=reverse("handovers:detail", args=[handover.uuid])
            if handover
            else reverse("crossings:list"),
            **kwargs,
        )
