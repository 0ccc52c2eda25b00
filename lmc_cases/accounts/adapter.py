"""Sign-in as we want it: nobody signs up, refused sign-ins leave a trace."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """allauth's adapter without sign-up, with audit."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation only."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Record the sign-in in the request's transaction."""
        record(actor=user, operation=Operation.SIGN_IN, verb="officer.signed_in")
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record that somebody was refused; not whom they claimed to be."""
        record(
            actor=None,
            operation=Operation.REFUSAL,
            verb="officer.sign_in_refused",
            outcome=AuditEvent.Outcome.REFUSED,
        )
        super().authentication_failed(request, **credentials)
