"""What every page and API view shares: rows through the access rule, one service call, errors translated back."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import FormView

from lmc_cases.core.errors import Conflict, DomainError, InvalidInput, StaleVersion


class VisibleObjects:
    """Give a view only the rows the signed-in officer may see."""

    model: ClassVar[type[models.Model]]
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
    request: HttpRequest
    slug_field = "uuid"
    slug_url_kwarg = "uuid"
    lookup_field = "uuid"

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows through the model's own rule."""
        rows = self.model.objects.visible_to(self.request.user)  # type: ignore[attr-defined]
        return rows.order_by(*self.ordering)  # type: ignore[no-any-return]


class ServiceFormView(FormView[forms.Form]):
    """A form that makes one service call.

    A subclass gives ``call`` (the service call; returns the URL to go to) and ``template_name``.
    Missing and foreign rows answer 404; a conflict is shown on the form with what was typed kept.
    """

    conflict_template_name = "components/conflict_page.html"

    def call(self, form: forms.Form) -> str:
        """Make the service call and return where to go."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Call the service in a savepoint, so that a refused change leaves the request's transaction whole."""
        try:
            with transaction.atomic():
                self.success_url = self.call(form)
        except models.ObjectDoesNotExist:
            raise Http404 from None
        except StaleVersion as error:
            return self.stale(form, error)
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the form again, with the status that says it was refused."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def stale(self, form: forms.Form, error: StaleVersion) -> HttpResponse:
        """Show both texts; nothing typed is lost. Sending again uses the version seen here."""
        rows = [
            {
                "name": name,
                "label": form.fields[name].label if name in form.fields else name,
                "mine": form.data.get(name, ""),
                "theirs": theirs,
            }
            for name, theirs in error.theirs.items()
            if str(form.data.get(name, "")) != theirs
        ]
        data = self.request.POST.copy()
        data["version"] = str(error.version)
        retry = type(form)(**{**self.get_form_kwargs(), "data": data})
        return render(
            self.request,
            self.conflict_template_name,
            {**self.get_context_data(form=retry), "rows": rows, "message": str(error)},
            status=409,
        )


__all__ = ["Conflict", "ServiceFormView", "VisibleObjects"]
