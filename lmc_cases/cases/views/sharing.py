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
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.cases.forms.sharing import (
    ConfirmForm,
    CorrectionForm,
    RefuseForm,
    ReviewForm,
    RevokeForm,
    ShareForm,
    rights_text,
)
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.casework import consult_case
from lmc_cases.cases.services.sharing.items import offered_items
from lmc_cases.cases.views.base import CaseFormView, officer_of
from lmc_cases.core.errors import DomainError
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action


def waits_text(recipient: str) -> str:
    """Say that a share was proposed, and what it opens."""
    return _("The share with %(recipient)s waits for a second officer. It opens nothing until then.") % {
        "recipient": recipient
    }


class CaseSharing(TemplateView):
    """Who can see the case now and why, what waits, what was shared before, and who still holds a download."""

    template_name = "cases/sharing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it per viewer: a recipient sees the owner and its own shares."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.kwargs["uuid"], "sharing")
        case = frame["case"]
        consult_case(actor=actor, case=case, level=frame["level"], part="sharing")
        shares = list(sharing.shares_of(actor=actor, case_id=case.uuid))
        waiting = [share for share in shares if share.is_waiting and share.expires_at > timezone.now()]
        is_own = frame["is_own"]
        return super().get_context_data(
            **frame,
            openings=sharing.openings_of(actor=actor, case_id=case.uuid),
            waiting=waiting,
            ended=[
                (share, Level(share.level).name.lower())
                for share in shares
                if not share.is_in_force and share not in waiting
            ],
            holders=sharing.holders_of(actor=actor, case_id=case.uuid) if is_own else [],
            follow_ups=sharing.follow_ups_of(actor=actor, case_id=case.uuid) if is_own else [],
            was_disclosed=any(share.confirmed_at for share in shares),
            **kwargs,
        )


class CaseShareAdd(CaseFormView):
    """Share a case: the form, then "who will see exactly this", then the act."""

    form_class = ShareForm
    action = Action.SHARE
    page_title = gettext_lazy("Share this case")
    submit_label = gettext_lazy("Continue")
    draft = "case-share"
    template_name = "cases/share_form.html"
    confirm_template_name = "cases/share_confirm.html"
    preview: sharing.Preview | None = None

    def prepare(self) -> None:
        """What the owner's law asks for stands above the form."""
        self.approval = sharing.approval_of(self.case.owner)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers all countries but the owner, and what of the case can be named."""
        return {
            **super().get_form_kwargs(),
            "case": self.case,
            "items": offered_items(actor=self.actor, case=self.case),
            "approval": self.approval,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the law asks for, as far as it is known."""
        return super().get_context_data(**{"approval": self.approval, **kwargs})

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
        recipient = share.recipient_agency or share.recipient
        done = (
            _("The case is shared with %(recipient)s.") % {"recipient": recipient.name}
            if share.confirmed_at
            else waits_text(recipient.name)
        )
        messages.success(self.request, done)
        return self.back_url()


class OwnShareStep(ServiceFormView):
    """A step of the owner about one share, for officers with the right to share; to others it does not exist."""

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
            .select_related("case__owner", "recipient", "recipient_agency", "shared_by")
            .first()
        )
        if share is None:
            raise Http404
        self.share = share
        return super().dispatch(request, *args, **kwargs)

    def back_url(self) -> str:
        """Back to who can see the case."""
        return reverse("cases:sharing", args=[self.share.case.uuid])

    def names(self) -> dict[str, str]:
        """The recipient and the case, for the sentences of the page."""
        recipient = self.share.recipient_agency or self.share.recipient
        return {"recipient": recipient.name, "reference": self.share.case.reference}

    def words(self) -> dict[str, Any]:
        """Title, question, consequences and label of the button."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what happens."""
        return super().get_context_data(
            **{"cancel_url": self.back_url(), "share": self.share, **self.words(), **kwargs}
        )


