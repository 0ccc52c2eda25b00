"""Addresses of accounts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lmc_cases.accounts.views import invitations, own, users

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/", own.OwnSettings.as_view(), name="settings"),
    path("profile/", own.OwnSettings.as_view(), name="profile"),
    path("users/", users.UserList.as_view(), name="users"),
    path("users/<uuid:uuid>/", users.UserPage.as_view(), name="user"),
    path("users/<uuid:uuid>/roles/<slug:code>/give/", users.RoleGrant.as_view(), name="role_grant"),
    path("users/<uuid:uuid>/roles/<slug:code>/take/", users.RoleRevoke.as_view(), name="role_revoke"),
    path("users/<uuid:uuid>/second-factor/", users.SecondFactorReset.as_view(), name="second_factor_reset"),
    path("users/<uuid:uuid>/address/", users.AddressChange.as_view(), name="address_change"),
    path("invitations/new/", invitations.Invite.as_view(), name="invite"),
    path(
        "invitations/<uuid:uuid>/withdraw/",
        invitations.InvitationWithdraw.as_view(),
        name="invitation_withdraw",
    ),
    path("invitation/<str:token>/", invitations.AcceptInvitation.as_view(), name="accept_invitation"),
]
