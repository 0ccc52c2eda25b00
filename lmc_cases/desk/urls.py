"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from lmc_cases.desk.views import acting, commenting, reading

app_name = "desk"
urlpatterns = [
    path("", reading.DeskList.as_view(), name="list"),
    path("returned/<uuid:uuid>/", reading.ReturnedPage.as_view(), name="returned"),
    path("comments/<uuid:uuid>/reply/", commenting.Reply.as_view(), name="reply"),
    path("comments/<uuid:uuid>/settle/", commenting.Settle.as_view(), name="settle"),
    path("<uuid:uuid>/", reading.DeskDossier.as_view(), name="dossier"),
    path("<uuid:uuid>/compare/<uuid:other_uuid>/", reading.Compare.as_view(), name="compare"),
    path("<uuid:uuid>/take/", acting.Take.as_view(), name="take"),
    path("<uuid:uuid>/approve/", acting.Approve.as_view(), name="approve"),
    path("<uuid:uuid>/return/", acting.Return.as_view(), name="return"),
    path("<uuid:uuid>/translation/", acting.AskTranslation.as_view(), name="translation"),
    path("<uuid:uuid>/copy/", acting.PrintCopy.as_view(), name="copy"),
    path("<uuid:uuid>/comment/", commenting.Comment.as_view(), name="comment"),
]
