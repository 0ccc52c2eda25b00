"""Register the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Officers, roles, sign-in, invitations."""

    name = "lmc_cases.accounts"
