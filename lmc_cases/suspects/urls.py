"""Addresses of suspects, below ``cases/<uuid:case_uuid>/suspects/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.suspects import views

app_name = "suspects"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.PeopleList.as_view(), name="list"),
    path("add/", views.PersonAdd.as_view(), name="create"),
    path("<uuid:uuid>/", views.PersonDetail.as_view(), name="detail"),
    path("<uuid:uuid>/why/", views.PersonWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", views.PersonEdit.as_view(), name="edit"),
    path("<uuid:uuid>/photo/", views.PersonPhoto.as_view(), name="photo"),
    path("<uuid:uuid>/photo/change/", views.PhotoChange.as_view(), name="photo_change"),
    path("<uuid:uuid>/photo/remove/", views.PhotoRemove.as_view(), name="photo_remove"),
    path("<uuid:uuid>/documents/add/", views.DocumentAdd.as_view(), name="document_add"),
    path(
        "<uuid:uuid>/documents/<uuid:document_uuid>/remove/",
        views.DocumentRemove.as_view(),
        name="document_remove",
    ),
]
