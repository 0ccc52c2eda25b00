"""A request for assistance as a PDF: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any

from django.core.files import File
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.assistance.models import AssistanceDocument, AssistanceRequest
from lmc_cases.assistance.services import printing
from lmc_cases.dossiers.views import printing as printing_views

SHELF = printing_views.Shelf(
    model=AssistanceDocument,
    related=("assistance",),
    page=lambda document: reverse("assistance:detail", args=[document.assistance.uuid]),
    poll="assistance:progress",
    label=lambda _document: _("Request"),
)


class Print(printing_views.PrintInLanguages):
    """Print the request."""

    def page(self, actor: User) -> str:
        """The page of the request."""
        if not AssistanceRequest.objects.visible_to(actor).filter(uuid=self.kwargs["uuid"]).exists():
            raise Http404
        return reverse("assistance:detail", args=[self.kwargs["uuid"]])

    def owe(self, actor: User, language: str, beside: str) -> None:
        """Owe it, or find it."""
        printing.request_document(
            actor=actor, assistance_id=self.kwargs["uuid"], language=language, beside=beside
        )


class Progress(printing_views.Progress):
    """How far a document is."""

    shelf = SHELF


class Download(printing_views.Download):
    """The signed file."""

    shelf = SHELF

    def take(self, actor: User, document_id: Any) -> File[bytes]:
        """Record who takes it."""
        return printing.open_document(actor=actor, document_id=document_id)


class Retry(printing_views.Retry):
    """Try a failed document again."""

    shelf = SHELF

    def again(self, actor: User, document_id: Any) -> Any:
        """Owe it again."""
        return printing.retry_document(actor=actor, document_id=document_id)
