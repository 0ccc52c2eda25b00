"""Addresses of an officer's files."""

from __future__ import annotations

from django.urls import path

from lmc_cases.exports.views.files import FileDownload, FileList, FilePage, FileProgress

app_name = "exports"
urlpatterns = [
    path("", FileList.as_view(), name="list"),
    path("<uuid:uuid>/", FilePage.as_view(), name="detail"),
    path("<uuid:uuid>/progress/", FileProgress.as_view(), name="progress"),
    path("<uuid:uuid>/file/", FileDownload.as_view(), name="download"),
]
