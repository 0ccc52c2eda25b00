"""Addresses of the law."""

from __future__ import annotations

from django.urls import path

from lmc_cases.law.views import proposing, reading

app_name = "law"
urlpatterns = [
    path("", reading.LawHome.as_view(), name="home"),
    path("countries/<str:code>/", reading.CountryLaw.as_view(), name="country"),
    path("pairs/<str:asking>/<str:asked>/", reading.PairLaw.as_view(), name="pair"),
    path("rows/<str:kind>/<uuid:line>/", reading.RowPage.as_view(), name="row"),
    path("rows/<str:kind>/<uuid:line>/change/", proposing.ProposeVersion.as_view(), name="propose_version"),
    path("rows/<str:kind>/<uuid:line>/end/", proposing.ProposeEnd.as_view(), name="propose_end"),
    path("new/<str:kind>/", proposing.ProposeRow.as_view(), name="propose_row"),
    path("new/<str:kind>/<uuid:line>/", proposing.ProposeRow.as_view(), name="propose_treaty_row"),
    path("proposals/", proposing.Proposals.as_view(), name="proposals"),
    path("proposals/<uuid:uuid>/", proposing.ProposalPage.as_view(), name="proposal"),
    path("proposals/<uuid:uuid>/confirm/", proposing.ConfirmProposal.as_view(), name="confirm"),
    path("proposals/<uuid:uuid>/reject/", proposing.RejectProposal.as_view(), name="reject"),
    path("proposals/<uuid:uuid>/withdraw/", proposing.WithdrawProposal.as_view(), name="withdraw"),
]
