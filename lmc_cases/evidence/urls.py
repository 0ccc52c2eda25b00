"""Addresses of evidence, below ``cases/<uuid:case_uuid>/evidence/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.evidence.views import exhibits, marks

app_name = "evidence"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", exhibits.ExhibitList.as_view(), name="list"),
    path("add/", exhibits.ExhibitAdd.as_view(), name="create"),
    path("<uuid:uuid>/", exhibits.ExhibitDetail.as_view(), name="detail"),
    path("<uuid:uuid>/why/", exhibits.ExhibitWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", exhibits.ExhibitEdit.as_view(), name="edit"),
    path("<uuid:uuid>/upload/", exhibits.ExhibitUpload.as_view(), name="upload"),
    path("<uuid:uuid>/verify/", exhibits.ExhibitVerify.as_view(), name="verify"),
    path("<uuid:uuid>/download/", exhibits.ExhibitDownload.as_view(), name="download"),
    path("<uuid:uuid>/custody/add/", exhibits.CustodyAdd.as_view(), name="custody_add"),
    path("<uuid:uuid>/marks/", marks.ExhibitMarks.as_view(), name="marks"),
    path("<uuid:uuid>/withhold/", marks.ExhibitWithhold.as_view(), name="withhold"),
    path("<uuid:uuid>/release/", marks.ExhibitRelease.as_view(), name="release"),
    path("<uuid:uuid>/consent/", marks.ExhibitConsentAsk.as_view(), name="consent_ask"),
]
