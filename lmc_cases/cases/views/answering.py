"""Pages of one share, for both sides: its terms, what was said about it; and what outlives it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.sharing import (
    ConfirmForm,
    CopiesForm,
    QuestionForm,
    RefuseForm,
    rights_text,
)
from lmc_cases.cases.models import Case, CaseShare, Level, ShareFollowUp, ShareResponse
from lmc_cases.cases.services import sharing
from lmc_cases.cases.views.base import officer_of
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.jurisdictions.access import Action


class ShareDetail(TemplateView):
    """The terms of one share and the exchange about it."""

    template_name = "cases/share.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it per viewer; what an officer may do is asked again by each step."""
        actor = officer_of(self.request)
        try:
            thread = sharing.consult_share(actor=actor, share_id=self.kwargs["uuid"])
        except CaseShare.DoesNotExist:
            raise Http404 from None
        share = thread.share
        is_own = Case.objects.owned_with(actor, Action.READ).filter(pk=share.case_id).exists()
        return super().get_context_data(
            thread=thread,
            share=share,
            level=Level(share.level).name.lower(),
            rights=rights_text(
                may_contribute=share.may_contribute, may_ask_to_pass_on=share.may_ask_to_pass_on
            ),
            is_own=is_own,
            may_share=Case.objects.owned_with(actor, Action.SHARE).filter(pk=share.case_id).exists(),
            may_ask=not is_own,
            may_decide=not is_own and not thread.decided and sharing.may_decide(actor, share),
            back_url=reverse("cases:sharing", args=[share.case.uuid]),
            **kwargs,
        )


class ReceivedShareStep(ServiceFormView):
    """A step of the recipient about a share in force; to everybody else it does not exist."""

    template_name = "components/confirm_page.html"
    decides = True
    share: CaseShare
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the share through the rule."""
        self.actor = officer_of(request)
        share = (
            CaseShare.objects.visible_to(self.actor)
            .received_by(self.actor)
            .in_force()
            .filter(uuid=kwargs["uuid"])
            .select_related("case__owner", "recipient")
            .first()
        )
        if share is None or (self.decides and not sharing.may_decide(self.actor, share)):
            raise Http404
        self.share = share
        return super().dispatch(request, *args, **kwargs)

    def names(self) -> dict[str, str]:
        """The owner and the case, for the sentences of the page."""
        return {"owner": self.share.case.owner.name, "reference": self.share.case.reference}

    def words(self) -> dict[str, Any]:
        """Title, question, consequences and label of the button."""
        raise NotImplementedError

    def here(self) -> str:
        """The page of the share."""
        return reverse("cases:share_detail", args=[self.share.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what happens."""
        return super().get_context_data(**{"cancel_url": self.here(), **self.words(), **kwargs})


class ShareAccept(ReceivedShareStep):
    """Take a share under its terms."""

    form_class = ConfirmForm

    def words(self) -> dict[str, Any]:
        """Say what is accepted."""
        return {
            "title": _("Accept the share"),
            "question": _("Accept %(reference)s of %(owner)s under the terms of the share?") % self.names(),
            "consequences": [
                _("The owner sees that your country accepted, and when."),
                _("Purpose, legal basis and handling codes bind your country from now on."),
            ],
            "confirm_label": _("Accept the share"),
            "tone": "primary",
        }

    def call(self, form: forms.Form) -> str:
        """Accept it."""
        sharing.accept_share(actor=self.actor, share_id=self.share.uuid)
        messages.success(self.request, _("The share is accepted."))
        return self.here()


class ShareDecline(ReceivedShareStep):
    """Send a share back: the case closes at once."""

    form_class = RefuseForm

    def words(self) -> dict[str, Any]:
        """Say that it closes."""
        return {
            "title": _("Decline the share"),
            "question": _("Your country will no longer see %(reference)s of %(owner)s.") % self.names(),
            "consequences": [
                _("It takes effect at once, for every officer this share was made to."),
                _("The owner reads your reason."),
            ],
            "confirm_label": _("Decline the share"),
        }

    def call(self, form: forms.Form) -> str:
        """Decline it."""
        sharing.decline_share(actor=self.actor, share_id=self.share.uuid, reason=form.cleaned_data["reason"])
        messages.success(self.request, _("The share is declined."))
        return reverse("home")


class ShareAsk(ReceivedShareStep):
    """Ask the owner something."""

    form_class = QuestionForm
    decides = False

    def words(self) -> dict[str, Any]:
        """Say who reads it."""
        return {
            "title": _("Ask the owner"),
            "question": _("%(owner)s reads your question about %(reference)s and answers it here.")
            % self.names(),
            "confirm_label": _("Send the question"),
            "tone": "primary",
        }

    def call(self, form: forms.Form) -> str:
        """Ask it."""
        sharing.ask_about_share(actor=self.actor, share_id=self.share.uuid, text=form.cleaned_data["text"])
        messages.success(self.request, _("The question is sent."))
        return self.here()


class QuestionAnswer(ServiceFormView):
    """The owner answers a recipient's question."""

    form_class = QuestionForm
    template_name = "cases/share_answer.html"
    question: ShareResponse
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the question through the rule: about a case of the own country, with the right to share."""
        self.actor = officer_of(request)
        own = Case.objects.owned_with(self.actor, Action.SHARE)
        question = (
            ShareResponse.objects.visible_to(self.actor)
            .filter(uuid=kwargs["uuid"], kind=ShareResponse.Kind.QUESTION, share__case__in=own)
            .select_related("share__case", "country")
            .first()
        )
        if question is None:
            raise Http404
        self.question = question
        return super().dispatch(request, *args, **kwargs)

    def here(self) -> str:
        """The page of the share."""
        return reverse("cases:share_detail", args=[self.question.share.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the question above the box."""
        return super().get_context_data(question=self.question, cancel_url=self.here(), **kwargs)

    def call(self, form: forms.Form) -> str:
        """Answer it."""
        sharing.answer_question(
            actor=self.actor, question_id=self.question.uuid, text=form.cleaned_data["text"]
        )
        messages.success(self.request, _("The answer is sent."))
        return self.here()


class FollowUp(ServiceFormView):
    """A withdrawal or a correction: what was told, and the recipient's word that it was read."""

    template_name = "cases/follow_up.html"
    row: ShareFollowUp
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load it through its own rule: it outlives the share."""
        self.actor = officer_of(request)
        rows = ShareFollowUp.objects.visible_to(self.actor)
        if request.method == "POST":
            rows = rows.received_by(self.actor)
        row = rows.filter(uuid=kwargs["uuid"]).first()
        if row is None:
            raise Http404
        self.row = row
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """A withdrawal asks for the copies held."""
        return CopiesForm if self.row.kind == ShareFollowUp.Kind.WITHDRAWN else ConfirmForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what was told; the consultation is recorded."""
        row = sharing.consult_follow_up(actor=self.actor, follow_up_id=self.row.uuid)
        is_recipient = (
            ShareFollowUp.objects.visible_to(self.actor).received_by(self.actor).filter(pk=row.pk).exists()
        )
        return super().get_context_data(row=row, is_recipient=is_recipient, **kwargs)

    def call(self, form: forms.Form) -> str:
        """Acknowledge it."""
        sharing.acknowledge(actor=self.actor, follow_up_id=self.row.uuid, **form.cleaned_data)
        messages.success(self.request, _("Acknowledged."))
        return reverse("cases:follow_up", args=[self.row.uuid])
