"""Addresses of requests for assistance."""

from __future__ import annotations

from django.urls import path

from lmc_cases.assistance.views import printing, reading, writing

app_name = "assistance"
urlpatterns = [
    path("", reading.AssistanceList.as_view(), name="list"),
    path("in-case/<uuid:case_uuid>/new/", writing.Create.as_view(), name="create"),
    path("<uuid:uuid>/", reading.AssistancePage.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", writing.Change.as_view(), name="edit"),
    path("<uuid:uuid>/send/", writing.Send.as_view(), name="send"),
    path("<uuid:uuid>/answer/", writing.Answer.as_view(), name="answer"),
    path("<uuid:uuid>/print/", printing.Print.as_view(), name="print"),
    path("documents/<uuid:uuid>/", printing.Download.as_view(), name="download"),
    path("documents/<uuid:uuid>/progress/", printing.Progress.as_view(), name="progress"),
    path("documents/<uuid:uuid>/retry/", printing.Retry.as_view(), name="retry"),
]
