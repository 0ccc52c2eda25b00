"""What every page knows of the product."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, Any]:
    """Return ``product``: name, demo mark, languages, and which menu entries the officer may use."""
    user = getattr(request, "user", None)
    may = getattr(user, "menu_rights", None)
    return {
        "product": {
            "name": "LMC Cases",
            "demo": settings.DEMO,
            "languages": settings.LANGUAGES,
            "nav": may() if callable(may) else {},
        }
    }
