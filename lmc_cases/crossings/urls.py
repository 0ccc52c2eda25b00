"""Addresses of crossings."""

from __future__ import annotations

from django.urls import path

from lmc_cases.crossings.border_urls import urlpatterns as border_urlpatterns
from lmc_cases.crossings.views import acting, looking, marking, planning, reading

app_name = "crossings"
urlpatterns = [
    *border_urlpatterns,
    path("", reading.CrossingList.as_view(), name="list"),
    path("new/", planning.Create.as_view(), name="create"),
    path("look/", looking.LookOver.as_view(), name="look"),
    path("split/", planning.SplitPage.as_view(), name="split"),
    path("split/<uuid:uuid>/undo/", acting.UndoSplit.as_view(), name="undo_split"),
    path("<uuid:uuid>/", reading.CrossingPage.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", planning.Change.as_view(), name="edit"),
    path("<uuid:uuid>/seat/", planning.SeatPersons.as_view(), name="seat"),
    path("<uuid:uuid>/take-off/", planning.TakeOff.as_view(), name="take_off"),
    path("<uuid:uuid>/take-off-held-back/", acting.TakeOffHeldBack.as_view(), name="take_off_held_back"),
    path("<uuid:uuid>/begin/", acting.Begin.as_view(), name="begin"),
    path("<uuid:uuid>/cancel/", acting.Cancel.as_view(), name="cancel"),
    path("<uuid:uuid>/count/", acting.CountPage.as_view(), name="count"),
    path("<uuid:uuid>/finish/", acting.Finish.as_view(), name="finish"),
    path("<uuid:uuid>/present/", marking.Present.as_view(), name="present"),
    path("<uuid:uuid>/seats/<uuid:seat_uuid>/", marking.SeatPage.as_view(), name="person"),
]
