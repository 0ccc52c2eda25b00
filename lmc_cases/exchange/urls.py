"""Addresses of exchange."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.exchange import views

app_name = "exchange"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.ImportList.as_view(), name="list"),
    path("new/<uuid:case_uuid>/", views.ImportUpload.as_view(), name="upload"),
    path("<uuid:uuid>/", views.ImportPage.as_view(), name="detail"),
    path("<uuid:uuid>/progress/", views.ImportProgress.as_view(), name="progress"),
    path("<uuid:uuid>/errors.csv", views.ImportErrors.as_view(), name="errors"),
    path("<uuid:uuid>/discard/", views.ImportDiscard.as_view(), name="discard"),
    path("<uuid:uuid>/undo/", views.ImportUndo.as_view(), name="undo"),
]
