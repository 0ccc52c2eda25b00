"""Addresses of handovers. Approval stands with the dossiers it owes: ``dossiers:approve``."""

from __future__ import annotations

from django.urls import path

from lmc_cases.handovers.views import acts, consent, drafting, reading

app_name = "handovers"
urlpatterns = [
    path("", reading.HandoverList.as_view(), name="list"),
    path("of-case/<uuid:case_uuid>/", reading.HandoversOfCase.as_view(), name="of_case"),
    path("new/<uuid:case_uuid>/", drafting.RequestCreate.as_view(), name="create"),
    path("<uuid:uuid>/", reading.HandoverPage.as_view(), name="detail"),
    path(
        "<uuid:uuid>/consent/<str:kind>/<uuid:object_uuid>/",
        consent.DossierConsent.as_view(),
        name="consent",
    ),
    path("<uuid:uuid>/why/", reading.HandoverWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", drafting.RequestEdit.as_view(), name="edit"),
    path("<uuid:uuid>/submit/", acts.Submit.as_view(), name="submit"),
    path("<uuid:uuid>/acknowledge/", acts.Acknowledge.as_view(), name="acknowledge"),
    path("<uuid:uuid>/refuse/", acts.Refuse.as_view(), name="refuse"),
    path("<uuid:uuid>/hand-over/", acts.HandOver.as_view(), name="hand_over"),
    path("<uuid:uuid>/close/", acts.Close.as_view(), name="close"),
    path("<uuid:uuid>/withdraw/", acts.Withdraw.as_view(), name="withdraw"),
]
