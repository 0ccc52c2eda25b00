"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from lmc_cases.cases.views import (
    accesses,
    answering,
    consent,
    detail,
    disclosure,
    editing,
    explaining,
    handing_on,
    handling,
    lists,
    machine,
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
    path("consent/", consent.ConsentLists.as_view(), name="consents"),
    path("consent/<uuid:uuid>/", consent.ConsentPage.as_view(), name="consent"),
    path("consent/<uuid:uuid>/answer/", consent.ConsentAnswer.as_view(), name="consent_answer"),
    path("consent/<uuid:uuid>/withdraw/", consent.ConsentWithdraw.as_view(), name="consent_withdraw"),
    path("consent/<uuid:uuid>/pass-on/", consent.ConsentPassOn.as_view(), name="consent_pass_on"),
    path("operations/<uuid:uuid>/why/", explaining.OperationWhy.as_view(), name="operation_why"),
    path("emergency/", explaining.EmergencyDesk.as_view(), name="emergency"),
    path("emergency/<uuid:uuid>/", explaining.EmergencyDecide.as_view(), name="emergency_decide"),
    path("hand-on/<uuid:uuid>/", handing_on.OfficerLeave.as_view(), name="hand_on"),
    path("<uuid:uuid>/", detail.CaseOverview.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", editing.CaseEdit.as_view(), name="edit"),
    path(
        "<uuid:uuid>/text/<str:kind>/<str:language>/check/",
        editing.TranslationCheck.as_view(),
        name="text_check",
    ),
    path(
        "<uuid:uuid>/text/<str:kind>/<str:language>/machine/",
        machine.MachineDraftAsk.as_view(),
        name="text_machine",
    ),
    path("machine-drafts/<uuid:uuid>/", machine.MachineDraftPage.as_view(), name="machine_draft"),
    path(
        "machine-drafts/<uuid:uuid>/progress/",
        machine.MachineDraftProgress.as_view(),
        name="machine_draft_progress",
    ),
    path("<uuid:uuid>/text/<str:kind>/<str:language>/", editing.CaseTextWrite.as_view(), name="text"),
    path("<uuid:uuid>/timeline/add/", editing.TimelineAdd.as_view(), name="timeline_add"),
    path("<uuid:uuid>/notes/add/", editing.NoteAdd.as_view(), name="note_add"),
    path("<uuid:uuid>/handling/", handling.CaseHandling.as_view(), name="handling"),
    path("<uuid:uuid>/restrict/", editing.CaseRestrict.as_view(), name="restrict"),
    path("<uuid:uuid>/restrict/lift/", editing.RestrictionLift.as_view(), name="restriction_lift"),
    path("<uuid:uuid>/sharing/", sharing.CaseSharing.as_view(), name="sharing"),
    path("<uuid:uuid>/share/", sharing.CaseShareAdd.as_view(), name="share"),
    path("<uuid:uuid>/correct/", sharing.CaseCorrection.as_view(), name="correction"),
    path("shares/<uuid:uuid>/", answering.ShareDetail.as_view(), name="share_detail"),
    path("shares/<uuid:uuid>/confirm/", sharing.ShareConfirm.as_view(), name="share_confirm"),
    path("shares/<uuid:uuid>/refuse/", sharing.ShareRefuse.as_view(), name="share_refuse"),
    path("shares/<uuid:uuid>/review/", sharing.ShareReview.as_view(), name="share_review"),
    path("shares/<uuid:uuid>/accept/", answering.ShareAccept.as_view(), name="share_accept"),
    path("shares/<uuid:uuid>/decline/", answering.ShareDecline.as_view(), name="share_decline"),
    path("shares/<uuid:uuid>/ask/", answering.ShareAsk.as_view(), name="share_ask"),
    path("shares/questions/<uuid:uuid>/answer/", answering.QuestionAnswer.as_view(), name="share_answer"),
    path("shares/told/<uuid:uuid>/", answering.FollowUp.as_view(), name="follow_up"),
    path("shares/<uuid:uuid>/revoke/", sharing.ShareRevoke.as_view(), name="revoke"),
    path("<uuid:uuid>/ledger/", disclosure.CaseLedger.as_view(), name="ledger"),
    path("<uuid:uuid>/ledger/<uuid:record_uuid>/", disclosure.CaseLedger.as_view(), name="ledger_of_record"),
    path("<uuid:uuid>/why/", explaining.WhyPage.as_view(), name="why"),
    path("<uuid:uuid>/reason/", disclosure.ReadingReasonAsk.as_view(), name="reason"),
    path("<uuid:uuid>/history/", detail.CaseHistory.as_view(), name="history"),
    path("<uuid:uuid>/accesses/", accesses.CaseAccesses.as_view(), name="accesses"),
]
