"""Addresses of suspects, below ``cases/<uuid:case_uuid>/suspects/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.suspects.views import informants, marks, people

app_name = "suspects"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", people.PeopleList.as_view(), name="list"),
    path("add/", people.PersonAdd.as_view(), name="create"),
    path("informants/", informants.InformantList.as_view(), name="informants"),
    path("informants/add/", informants.InformantAdd.as_view(), name="informant_add"),
    path("informants/<uuid:uuid>/", informants.InformantDetail.as_view(), name="informant"),
    path("<uuid:uuid>/", people.PersonDetail.as_view(), name="detail"),
    path("<uuid:uuid>/why/", people.PersonWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", people.PersonEdit.as_view(), name="edit"),
    path("<uuid:uuid>/photo/", people.PersonPhoto.as_view(), name="photo"),
    path("<uuid:uuid>/photo/change/", people.PhotoChange.as_view(), name="photo_change"),
    path("<uuid:uuid>/photo/remove/", people.PhotoRemove.as_view(), name="photo_remove"),
    path("<uuid:uuid>/documents/add/", people.DocumentAdd.as_view(), name="document_add"),
    path(
        "<uuid:uuid>/documents/<uuid:document_uuid>/remove/",
        people.DocumentRemove.as_view(),
        name="document_remove",
    ),
    path("<uuid:uuid>/marks/", marks.PersonMarks.as_view(), name="marks"),
    path("<uuid:uuid>/withhold/", marks.PersonWithhold.as_view(), name="withhold"),
    path("<uuid:uuid>/release/", marks.PersonRelease.as_view(), name="release"),
    path("<uuid:uuid>/consent/", marks.PersonConsentAsk.as_view(), name="consent_ask"),
]
