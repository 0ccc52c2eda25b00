"""Addresses of the REST API, version 1."""

from __future__ import annotations

from django.urls import path

from lmc_cases.api import views
from lmc_cases.audit.api import Checkpoints, NewestCheckpoint
from lmc_cases.cases.api import Cases, Disclosures, Operations
from lmc_cases.dossiers.api import Dossiers
from lmc_cases.dossiers.api_runs import DossierRuns
from lmc_cases.evidence.api import Evidence
from lmc_cases.handovers.api import Handovers
from lmc_cases.handovers.api_custody import CustodyRecords
from lmc_cases.handovers.api_work import Checks, Messages
from lmc_cases.jurisdictions.api import Agencies, Jurisdictions, LegalInstruments, Typologies
from lmc_cases.suspects.api import Suspects

app_name = "api"

urlpatterns = [
    path("", views.Start.as_view(), name="start"),
    path("schema/", views.Schema.as_view(), name="schema"),
    path("docs/", views.Docs.as_view(), name="docs"),
    path("cases/", Cases.as_view({"get": "list"}), name="cases"),
    path("cases/<uuid:uuid>/", Cases.as_view({"get": "retrieve"}), name="case"),
    path("disclosures/", Disclosures.as_view({"get": "list"}), name="disclosures"),
    path("operations/", Operations.as_view({"get": "list"}), name="operations"),
    path("operations/<uuid:uuid>/", Operations.as_view({"get": "retrieve"}), name="operation"),
    path("suspects/", Suspects.as_view({"get": "list"}), name="suspects"),
    path("suspects/<uuid:uuid>/", Suspects.as_view({"get": "retrieve"}), name="suspect"),
    path(
        "suspects/<uuid:uuid>/photo/",
        Suspects.as_view({"get": "photo"}, **Suspects.photo.kwargs),
        name="photo",
    ),
    path("evidence/", Evidence.as_view({"get": "list"}), name="evidence"),
    path("evidence/<uuid:uuid>/", Evidence.as_view({"get": "retrieve"}), name="exhibit"),
    path(
        "evidence/<uuid:uuid>/file/",
        Evidence.as_view({"get": "file"}, **Evidence.file.kwargs),
        name="exhibit-file",
    ),
    path("handovers/", Handovers.as_view({"get": "list"}), name="handovers"),
    path("handovers/<uuid:uuid>/", Handovers.as_view({"get": "retrieve"}), name="handover"),
    path("messages/", Messages.as_view({"get": "list"}), name="messages"),
    path("checks/", Checks.as_view({"get": "list"}), name="checks"),
    path("custody/", CustodyRecords.as_view({"get": "list"}), name="custody"),
    path("dossiers/", Dossiers.as_view({"get": "list"}), name="dossiers"),
    path("dossiers/<uuid:uuid>/", Dossiers.as_view({"get": "retrieve"}), name="dossier"),
    path(
        "dossiers/<uuid:uuid>/file/",
        Dossiers.as_view({"get": "file"}, **Dossiers.file.kwargs),
        name="dossier-file",
    ),
    path(
        "dossiers/<uuid:uuid>/signed/",
        Dossiers.as_view({"get": "signed"}, **Dossiers.signed.kwargs),
        name="dossier-signed",
    ),
    path("dossier-runs/", DossierRuns.as_view({"get": "list", "post": "create"}), name="dossier-runs"),
    path("dossier-runs/<uuid:uuid>/", DossierRuns.as_view({"get": "retrieve"}), name="dossier-run"),
    path(
        "dossier-runs/<uuid:uuid>/files/",
        DossierRuns.as_view({"get": "files"}, **DossierRuns.files.kwargs),
        name="dossier-run-files",
    ),
    path(
        "dossier-runs/<uuid:uuid>/cancel/", DossierRuns.as_view({"post": "cancel"}), name="dossier-run-cancel"
    ),
    path(
        "dossier-runs/<uuid:uuid>/resume/", DossierRuns.as_view({"post": "resume"}), name="dossier-run-resume"
    ),
    path("dossier-runs/<uuid:uuid>/retry/", DossierRuns.as_view({"post": "retry"}), name="dossier-run-retry"),
    path("jurisdictions/", Jurisdictions.as_view({"get": "list"}), name="jurisdictions"),
    path("jurisdictions/<uuid:uuid>/", Jurisdictions.as_view({"get": "retrieve"}), name="jurisdiction"),
    path("agencies/", Agencies.as_view({"get": "list"}), name="agencies"),
    path("agencies/<uuid:uuid>/", Agencies.as_view({"get": "retrieve"}), name="agency"),
    path("typologies/", Typologies.as_view({"get": "list"}), name="typologies"),
    path("typologies/<uuid:uuid>/", Typologies.as_view({"get": "retrieve"}), name="typology"),
    path("legal-instruments/", LegalInstruments.as_view({"get": "list"}), name="legal-instruments"),
    path(
        "legal-instruments/<uuid:uuid>/",
        LegalInstruments.as_view({"get": "retrieve"}),
        name="legal-instrument",
    ),
    path("audit/checkpoints/", Checkpoints.as_view({"get": "list"}), name="checkpoints"),
    path("audit/checkpoints/newest/", NewestCheckpoint.as_view(), name="newest-checkpoint"),
    path("<path:rest>", views.NoSuchAddress.as_view(), name="no-such-address"),
]
