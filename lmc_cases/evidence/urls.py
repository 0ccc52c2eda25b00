"""Addresses of evidence, below ``cases/<uuid:case_uuid>/evidence/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.evidence import views

app_name = "evidence"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.ExhibitList.as_view(), name="list"),
    path("add/", views.ExhibitAdd.as_view(), name="create"),
    path("<uuid:uuid>/", views.ExhibitDetail.as_view(), name="detail"),
    path("<uuid:uuid>/why/", views.ExhibitWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", views.ExhibitEdit.as_view(), name="edit"),
    path("<uuid:uuid>/upload/", views.ExhibitUpload.as_view(), name="upload"),
    path("<uuid:uuid>/verify/", views.ExhibitVerify.as_view(), name="verify"),
    path("<uuid:uuid>/download/", views.ExhibitDownload.as_view(), name="download"),
    path("<uuid:uuid>/custody/add/", views.CustodyAdd.as_view(), name="custody_add"),
]
