"""Addresses of handovers. The decision stands with the dossiers it owes: ``dossiers:approve``."""

from __future__ import annotations

from django.urls import path

from lmc_cases.handovers.views import (
    answering,
    asking,
    belongings,
    checks,
    competing,
    consent,
    counts,
    custody,
    drafting,
    extending,
    following,
    grounds,
    many,
    notes,
    papers,
    reading,
    statements,
    statistics,
    surrendering,
    thread,
    work,
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
_PERSON = "<uuid:uuid>/persons/<uuid:subject_uuid>"
OF_COUNTS = tuple(
    path(f"{_PERSON}/{where}/", page.as_view(), name=name)
    for where, page, name in (
        ("counts", counts.Counts, "counts"),
        ("counts/add/<str:typology>", counts.CountAdd, "count_add"),
        ("counts/<uuid:count_uuid>", counts.DualCriminality, "count"),
        ("counts/<uuid:count_uuid>/change", counts.CountChange, "count_change"),
        ("counts/<uuid:count_uuid>/remove", counts.CountRemove, "count_remove"),
        ("counts/<uuid:count_uuid>/assess", counts.CountAssess, "count_assess"),
        ("counts/<uuid:count_uuid>/consent", counts.CountConsent, "count_consent"),
        ("competing", competing.Competing, "competing"),
        ("competing/<uuid:other_uuid>/link", competing.LinkCompeting, "competing_link"),
        ("competing/<uuid:link_uuid>/first", competing.PutFirst, "competing_first"),
    )
)
urlpatterns = [
    path("", reading.HandoverList.as_view(), name="list"),
    path("waiting/", work.WorkList.as_view(), name="waiting"),
    path("statistics/", statistics.Statistics.as_view(), name="statistics"),
    path("calendar/", work.OwnCalendar.as_view(), name="calendar"),
    path("calendar/<str:token>.ics", work.CalendarFeed.as_view(), name="calendar_feed"),
    path("of-case/<uuid:case_uuid>/", reading.HandoversOfCase.as_view(), name="of_case"),
    path("new/<uuid:case_uuid>/", drafting.RequestCreate.as_view(), name="create"),
    path("offer/<uuid:case_uuid>/", drafting.OfferCreate.as_view(), name="offer"),
    path("whole-list/<uuid:case_uuid>/", many.WholeList.as_view(), name="whole_list"),
    path("<uuid:uuid>/", reading.HandoverPage.as_view(), name="detail"),
    path(
        "<uuid:uuid>/consent/<str:kind>/<uuid:object_uuid>/",
        consent.DossierConsent.as_view(),
        name="consent",
    ),
    path("<uuid:uuid>/why/", reading.HandoverWhy.as_view(), name="why"),
    path("<uuid:uuid>/checks/<str:kind>/", many.CheckMany.as_view(), name="check_many"),
    path("<uuid:uuid>/edit/", drafting.RequestEdit.as_view(), name="edit"),
    path(
        "<uuid:uuid>/limits/<uuid:limit_uuid>/extend/", extending.ExtendClock.as_view(), name="extend_clock"
    ),
    path("<uuid:uuid>/following/", following.FollowingPage.as_view(), name="following"),
    path("<uuid:uuid>/following/assurances/add/", following.AddAssurance.as_view(), name="add_assurance"),
    path("<uuid:uuid>/following/duties/add/", following.AddDuty.as_view(), name="add_duty"),
    path("<uuid:uuid>/following/duties/<uuid:duty_uuid>/report/", following.Report.as_view(), name="report"),
    path("<uuid:uuid>/following/duties/<uuid:duty_uuid>/day/", following.SetDay.as_view(), name="set_day"),
    path("<uuid:uuid>/following/taken-on/", following.Allocate.as_view(), name="allocate"),
    path("<uuid:uuid>/notes/add/", notes.AddNote.as_view(), name="add_note"),
    path("<uuid:uuid>/messages/", thread.Thread.as_view(), name="thread"),
    path("<uuid:uuid>/messages/write/", thread.WriteMessage.as_view(), name="write"),
    path("<uuid:uuid>/messages/<uuid:message_uuid>/answer/", thread.AnswerQuestion.as_view(), name="answer"),
    path(
        "<uuid:uuid>/messages/<uuid:message_uuid>/correct/",
        thread.CorrectMessage.as_view(),
        name="correct_message",
    ),
    path("<uuid:uuid>/messages/<uuid:message_uuid>/paper/", thread.Paper.as_view(), name="paper"),
    path("<uuid:uuid>/papers/<str:element>/", papers.GivePaper.as_view(), name="give_paper"),
    path("<uuid:uuid>/statements/<str:kind>/", statements.StateSomething.as_view(), name="state"),
    path(f"{_PERSON}/statements/<str:kind>/", statements.StateSomething.as_view(), name="state_of_person"),
    path("<uuid:uuid>/persons/<uuid:subject_uuid>/", checks.PersonChecks.as_view(), name="person"),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/property/",
        belongings.PropertyList.as_view(),
        name="property",
    ),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/property/add/",
        belongings.PropertyAdd.as_view(),
        name="property_add",
    ),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/property/<uuid:item_uuid>/change/",
        belongings.PropertyChange.as_view(),
        name="property_change",
    ),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/property/<uuid:item_uuid>/remove/",
        belongings.PropertyRemove.as_view(),
        name="property_remove",
    ),
    path(f"{_PERSON}/custody/", custody.CustodyRecord.as_view(), name="custody"),
    path(f"{_PERSON}/custody/add/", custody.HandAdd.as_view(), name="custody_add"),
    path(
        f"{_PERSON}/custody/<uuid:hand_uuid>/correct/", custody.HandCorrect.as_view(), name="custody_correct"
    ),
    path("<uuid:uuid>/persons/<uuid:subject_uuid>/grounds/", grounds.PersonGrounds.as_view(), name="grounds"),
    path(
        "<uuid:uuid>/persons/<uuid:subject_uuid>/grounds/<uuid:ground_uuid>/",
        grounds.MarkGround.as_view(),
        name="mark_ground",
    ),
    *OF_COUNTS,
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
