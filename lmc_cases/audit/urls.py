"""Addresses of audit."""

from __future__ import annotations

from django.urls import path

from lmc_cases.audit.views.checkpoints import CheckpointDownload, CheckpointList
from lmc_cases.audit.views.exports import ExportAsk, ExportDownload, ExportPage, ExportProgress
from lmc_cases.audit.views.record import AuditList

app_name = "audit"
urlpatterns = [
    path("", AuditList.as_view(), name="list"),
    path("export/", ExportAsk.as_view(), name="export"),
    path("exports/<uuid:uuid>/", ExportPage.as_view(), name="export_detail"),
    path("exports/<uuid:uuid>/progress/", ExportProgress.as_view(), name="export_progress"),
    path("exports/<uuid:uuid>/file/", ExportDownload.as_view(), name="export_download"),
    path("checkpoints/", CheckpointList.as_view(), name="checkpoints"),
    path("checkpoints/<int:size>/", CheckpointDownload.as_view(), name="checkpoint_download"),
]
