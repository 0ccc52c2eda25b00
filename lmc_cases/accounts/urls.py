"""Addresses of accounts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.accounts.views import addresses, desks, invitations, own, sessions, users

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/", own.OwnSettings.as_view(), name="settings"),
    path("profile/", own.OwnSettings.as_view(), name="profile"),
    path("sessions/", sessions.SessionList.as_view(), name="sessions"),
    path("sessions/others/end/", sessions.OtherSessionsEnd.as_view(), name="sessions_end_others"),
    path("sessions/time-left/", sessions.TimeLeft.as_view(), name="time_left"),
    path("sessions/<uuid:uuid>/end/", sessions.SessionEnd.as_view(), name="session_end"),
    path("address/<uuid:uuid>/agree/", addresses.AddressAgree.as_view(), name="address_agree"),
    path("address/<uuid:uuid>/refuse/", addresses.AddressRefuse.as_view(), name="address_refuse"),
    path("users/", users.UserList.as_view(), name="users"),
    path("users/<uuid:uuid>/", users.UserPage.as_view(), name="user"),
    path("users/<uuid:uuid>/roles/<slug:code>/give/", users.RoleGrant.as_view(), name="role_grant"),
    path("users/<uuid:uuid>/roles/<slug:code>/take/", users.RoleRevoke.as_view(), name="role_revoke"),
    path("users/<uuid:uuid>/second-factor/", users.SecondFactorReset.as_view(), name="second_factor_reset"),
    path("users/<uuid:uuid>/address/", users.AddressChange.as_view(), name="address_change"),
    path("users/<uuid:uuid>/sign-out/", users.SignOut.as_view(), name="sign_out"),
    path("users/<uuid:uuid>/clearance/", users.ClearanceSet.as_view(), name="clearance_set"),
    path("users/<uuid:uuid>/posting/", users.PostingEnd.as_view(), name="posting_end"),
    path("desks/", desks.Desks.as_view(), name="desks"),
    path("desks/new/", desks.DeskOpen.as_view(), name="desk_open"),
    path("desks/<uuid:uuid>/duty/", desks.DutySet.as_view(), name="duty_set"),
    path("duties/<uuid:uuid>/end/", desks.DutyEnd.as_view(), name="duty_end"),
    path("absence/", desks.OwnAbsence.as_view(), name="absence"),
    path("absence/<uuid:uuid>/end/", desks.AbsenceEnd.as_view(), name="absence_end"),
    path("notices/<uuid:uuid>/put-away/", desks.NoticePutAway.as_view(), name="notice_put_away"),
    path("invitations/new/", invitations.Invite.as_view(), name="invite"),
    path(
        "invitations/<uuid:uuid>/withdraw/",
        invitations.InvitationWithdraw.as_view(),
        name="invitation_withdraw",
    ),
    path("invitation/<str:token>/", invitations.AcceptInvitation.as_view(), name="accept_invitation"),
]
