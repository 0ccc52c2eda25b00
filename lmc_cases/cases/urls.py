"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from lmc_cases.cases.views import (
    detail,
    disclosure,
    editing,
    explaining,
    handing_on,
    lists,
    operations,
    sharing,
)

app_name = "cases"
urlpatterns = [
    path("", lists.CaseList.as_view(), name="list"),
    path("new/", editing.CaseOpen.as_view(), name="create"),
    path("operations/", operations.OperationList.as_view(), name="operations"),
    path("operations/new/", operations.OperationCreate.as_view(), name="operation_create"),
    path("operations/<uuid:uuid>/", operations.OperationPage.as_view(), name="operation"),
    path("operations/<uuid:uuid>/invite/", operations.OperationInvite.as_view(), name="operation_invite"),
    path("operations/<uuid:uuid>/leave/", operations.OperationLeave.as_view(), name="operation_leave"),
    path(
        "operations/<uuid:uuid>/withdraw/<str:country>/",
        operations.OperationWithdraw.as_view(),
        name="operation_withdraw",
    ),
    path("operations/<uuid:uuid>/end/", operations.OperationEnd.as_view(), name="operation_end"),
    path(
        "operations/<uuid:uuid>/cases/put/", operations.OperationPutCase.as_view(), name="operation_put_case"
    ),
    path(
        "operations/<uuid:uuid>/cases/<uuid:case_uuid>/take-out/",
        operations.OperationTakeCaseOut.as_view(),
        name="operation_take_case_out",
    ),
    path("operations/<uuid:uuid>/why/", explaining.OperationWhy.as_view(), name="operation_why"),
    path("emergency/", explaining.EmergencyDesk.as_view(), name="emergency"),
    path("emergency/<uuid:uuid>/", explaining.EmergencyDecide.as_view(), name="emergency_decide"),
    path("hand-on/<uuid:uuid>/", handing_on.OfficerLeave.as_view(), name="hand_on"),
    path("<uuid:uuid>/", detail.CaseOverview.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", editing.CaseEdit.as_view(), name="edit"),
    path("<uuid:uuid>/text/<str:kind>/<str:language>/", editing.CaseTextWrite.as_view(), name="text"),
    path("<uuid:uuid>/timeline/add/", editing.TimelineAdd.as_view(), name="timeline_add"),
    path("<uuid:uuid>/notes/add/", editing.NoteAdd.as_view(), name="note_add"),
    path("<uuid:uuid>/restrict/", editing.CaseRestrict.as_view(), name="restrict"),
    path("<uuid:uuid>/restrict/lift/", editing.RestrictionLift.as_view(), name="restriction_lift"),
    path("<uuid:uuid>/sharing/", sharing.CaseSharing.as_view(), name="sharing"),
    path("<uuid:uuid>/share/", sharing.CaseShareAdd.as_view(), name="share"),
    path("shares/<uuid:uuid>/revoke/", sharing.ShareRevoke.as_view(), name="revoke"),
    path("<uuid:uuid>/ledger/", disclosure.CaseLedger.as_view(), name="ledger"),
    path("<uuid:uuid>/ledger/<uuid:record_uuid>/", disclosure.CaseLedger.as_view(), name="ledger_of_record"),
    path("<uuid:uuid>/why/", explaining.WhyPage.as_view(), name="why"),
    path("<uuid:uuid>/reason/", disclosure.ReadingReasonAsk.as_view(), name="reason"),
    path("<uuid:uuid>/history/", detail.CaseHistory.as_view(), name="history"),
]
