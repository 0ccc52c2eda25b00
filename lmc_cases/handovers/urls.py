"""Addresses of handovers. The decision stands with the dossiers it owes: ``dossiers:approve``."""

from __future__ import annotations

from django.urls import path

from lmc_cases.handovers.views import (
    answering,
    asking,
    checks,
    consent,
    drafting,
    notes,
    reading,
    surrendering,
)

app_name = "handovers"
# One address per step of the table; ``edit`` is the form of a draft, the steps that disclose stand with the dossiers.
ACT_PAGES = (
    asking.Submit,
    asking.Propose,
    asking.ReturnDraft,
    asking.Send,
    asking.AskArrest,
    asking.Supply,
    asking.Assure,
    asking.Withdraw,
    answering.Acknowledge,
    answering.RecordArrest,
    answering.AskInformation,
    answering.Review,
    answering.Refuse,
    answering.Resume,
    surrendering.Plan,
    surrendering.HandOver,
    surrendering.Watch,
    surrendering.Close,
    surrendering.Leave,
    surrendering.Release,
)
urlpatterns = [
    path("", reading.HandoverList.as_view(), name="list"),
    path("of-case/<uuid:case_uuid>/", reading.HandoversOfCase.as_view(), name="of_case"),
    path("new/<uuid:case_uuid>/", drafting.RequestCreate.as_view(), name="create"),
    path("offer/<uuid:case_uuid>/", drafting.OfferCreate.as_view(), name="offer"),
    path("<uuid:uuid>/", reading.HandoverPage.as_view(), name="detail"),
    path(
        "<uuid:uuid>/consent/<str:kind>/<uuid:object_uuid>/",
        consent.DossierConsent.as_view(),
        name="consent",
    ),
    path("<uuid:uuid>/why/", reading.HandoverWhy.as_view(), name="why"),
    path("<uuid:uuid>/edit/", drafting.RequestEdit.as_view(), name="edit"),
    path("<uuid:uuid>/notes/add/", notes.AddNote.as_view(), name="add_note"),
    path("<uuid:uuid>/persons/<uuid:subject_uuid>/", checks.PersonChecks.as_view(), name="person"),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/<str:kind>/record/",
        checks.RecordCheck.as_view(),
        name="record_check",
    ),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/<str:kind>/except/",
        checks.ProposeException.as_view(),
        name="propose_exception",
    ),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/<str:kind>/confirm/",
        checks.ConfirmException.as_view(),
        name="confirm_exception",
    ),
    *(
        path(f"<uuid:uuid>/{page.act.replace('_', '-')}/", page.as_view(), name=page.act)
        for page in ACT_PAGES
    ),
]
