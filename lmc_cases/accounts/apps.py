"""Register the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Officers, roles, sign-in, invitations."""

    name = "lmc_cases.accounts"

    def ready(self) -> None:
        """Take Django's own note of the last sign-in off: it would write a row of history each time.

        ``services.sign_in.note_sign_in`` writes the time instead.
        """
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.disconnect(dispatch_uid="update_last_login")
