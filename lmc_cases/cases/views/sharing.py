"""Who can see a case and why; share it, end a share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.cases.forms.casework import ReasonForm
from lmc_cases.cases.forms.sharing import ShareForm
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.casework import consult_case
from lmc_cases.cases.views.base import CaseFormView, officer_of
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action


class CaseSharing(TemplateView):
    """Who can see the case now and why, and what was shared before."""

    template_name = "cases/sharing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it per viewer: a recipient sees the owner and its own shares."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.kwargs["uuid"], "sharing")
        case = frame["case"]
        consult_case(actor=actor, case=case, level=frame["level"], part="sharing")
        now = timezone.now()
        return super().get_context_data(
            **frame,
            openings=sharing.openings_of(actor=actor, case_id=case.uuid),
            ended=[
                (share, Level(share.level).name.lower())
                for share in sharing.shares_of(actor=actor, case_id=case.uuid)
                if share.revoked_at is not None or share.expires_at <= now
            ],
            **kwargs,
        )


class CaseShareAdd(CaseFormView):
    """Share a case: the form, then "who will see exactly this", then the act."""

    form_class = ShareForm
    action = Action.SHARE
    page_title = gettext_lazy("Share this case")
    submit_label = gettext_lazy("Continue")
    draft = "case-share"
    confirm_template_name = "cases/share_confirm.html"
    preview: sharing.Preview | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers all countries but the owner."""
        return {**super().get_form_kwargs(), "case": self.case}

    def back_url(self) -> str:
        """Back to who can see the case."""
        return reverse("cases:sharing", args=[self.case.uuid])

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Show the form again, or ask, or do it, as the pressed button says."""
        if self.request.POST.get("step") == "change":
            return self.render_to_response(self.get_context_data(form=form))
        response = super().form_valid(form)
        if self.preview is None or not isinstance(form, ShareForm):
            return response
        context = self.get_context_data(form=form, preview=self.preview, chosen=form.chosen())
        return self.response_class(
            request=self.request,
            template=[self.confirm_template_name],
            context=context,
            using=self.template_engine,
        )

    def call(self, form: forms.Form) -> str:
        """Preview first; share only what was confirmed."""
        terms = {"actor": self.actor, "case_id": self.case.uuid, **form.cleaned_data}
        if self.request.POST.get("step") != "confirmed":
            self.preview = sharing.who_will_see(**terms)
            return self.request.path
        share = sharing.share_case(**terms)
        messages.success(
            self.request, _("The case is shared with %(recipient)s.") % {"recipient": share.recipient.name}
        )
        return self.back_url()


class ShareRevoke(StepUpRequired, ServiceFormView):
    """End a share at once."""

    form_class = ReasonForm
    template_name = "components/confirm_page.html"
    share: CaseShare
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the share through the rule: of a case of the own country, with the right to share."""
        self.actor = officer_of(request)
        own = Case.objects.owned_with(self.actor, Action.SHARE)
        share = (
            CaseShare.objects.visible_to(self.actor)
            .filter(uuid=kwargs["uuid"], case__in=own)
            .select_related("case", "recipient", "recipient_agency")
            .first()
        )
        if share is None:
            raise Http404
        self.share = share
        return super().dispatch(request, *args, **kwargs)

    def back_url(self) -> str:
        """Back to who can see the case."""
        return reverse("cases:sharing", args=[self.share.case.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what stays."""
        recipient = self.share.recipient_agency or self.share.recipient
        names = {"recipient": recipient.name, "reference": self.share.case.reference}
        return super().get_context_data(
            title=_("Revoke access"),
            question=_("%(recipient)s will no longer see %(reference)s.") % names,
            consequences=[
                _("It takes effect at once, on every page and download."),
                _("Handover requests already made, and their dossiers, stay with both countries."),
                _("What was read or downloaded before cannot be taken back."),
            ],
            confirm_label=_("Revoke access"),
            cancel_url=self.back_url(),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """End it."""
        sharing.revoke_share(actor=self.actor, share_id=self.share.uuid, reason=form.cleaned_data["reason"])
        messages.success(self.request, _("Access is revoked."))
        return self.back_url()
