"""Addresses of dossiers, and of the steps of a request that owe them."""

from __future__ import annotations

from django.urls import path

from lmc_cases.dossiers.views import approving, ledgers, previewing, reading, request_documents, runs, signing

app_name = "dossiers"
urlpatterns = [
    path("", reading.DossierList.as_view(), name="list"),
    path("of-case/<uuid:case_uuid>/", reading.DossiersOfCase.as_view(), name="of_case"),
    path("of-case/<uuid:case_uuid>/ledger/", ledgers.LedgersOfCase.as_view(), name="ledgers"),
    path("of-case/<uuid:case_uuid>/view-as/", previewing.ViewAs.as_view(), name="view_as"),
    path("ledgers/<uuid:uuid>/download/", ledgers.LedgerDownload.as_view(), name="ledger_download"),
    path("ledgers/<uuid:uuid>/progress/", ledgers.LedgerProgress.as_view(), name="ledger_progress"),
    path("ledgers/<uuid:uuid>/retry/", ledgers.LedgerRetry.as_view(), name="ledger_retry"),
    path("request/<uuid:uuid>/", reading.DossiersOfRequest.as_view(), name="request"),
    path("request/<uuid:uuid>/documents/", request_documents.Documents.as_view(), name="documents"),
    path("documents/<uuid:uuid>/download/", request_documents.Download.as_view(), name="document_download"),
    path("documents/<uuid:uuid>/progress/", request_documents.Progress.as_view(), name="document_progress"),
    path("documents/<uuid:uuid>/retry/", request_documents.Retry.as_view(), name="document_retry"),
    path("request/<uuid:uuid>/approve/", approving.Approve.as_view(), name="approve"),
    path("request/<uuid:uuid>/simplify/", approving.Simplify.as_view(), name="simplify"),
    path("request/<uuid:uuid>/correct/", approving.Correct.as_view(), name="correct"),
    path("request/<uuid:uuid>/clear/", approving.Clear.as_view(), name="clear"),
    path("person/<uuid:uuid>/<int:version>/", reading.DossierOfPerson.as_view(), name="person"),
    path("runs/", runs.RunList.as_view(), name="runs"),
    path("runs/start/", runs.RunStart.as_view(), name="run_start"),
    path("runs/<uuid:uuid>/", runs.RunPage.as_view(), name="run"),
    path("runs/<uuid:uuid>/progress/", runs.RunProgress.as_view(), name="run_progress"),
    path("runs/<uuid:uuid>/download/", runs.RunDownload.as_view(), name="run_download"),
    path("runs/<uuid:uuid>/cancel/", runs.RunCancel.as_view(), name="run_cancel"),
    path("runs/<uuid:uuid>/resume/", runs.RunResume.as_view(), name="run_resume"),
    path("runs/<uuid:uuid>/retry/", runs.RunRetry.as_view(), name="run_retry"),
    path("<uuid:uuid>/", reading.DossierPage.as_view(), name="detail"),
    path("<uuid:uuid>/progress/", reading.DossierProgress.as_view(), name="progress"),
    path("<uuid:uuid>/download/", reading.DossierDownload.as_view(), name="download"),
    path("<uuid:uuid>/sign/", signing.Sign.as_view(), name="sign"),
    path("<uuid:uuid>/signed/", signing.SignedDownload.as_view(), name="signed_download"),
    path("<uuid:uuid>/retry/", reading.DossierRetry.as_view(), name="retry"),
    path("<uuid:uuid>/photos/<slug:sha256>.jpg", reading.DossierPhoto.as_view(), name="photo"),
]
