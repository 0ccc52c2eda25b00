"""What the pages of printed documents share, whatever is printed."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import LanguagesForm


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
        return render(request, "dossiers/no_file.html", {"error": error, "back_url": page}, status=status)
