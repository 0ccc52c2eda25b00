"""What the API asks of officers' sessions before a step that cannot be undone."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from lmc_cases.accounts import step_up


class FreshSecondFactor(BasePermission):
    """A fresh second factor, for officers who come by session; a token was made by one who showed theirs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Pass, or answer 403 with the problem type ``step-up``.

        Raises:
            StepUpNeeded: the second factor was not shown lately.
        """
        if request.auth is None and request.user.is_authenticated:
            step_up.require(request._request)
        return True