class ShareRevoke(StepUpRequired, OwnShareStep):
    """End a share at once, or take one back that still waits."""

    form_class = RevokeForm

    def words(self) -> dict[str, Any]:
        """Say what stays."""
        if self.share.is_waiting:
            return {
                "title": _("Take the share back"),
                "question": _("The share of %(reference)s with %(recipient)s has opened nothing yet.")
                % self.names(),
                "consequences": [_("Nobody was told of it, and nobody is told that it is taken back.")],
                "confirm_label": _("Take the share back"),
            }
        return {
            "title": _("Revoke access"),
            "question": _("%(recipient)s will no longer see %(reference)s.") % self.names(),
            "consequences": [
                _("It takes effect at once, on every page and download."),
                _(
                    "The recipient reads that it is withdrawn, when and why, and must list the copies it holds."
                ),
                _("Handover requests already made, and their dossiers, stay with both countries."),
                _("What was read or downloaded before cannot be taken back."),
            ],
            "confirm_label": _("Revoke access"),
        }

    def call(self, form: forms.Form) -> str:
        """End it."""
        sharing.revoke_share(actor=self.actor, share_id=self.share.uuid, reason=form.cleaned_data["reason"])
        messages.success(
            self.request,
            _("The share is taken back.") if self.share.is_waiting else _("Access is revoked."),
        )
        return self.back_url()


class ShareConfirm(StepUpRequired, OwnShareStep):
    """The second officer looks at who will see what, and lets the share take effect."""

    form_class = ConfirmForm
    template_name = "cases/share_second.html"

    def words(self) -> dict[str, Any]:
        """The same preview as before the share was made, as things stand now."""
        preview, problem = None, ""
        try:
            preview = sharing.preview_of(actor=self.actor, share=self.share)
        except DomainError as error:
            problem = str(error)
        return {
            "preview": preview,
            "problem": problem,
            "is_sharer": self.share.shared_by_id == self.actor.pk,
            "rights": rights_text(
                may_contribute=self.share.may_contribute, may_ask_to_pass_on=self.share.may_ask_to_pass_on
            ),
        }

    def call(self, form: forms.Form) -> str:
        """Confirm it."""
        share = sharing.confirm_share(actor=self.actor, share_id=self.share.uuid)
        messages.success(
            self.request, _("The case is shared with %(recipient)s.") % {"recipient": share.recipient.name}
        )
        return self.back_url()


class ShareRefuse(OwnShareStep):
    """The second officer refuses a share that waits."""

    form_class = RefuseForm

    def words(self) -> dict[str, Any]:
        """Say that nothing was opened."""
        return {
            "title": _("Refuse the share"),
            "question": _("The share of %(reference)s with %(recipient)s has opened nothing yet.")
            % self.names(),
            "consequences": [_("It never takes effect. Who shared the case reads your reason.")],
            "confirm_label": _("Refuse the share"),
        }

    def call(self, form: forms.Form) -> str:
        """Refuse it."""
        sharing.refuse_share(actor=self.actor, share_id=self.share.uuid, reason=form.cleaned_data["reason"])
        messages.success(self.request, _("The share is refused."))
        return self.back_url()


class ShareReview(OwnShareStep):
    """Is the share still needed? Say why it goes on, or revoke it."""

    form_class = ReviewForm

    def words(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Review the share"),
            "question": _("Does %(recipient)s still need %(reference)s?") % self.names(),
            "consequences": [_("If not, go back and revoke the access instead.")],
            "confirm_label": _("Keep the share"),
            "tone": "primary",
        }

    def call(self, form: forms.Form) -> str:
        """Keep it."""
        sharing.review_share(actor=self.actor, share_id=self.share.uuid, **form.cleaned_data)
        messages.success(self.request, _("The review is recorded."))
        return self.back_url()


class CaseCorrection(CaseFormView):
    """Wrong data: every recipient of any version is told and must acknowledge."""

    form_class = CorrectionForm
    action = Action.SHARE
    page_title = gettext_lazy("Send a correction")
    submit_label = gettext_lazy("Send the correction")
    draft = "case-correction"

    def back_url(self) -> str:
        """Back to who can see the case."""
        return reverse("cases:sharing", args=[self.case.uuid])

    def call(self, form: forms.Form) -> str:
        """Send it."""
        sent = sharing.send_correction(actor=self.actor, case_id=self.case.uuid, **form.cleaned_data)
        told = ngettext("%(number)s recipient is told.", "%(number)s recipients are told.", len(sent))
        messages.success(self.request, told % {"number": len(sent)})
        return self.back_url()
