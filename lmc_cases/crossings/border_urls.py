"""Addresses of the phone page: the shell's folder is the scope of its worker and holds nothing of a crossing."""

from __future__ import annotations

from django.urls import path

from lmc_cases.crossings.views import border, manifests, sheets

urlpatterns = [
    path("border/", border.BorderShell.as_view(), name="border_shell"),
    path("border/worker.js", border.BorderWorker.as_view(), name="border_worker"),
    path("border/manifest.webmanifest", border.BorderManifest.as_view(), name="border_manifest"),
    path("border/contact/", border.BorderContact.as_view(), name="border_contact"),
    path("on-phones/", border.BorderPacks.as_view(), name="border_packs"),
    path("<uuid:uuid>/border/", border.BorderOpen.as_view(), name="border"),
    path("<uuid:uuid>/sheet/", sheets.ManifestSheet.as_view(), name="sheet"),
    path("<uuid:uuid>/manifests/", manifests.Manifests.as_view(), name="manifests"),
    path("manifests/<uuid:uuid>/", manifests.Download.as_view(), name="manifest_download"),
    path("manifests/<uuid:uuid>/progress/", manifests.Progress.as_view(), name="manifest_progress"),
    path("manifests/<uuid:uuid>/retry/", manifests.Retry.as_view(), name="manifest_retry"),
    path("<uuid:uuid>/marks/<uuid:mark_uuid>/photo/", sheets.MarkPhoto.as_view(), name="mark_photo"),
    path("<uuid:uuid>/border/pack/", border.BorderPackView.as_view(), name="border_pack"),
    path("<uuid:uuid>/border/marks/", border.BorderMarks.as_view(), name="border_marks"),
]
