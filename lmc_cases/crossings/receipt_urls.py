"""Addresses of receipts. ``verify`` is open to anybody, for every document that is issued."""

from __future__ import annotations

from django.urls import path

from lmc_cases.crossings.views import receipts, verifying

app_name = "receipts"
urlpatterns = [
    path("verify/", verifying.VerifyDocument.as_view(), name="verify"),
    path("verify/proof/", verifying.DocumentProof.as_view(), name="proof"),
    path("of-crossing/<uuid:uuid>/", receipts.ReceiptPage.as_view(), name="of_crossing"),
    path("of-crossing/<uuid:uuid>/draw-up/", receipts.DrawUp.as_view(), name="draw_up"),
    path("<uuid:uuid>/print/", receipts.Print.as_view(), name="print"),
    path("<uuid:uuid>/sign/", receipts.Sign.as_view(), name="sign"),
    path("documents/<uuid:uuid>/", receipts.Download.as_view(), name="download"),
    path("documents/<uuid:uuid>/progress/", receipts.Progress.as_view(), name="progress"),
    path("documents/<uuid:uuid>/retry/", receipts.Retry.as_view(), name="retry"),
]
