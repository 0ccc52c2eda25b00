"""What every page and API view shares: rows through the access rule, one service call, errors translated back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import DataError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import FormView

from lmc_cases.core.errors import Conflict, DomainError, InvalidInput, StaleVersion

# PostgreSQL: string data, right truncation.
TOO_LONG = "22001"

# Django's generic views take no type argument at run time.
if TYPE_CHECKING:
    _FormView = FormView[forms.Form]
else:
    _FormView = FormView


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


class ServiceFormView(_FormView):
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
        except DataError as error:
            # Some letters become two when a text is brought to one form, after its form has counted them.
            if getattr(error.__cause__, "sqlstate", "") != TOO_LONG:
                raise
            form.add_error(None, _("The text is too long. Shorten it."))
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the form again, with the status that says it was refused."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def stale(self, form: forms.Form, error: StaleVersion) -> HttpResponse:
        """Show both texts; nothing typed is lost. Sending again uses the version seen here.

        A field that was left as it had been read takes what stands now: it was not this officer's change.
        """
        data = self.request.POST.copy()
        data["version"] = str(error.version)
        for name, theirs in error.theirs.items():
            if name in error.base and str(data.get(name, "")) == error.base[name]:
                data[name] = theirs
        retry = type(form)(**{**self.get_form_kwargs(), "data": data})
        differing: list[dict[str, Any]] = [
            {"field": retry[name], "theirs": _as_shown(retry[name], theirs)}
            for name, theirs in error.theirs.items()
            if name in retry.fields and str(data.get(name, "")) != theirs
        ]
        names = {row["field"].name for row in differing}
        context = {
            **self.get_context_data(form=retry),
            "differing": differing,
            "unchanged": [field for field in retry if field.name not in names],
            "error": error,
        }
        return render(self.request, self.conflict_template_name, context, status=409)


def _as_shown(field: forms.BoundField, value: str) -> str:
    """Write a stored value the way the field's own list writes it."""
    for code, label in getattr(field.field, "choices", ()):
        options = label if isinstance(label, (list, tuple)) else [(code, label)]
        for option, text in options:
            if str(option) == value:
                return str(text)
    return value


__all__ = ["Conflict", "ServiceFormView", "VisibleObjects"]
