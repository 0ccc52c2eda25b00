"""What the pages of one case share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action


def officer_of(request: HttpRequest) -> User:
    """Return the signed-in officer; nobody else reaches a view."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


class CaseFormView(ServiceFormView):
    """A form about one case of the own country; for whoever may not use it, it does not exist.

    Attributes:
        action: what the officer must hold.
        page_title, submit_label: translated text.
        draft: first part of the key under which the browser keeps long texts.
    """

    template_name = "cases/form_page.html"
    action: ClassVar[Action] = Action.EDIT
    page_title: ClassVar[Any] = ""
    submit_label: ClassVar[Any] = ""
    draft: ClassVar[str] = ""
    case: Case
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule before anything else."""
        self.actor = officer_of(request)
        case = (
            Case.objects.owned_with(self.actor, self.action)
            .select_related("owner", "agency", "typology", "detail__lead_officer", "detail__border_point")
            .filter(uuid=kwargs["uuid"])
            .first()
        )
        if case is None:
            raise Http404
        self.case = case
        self.prepare()
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """Read what the form needs besides the case."""

    def back_url(self) -> str:
        """Where "Cancel" and "Back" lead, and where the officer goes when it is done."""
        return reverse("cases:detail", args=[self.case.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what ``cases/form_page.html`` and the conflict page show."""
        return super().get_context_data(
            **{
                "case": self.case,
                "page_title": self.page_title,
                "submit_label": self.submit_label,
                "cancel_url": self.back_url(),
                "draft": f"{self.draft}-{self.case.uuid}" if self.draft else "",
                **kwargs,
            }
        )
