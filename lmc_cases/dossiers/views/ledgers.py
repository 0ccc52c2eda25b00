"""The printed ledgers of a case: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files import File
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.cases.frame import case_frame
from lmc_cases.core.days import end_of, start_of
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import LedgerForm
from lmc_cases.dossiers.models import LedgerDocument
from lmc_cases.dossiers.services import ledgers
from lmc_cases.dossiers.views import printing as printing_views

SHELF = printing_views.Shelf(
    model=LedgerDocument,
    related=("case",),
    page=lambda document: reverse("dossiers:ledgers", args=[document.case.uuid]),
    poll="dossiers:ledger_progress",
    label=lambda _document: _("Printing the disclosures"),
)


class LedgersOfCase(ServiceFormView):
    """The printed ledgers of a case of the own country, and a new one."""

    form_class = LedgerForm
    template_name = "dossiers/ledgers.html"
    frame: dict[str, Any]
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the case through the rule; a recipient prints none."""
        self.actor = officer_of(request)
        self.frame = case_frame(self.actor, kwargs["case_uuid"], "ledger")
        if not self.frame["is_own"]:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Offer the language of the officer's papers."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The documents there are, the newest with its progress."""
        rows = ledgers.ledgers_of(self.actor, self.frame["case"])
        return super().get_context_data(
            **self.frame,
            **SHELF.shown(rows),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Owe the document and show its progress."""
        ledgers.request_ledger(
            actor=self.actor,
            case_id=self.frame["case"].uuid,
            language=form.cleaned_data["language"],
            beside=form.cleaned_data["beside"],
            since=start_of(form.cleaned_data["since"]),
            until=end_of(form.cleaned_data["until"]),
        )
        return self.request.path


class LedgerProgress(printing_views.Progress):
    """How far a document is."""

    shelf = SHELF


class LedgerDownload(printing_views.Download):
    """The signed file."""

    shelf = SHELF

    def take(self, actor: User, document_id: Any) -> File[bytes]:
        """Record who takes it."""
        return ledgers.open_ledger(actor=actor, document_id=document_id)


class LedgerRetry(printing_views.Retry):
    """Try a failed document again."""

    shelf = SHELF

    def again(self, actor: User, document_id: Any) -> Any:
        """Owe it again."""
        return ledgers.retry_ledger(actor=actor, document_id=document_id)
