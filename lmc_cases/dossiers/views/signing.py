"""Sign a dossier for one side, and take the file with the signatures in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired, shown_at
from lmc_cases.core.errors import Conflict
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import SignForm
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import reading, signing


class Sign(StepUpRequired, ServiceFormView):
    """Sign for the officer's side; the second factor is asked for first."""

    form_class = SignForm
    template_name = "components/confirm_page.html"
    actor: User
    dossier: Dossier
    standing: signing.Standing

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; officers of the two sides who change records."""
        self.actor = officer_of(request)
        rows = Dossier.objects.visible_to(self.actor).select_related(
            "handover__requested", "handover__requesting"
        )
        dossier = rows.filter(uuid=kwargs["uuid"]).first()
        if dossier is None or not signing.is_of_a_side(self.actor, dossier):
            raise Http404
        self.dossier = dossier
        self.standing = signing.standing_of(self.actor, dossier)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """The checksum that stands on the page."""
        return {"sha256": self.standing.sha256}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it does."""
        return super().get_context_data(
            title=_("Sign the dossier"),
            question=_("You sign dossier %(reference)s, version %(version)s, for your country.")
            % {"reference": self.dossier.handover.reference, "version": self.dossier.number},
            consequences=[
                _("Your country's certificate signs the whole file; the signature is never changed."),
                _("Checksum of the file (SHA-256): %(sha256)s") % {"sha256": self.standing.sha256},
                _("A newer version of the dossier has to be signed anew."),
            ]
            if self.standing.may_sign
            else [],
            confirm_label=_("Sign the dossier"),
            tone="primary",
            cancel_url=self.page,
            **kwargs,
        )

    @property
    def page(self) -> str:
        """The page of the dossier."""
        return reverse("dossiers:detail", args=[self.dossier.uuid])

    def call(self, form: forms.Form) -> str:
        """Sign."""
        signing.sign_dossier(
            actor=self.actor,
            dossier_id=self.dossier.uuid,
            sha256=form.cleaned_data["sha256"],
            confirmed_at=shown_at(self.request),
        )
        return self.page


class SignedDownload(View):
    """The file with every signature there is: always an attachment, always recorded."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record in this request's transaction; the file itself is streamed without the database."""
        try:
            stored = reading.open_signed(actor=officer_of(request), dossier_id=kwargs["uuid"])
        except Dossier.DoesNotExist:
            raise Http404 from None
        except Conflict as error:
            context = {"error": str(error), "back_url": reverse("dossiers:detail", args=[kwargs["uuid"]])}
            answer: HttpResponse = render(request, "dossiers/no_file.html", context, status=409)
            return answer
        return send_file(stored, name=stored.name or "", media_type="application/pdf")
