"""What the pages of printed documents share, whatever is printed: progress, what went wrong, download, retry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.files import File
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import LanguagesForm
from lmc_cases.dossiers.printed_models import PrintedDocument
from lmc_cases.dossiers.services.printing import has_failed
from lmc_cases.dossiers.views.reading import SHOWN_STATES

D = TypeVar("D", bound=PrintedDocument)


def trouble_of(document: PrintedDocument) -> str:
    """Say why a document was not printed, and what to do."""
    known = {
        "no-signing-key": _("No key for signing documents is configured. Tell your administrator."),
        "missing-glyph": _(
            "An entry holds a character that the fonts cannot print. Tell your administrator."
        ),
        "photo-missing": _("A stored photograph is missing."),
        "photo-unusable": _("A photograph cannot be printed. Upload it again."),
        "key-missing": _("This cannot be read: its key is not available. Tell your administrator."),
        "denied": _(
            "The officer who asked for it lost the right to do so. Try again: it is then made for you."
        ),
    }
    again = _("The document could not be printed without faults. Try again.")
    return known.get(document.error_code, again)


@dataclass(frozen=True)
class Shelf(Generic[D]):
    """Where the printed documents of one kind are shown.

    Attributes:
        related: what a document is read with, for its page.
        page: the address of the page that lists it.
        poll: the name of the address that tells how far it is.
        label: what is being printed.
    """

    model: type[D]
    related: tuple[str, ...]
    page: Callable[[D], str]
    poll: str
    label: Callable[[D], str]

    def found(self, actor: User, document_id: Any) -> D:
        """Return a document that the officer may see.

        Raises:
            Http404: foreign and missing alike.
        """
        rows = self.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        document: D | None = (
            rows.select_related(*self.related).defer("facts", "engine").filter(uuid=document_id).first()
        )
        if document is None:
            raise Http404
        return document

    def progress_of(self, document: D) -> dict[str, Any]:
        """Return what ``components/progress.html`` shows of a document."""
        state = SHOWN_STATES.get(JobState(document.job_state), "failed")
        return {
            "poll_url": reverse(self.poll, args=[document.uuid]),
            "state": state,
            "label": self.label(document),
            "done": int(state == "finished"),
            "total": 1,
            "text": "",
            "error": trouble_of(document) if state == "failed" else "",
            "result_url": self.page(document),
            "result_label": _("Show the document"),
            "page_url": self.page(document),
        }

    def shown(self, rows: Iterable[D]) -> dict[str, Any]:
        """Return what a page shows: each document with what went wrong, and the progress of the last in work."""
        listed = list(rows)
        working = next((row for row in listed if not row.is_finished), None)
        return {
            "documents": [(row, trouble_of(row) if has_failed(row) else "") for row in listed],
            "progress": None if working is None else self.progress_of(working),
        }


class PrintedView(View):
    """One printed document."""

    shelf: ClassVar[Shelf[Any]]


class Progress(PrintedView):
    """The part of the page that is asked for each second."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the state alone; looking at the clock is no consultation."""
        document = self.shelf.found(officer_of(request), kwargs["uuid"])
        return render(request, "components/progress_state.html", self.shelf.progress_of(document))


class Download(PrintedView):
    """The signed file: always an attachment, always recorded."""

    http_method_names = ["get"]

    def take(self, actor: User, document_id: Any) -> File[bytes]:
        """Make the service call."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        actor = officer_of(request)
        try:
            stored = self.take(actor, kwargs["uuid"])
        except ObjectDoesNotExist:
            raise Http404 from None
        except Conflict as error:
            page = self.shelf.page(self.shelf.found(actor, kwargs["uuid"]))
            context = {"error": str(error), "back_url": page}
            return render(request, "dossiers/no_file.html", context, status=409)
        return send_file(stored, name=stored.name or "", media_type="application/pdf")


class Retry(PrintedView):
    """Try a failed document again; one click."""

    http_method_names = ["post"]

    def again(self, actor: User, document_id: Any) -> Any:
        """Make the service call."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Queue it; one that did not fail is simply shown."""
        try:
            document = self.again(officer_of(request), kwargs["uuid"])
        except ObjectDoesNotExist:
            raise Http404 from None
        return redirect(self.shelf.page(document))


class PrintInLanguages(View):
    """Owe a document in the languages chosen and show its page; one click."""

    http_method_names = ["post"]

    def page(self, actor: User) -> str:
        """Return the page to go back to.

        Raises:
            Http404: what is to be printed is foreign or missing.
        """
        raise NotImplementedError

    def owe(self, actor: User, language: str, beside: str) -> None:
        """Make the service call."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """Owe it, or say why not."""
        actor, form = officer_of(request), LanguagesForm(request.POST)
        page, error, status = self.page(actor), _("Choose a language from the list."), 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    self.owe(actor, form.cleaned_data["language"], form.cleaned_data["beside"])
                return redirect(page)
            except InvalidInput as refused:
                error = str(refused)
            except Conflict as refused:
                error, status = str(refused), 409
        context = {"error": error, "back_url": page}
        return render(request, "dossiers/no_file.html", context, status=status)
