"""Check what another country sees of a case of the own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import TemplateView

from lmc_cases.cases.forms.explaining import AudienceForm
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.services import previewing


class ViewAs(TemplateView):
    """Choose a country or agency, and read the case with its eyes; for supervisors of the owning country."""

    template_name = "dossiers/view_as.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever may not supervise does not learn that there is such a page."""
        try:
            self.case = previewing.case_to_preview(officer_of(request), kwargs["case_uuid"])
        except Case.DoesNotExist:
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and what is seen once a country was chosen; the look is recorded."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.case.uuid, "sharing")
        form = AudienceForm(self.request.GET or None, actor=actor, case=self.case)
        shown = None
        if form.is_bound and form.is_valid():
            try:
                shown = previewing.view_as(actor=actor, case_id=self.case.uuid, asked=form.asked)
            except InvalidInput as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return super().get_context_data(
            **frame, form=form, shown=shown, shown_level=shown.level if shown else None, **kwargs
        )
