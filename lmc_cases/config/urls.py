"""Every address of the product. Each app lists its own; searching for a path finds it."""

from __future__ import annotations

from django.urls import include, path

from lmc_cases.accounts.views import SwitchLanguage
from lmc_cases.config.contributed import Contributed
from lmc_cases.config.home import Home
from lmc_cases.core import probes

handler400 = "lmc_cases.core.views.bad_request"
handler403 = "lmc_cases.core.views.forbidden"
handler404 = "lmc_cases.core.views.not_found"
handler500 = "lmc_cases.core.views.server_error"

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("contributed/", Contributed.as_view(), name="contributed"),
    path("health", probes.health, name="health"),
    path("ready", probes.ready, name="ready"),
    path("metrics", probes.metrics, name="metrics"),
    path("language/", SwitchLanguage.as_view(), name="set_language"),
    path("sign-in/", include("lmc_cases.accounts.sign_in_urls")),
    path("sign-in/", include("allauth.urls")),
    path("accounts/", include("lmc_cases.accounts.urls")),
    path("exports/", include("lmc_cases.exports.urls")),
    path("audit/", include("lmc_cases.audit.urls")),
    path("cases/", include("lmc_cases.cases.urls")),
    path("cases/<uuid:case_uuid>/suspects/", include("lmc_cases.suspects.urls")),
    path("cases/<uuid:case_uuid>/evidence/", include("lmc_cases.evidence.urls")),
    path("handovers/", include("lmc_cases.handovers.urls")),
    path("law/", include("lmc_cases.law.urls")),
    path("crossings/", include("lmc_cases.crossings.urls")),
    path("dossiers/", include("lmc_cases.dossiers.urls")),
    path("assistance/", include("lmc_cases.assistance.urls")),
    path("desk/", include("lmc_cases.desk.urls")),
    path("receipts/", include("lmc_cases.crossings.receipt_urls")),
    path("privacy/", include("lmc_cases.privacy.urls")),
    path("imports/", include("lmc_cases.exchange.urls")),
    path("api/v1/", include("lmc_cases.api.urls")),
]
