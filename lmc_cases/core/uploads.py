"""Refuse a body that is too large before a byte of it is read.

Django's check against forged requests reads the whole form, files included, before a view is called. Here the
declared length is looked at first, and the same check runs after it. The length cannot lie: the server reads no
more than it declares.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import get_template
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import View

from lmc_cases.core.request_id import current_origin

# What a form may hold besides its file: fields, boundaries, the token.
FORM_BYTES = 1024 * 1024


@method_decorator(csrf_exempt, name="dispatch")
class LimitedUpload(View):
    """Mixin of a page that takes one file; put it first.

    ``max_bytes_setting`` names the setting that holds the limit of the file in bytes.
    """

    max_bytes_setting: ClassVar[str]

    @property
    def max_bytes(self) -> int:
        """The limit of the file in bytes."""
        limit: int = getattr(settings, self.max_bytes_setting)
        return limit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 413 to a body that is too large, else check the request's origin and go on."""
        try:
            declared = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            declared = 0
        if declared > self.max_bytes + FORM_BYTES:
            page = get_template("413.html").render({"request_id": current_origin().request_id})
            return HttpResponse(page, status=413)
        checked = csrf_protect(super().dispatch)
        return checked(request, *args, **kwargs)
