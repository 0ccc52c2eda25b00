"""What the forms of the desk share: the version loaded through the rule, for the side of the officer."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise

from lmc_cases.accounts.models import User
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.desk.services.rows import reviewing_side, side_at_desk
from lmc_cases.dossiers.models import Dossier
from lmc_cases.jurisdictions.models import Jurisdiction

Words = str | Promise


class DeskForm(ServiceFormView):
    """One act on one version; for whoever may not take it, the page does not exist.

    Attributes:
        title, lead, submit_label: translated text; the label is a verb.
        reviews: the act is of those who review; else of everybody at the desk of a side.
    """

    template_name = "handovers/small_form.html"
    form_class: type[forms.Form] = forms.Form
    title: ClassVar[Words]
    lead: ClassVar[Words] = ""
    submit_label: ClassVar[Words]
    reviews: ClassVar[bool] = True
    actor: User
    dossier: Dossier
    side: Jurisdiction

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the version."""
        self.actor = officer_of(request)
        rows = Dossier.objects.visible_to(self.actor).select_related(
            "handover__requested", "handover__requesting"
        )
        dossier = rows.defer("facts", "engine").filter(uuid=kwargs["uuid"]).first()
        if dossier is None:
            raise Http404
        find = reviewing_side if self.reviews else side_at_desk
        side = find(self.actor, dossier.handover)
        if side is None:
            raise Http404
        self.dossier, self.side = dossier, side
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """The language of the officer's papers, where the form asks for one."""
        return {"language": self.actor.document_language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            page_title=self.title,
            subtitle=f"{self.dossier.handover.reference} · {self.dossier.number}",
            lead=self.lead,
            submit_label=self.submit_label,
            cancel_url=self.page,
            draft=f"desk-{self.request.resolver_match.url_name}-{self.dossier.uuid}"
            if self.request.resolver_match
            else "",
            **kwargs,
        )

    @property
    def page(self) -> str:
        """The version on the desk."""
        return reverse("desk:dossier", args=[self.dossier.uuid])
