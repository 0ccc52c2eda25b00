"""Pages of joint operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.cases.forms.lists import OperationFilter
from lmc_cases.cases.forms.operations import InviteForm, OperationForm, PutCaseForm
from lmc_cases.cases.models import Operation, OperationMember
from lmc_cases.cases.services import operations
from lmc_cases.cases.services.exporting import export_operations
from lmc_cases.cases.services.listing import cases_in
from lmc_cases.cases.sheets import OPERATION_COLUMNS
from lmc_cases.cases.tables import CaseTable, OperationTable
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, may
from lmc_cases.jurisdictions.services import all_countries


class OperationList(ExportedList, TemplateView):
    """The operations the officer's country owns or takes part in."""

    template_name = "cases/operations.html"
    list_title = gettext_lazy("Operations")
    size = 50

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice, newest first."""
        form = OperationFilter(self.request.GET)
        rows = operations.operations_among(officer_of(self.request), **form.chosen)
        before = Cursor.decode(self.request.GET.get("before"))
        if before is not None:
            rows = rows.filter(created_at__lte=before.at).exclude(created_at=before.at, pk__gte=before.pk)
        found = list(rows[: self.size + 1])
        shown = found[: self.size]
        last = shown[-1] if len(found) > self.size else None
        older = Cursor(at=last.created_at, pk=last.pk) if last else None
        return super().get_context_data(
            table=OperationTable(shown),
            rows=shown,
            filter_form=form,
            is_filtered=any(form.chosen.values()),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", older),
            may_create=may(officer_of(self.request), Action.EDIT),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every operation under the filter."""
        rows = export_operations(actor=officer_of(self.request), **OperationFilter(self.request.GET).chosen)
        return Sheet.of("operations", OPERATION_COLUMNS, rows)


class OperationPage(TemplateView):
    """One operation: its countries, its totals over what the officer may see, its visible cases."""

    template_name = "cases/operation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            operation = operations.consult_operation(actor=user, operation_id=self.kwargs["uuid"])
        except Operation.DoesNotExist:
            raise Http404 from None
        page = cases_in(user, operation, before=Cursor.decode(self.request.GET.get("before")))
        members = OperationMember.objects.visible_to(user).filter(operation=operation)
        editable = set(jurisdictions_granting(user, Action.EDIT).values_list("pk", flat=True))
        shown = list(members.select_related("jurisdiction").order_by("jurisdiction__code"))
        is_active = operation.status == Operation.Status.ACTIVE
        may_put = is_active and bool(editable & {operation.owner_id, *(m.jurisdiction_id for m in shown)})
        return super().get_context_data(
            operation=operation,
            members=shown,
            totals=operations.totals_for(user, operation),
            table=CaseTable(page.rows),
            page=page,
            newer="?" if page.newer else "",
            older=page_link(self.request.GET, "before", page.older),
            may_manage=is_active and operation.owner_id in editable,
            may_put=may_put,
            may_leave=any(m.jurisdiction_id in editable for m in shown),
            put_form=PutCaseForm() if may_put else None,
            own_rows=[row for row in page.rows if row.case.owner_id in editable],
            **kwargs,
        )


class OperationCreate(ServiceFormView):
    """Open an operation."""

    form_class = OperationForm
    template_name = "cases/operation_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Officers who may not edit records have no such page."""
        if not may(officer_of(request), Action.EDIT):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def call(self, form: forms.Form) -> str:
        """Create and show it."""
        made = operations.create_operation(actor=officer_of(self.request), **form.cleaned_data)
        return reverse("cases:operation", args=[made.uuid])


