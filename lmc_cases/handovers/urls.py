"""Addresses of handovers."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "handovers"
urlpatterns: list[URLPattern | URLResolver] = []
