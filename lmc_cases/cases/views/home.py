"""The first page after sign-in: my cases, shared with me, waiting for me."""

from __future__ import annotations

from django.views.generic import TemplateView


class Home(TemplateView):
    """What waits for the officer."""

    template_name = "cases/home.html"