class OfOperation(ServiceFormView):
    """A form about one operation; the page of the form does not exist for whoever may not use it."""

    operation: Operation
    owned_only = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the operation through the rule."""
        rows = Operation.objects.visible_to(officer_of(request))
        if self.owned_only:
            rows = rows.owned_with(officer_of(request), Action.EDIT)
        found = rows.select_related("owner").filter(uuid=kwargs["uuid"]).first()
        if found is None:
            raise Http404
        self.operation = found
        return super().dispatch(request, *args, **kwargs)

    @property
    def url(self) -> str:
        """The operation's page."""
        return reverse("cases:operation", args=[self.operation.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The operation, and the way back."""
        return super().get_context_data(operation=self.operation, cancel_url=self.url, **kwargs)


class OperationInvite(OfOperation):
    """Invite a country."""

    form_class = InviteForm
    template_name = "cases/operation_invite.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the countries that do not take part."""
        members = OperationMember.objects.visible_to(officer_of(self.request)).filter(
            operation=self.operation
        )
        taken = {self.operation.owner_id, *members.values_list("jurisdiction_id", flat=True)}
        countries = [country for country in all_countries() if country.pk not in taken]
        return {**super().get_form_kwargs(), "countries": countries}

    def call(self, form: forms.Form) -> str:
        """Invite it."""
        operations.invite_country(
            actor=officer_of(self.request),
            operation_id=self.operation.uuid,
            country_code=form.cleaned_data["country"],
        )
        return self.url


class Confirmed(OfOperation):
    """A step that asks first."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"

    def texts(self) -> dict[str, Any]:
        """Title, question, consequences and label of the button."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the texts."""
        return {**super().get_context_data(**kwargs), **self.texts()}


class OperationWithdraw(Confirmed):
    """Take a country out."""

    def texts(self) -> dict[str, Any]:
        """What it means."""
        return {
            "title": _("Withdraw the invitation"),
            "question": _("Should this country no longer take part in the operation?"),
            "consequences": [_("Its cases leave the operation. No case is deleted or changed otherwise.")],
            "confirm_label": _("Withdraw the invitation"),
        }

    def call(self, form: forms.Form) -> str:
        """Withdraw."""
        operations.withdraw_invitation(
            actor=officer_of(self.request),
            operation_id=self.operation.uuid,
            country_code=self.kwargs["country"],
        )
        return self.url


class OperationLeave(Confirmed):
    """Take the own country out."""

    owned_only = False

    def texts(self) -> dict[str, Any]:
        """What it means."""
        return {
            "title": _("Leave the operation"),
            "question": _("Should your country no longer take part in the operation?"),
            "consequences": [_("Its cases leave the operation. No case is deleted or changed otherwise.")],
            "confirm_label": _("Leave the operation"),
        }

    def call(self, form: forms.Form) -> str:
        """Leave; the operation is then no longer visible."""
        operations.leave_operation(actor=officer_of(self.request), operation_id=self.operation.uuid)
        return reverse("cases:operations")


class OperationEnd(Confirmed):
    """End the operation."""

    def texts(self) -> dict[str, Any]:
        """What it means."""
        return {
            "title": _("End the operation"),
            "question": _("Should this operation end?"),
            "consequences": [_("It stays readable, and takes no more cases and countries.")],
            "confirm_label": _("End the operation"),
        }

    def call(self, form: forms.Form) -> str:
        """End it."""
        operations.end_operation(actor=officer_of(self.request), operation_id=self.operation.uuid)
        return self.url


class OperationPutCase(OfOperation):
    """Put an own case into the operation."""

    owned_only = False
    form_class = PutCaseForm
    template_name = "cases/operation_put_case.html"

    def call(self, form: forms.Form) -> str:
        """Put it in."""
        operations.put_case(
            actor=officer_of(self.request),
            operation_id=self.operation.uuid,
            reference=form.cleaned_data["reference"],
        )
        return self.url


class OperationTakeCaseOut(Confirmed):
    """Take an own case out of the operation."""

    owned_only = False

    def texts(self) -> dict[str, Any]:
        """What it means."""
        return {
            "title": _("Take the case out of the operation"),
            "question": _("Should this case no longer belong to the operation?"),
            "confirm_label": _("Take it out"),
        }

    def call(self, form: forms.Form) -> str:
        """Take it out."""
        operations.take_case_out(
            actor=officer_of(self.request), operation_id=self.operation.uuid, case_id=self.kwargs["case_uuid"]
        )
        return self.url
