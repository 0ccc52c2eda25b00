"""Addresses of suspects."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "suspects"
urlpatterns: list[URLPattern | URLResolver] = []
