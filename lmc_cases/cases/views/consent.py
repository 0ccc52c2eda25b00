"""Requests for consent: what is asked of us, what we asked, one request, its answer and its use."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.forms.handling import AnswerForm, UntilForm
from lmc_cases.cases.forms.lists import ConsentFilter
from lmc_cases.cases.models import Case, ConsentRequest
from lmc_cases.cases.models.consent import ConsentRequestQuerySet
from lmc_cases.cases.services import consent as consents
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.exporting import export_consents
from lmc_cases.cases.sheets import CONSENT_COLUMNS
from lmc_cases.cases.tables import ConsentTable
from lmc_cases.cases.views.sharing import waits_text
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


class ConsentLists(ExportedList, TemplateView):
    """Both lists, newest first, with the time that remains."""

    template_name = "cases/consents.html"
    list_title = gettext_lazy("Requests for consent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One list at a time: an officer answers, or waits."""
        asked_by_us = self.request.GET.get("list") == "asked-by-us"
        before = Cursor.decode(self.request.GET.get("before"))
        form = ConsentFilter(self.request.GET)
        page = consents.page_of_consents(
            actor=officer_of(self.request), asked_by_us=asked_by_us, before=before, **form.chosen
        )
        address = reverse("cases:consents")
        return super().get_context_data(
            table=ConsentTable(page.rows, asked_by_us=asked_by_us),
            rows=page.rows,
            asked_by_us=asked_by_us,
            tabs=[
                {"url": address, "label": _("Asked of us"), "current": not asked_by_us},
                {"url": f"{address}?list=asked-by-us", "label": _("Asked by us"), "current": asked_by_us},
            ],
            filter_form=form,
            is_filtered=any(form.chosen.values()),
            clear_url=f"{address}?list=asked-by-us" if asked_by_us else address,
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """The list that is shown, under the filter."""
        asked_by_us = self.request.GET.get("list") == "asked-by-us"
        chosen = ConsentFilter(self.request.GET).chosen
        rows = export_consents(actor=officer_of(self.request), asked_by_us=asked_by_us, **chosen)
        return Sheet.of("consent", CONSENT_COLUMNS, rows)


class ConsentPage(TemplateView):
    """One request, the same for both countries."""

    template_name = "cases/consent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            consent = consents.consult_consent(actor=user, consent_id=self.kwargs["uuid"])
        except ConsentRequest.DoesNotExist:
            raise Http404 from None
        case = Case.objects.visible_to(user).filter(pk=consent.case_id).first()
        return super().get_context_data(
            consent=consent,
            case_url=reverse("cases:detail", args=[case.uuid]) if case else "",
            may_answer=consent.is_open
            and ConsentRequest.objects.answered_with(user).filter(pk=consent.pk).exists(),
            may_withdraw=consent.is_open
            and ConsentRequest.objects.withdrawn_with(user).filter(pk=consent.pk).exists(),
            may_pass_on=consents.can_pass_on(consent)
            and ConsentRequest.objects.withdrawn_with(user).filter(pk=consent.pk).exists(),
            **kwargs,
        )


class ConsentStep(ServiceFormView):
    """A step of one request. For whoever may not take it, the page does not exist."""

    template_name = "cases/consent_step.html"
    form_class: type[forms.Form] = forms.Form
    title: ClassVar[Any] = ""
    confirm_label: ClassVar[Any] = ""
    tone: ClassVar[str] = "primary"
    actor: User
    consent: ConsentRequest
    # What the owner's law asks for, where the step opens something to another country.
    approval: sharing.Approval | None = None
    needs_second_officer = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule of the step."""
        self.actor = officer_of(request)
        rows = self.rows().select_related("asking", "originator", "to_country", "owner")
        consent = rows.filter(uuid=kwargs["uuid"]).first()
        if consent is None:
            raise Http404
        self.consent = consent
        self.prepare()
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """Read further what the step shows."""

    def prepare_share(self) -> None:
        """Read what stands before a share by name: the owner's law, and the second officer."""
        self.approval = sharing.approval_of(self.consent.owner)
        case = Case.objects.visible_to(self.actor).filter(pk=self.consent.case_id).first()
        if case is not None:
            self.needs_second_officer = sharing.needs_second_officer(case, self.consent.to_country)

    def rows(self) -> ConsentRequestQuerySet:
        """Return the requests the officer may take the step on."""
        raise NotImplementedError

    def question(self) -> str:
        """Return the question as a whole sentence."""
        raise NotImplementedError

    def consequences(self) -> list[str]:
        """Return what follows, in whole sentences."""
        return []

    def back_url(self) -> str:
        """Back to the request."""
        return reverse("cases:consent", args=[self.consent.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page of the step says."""
        return super().get_context_data(
            title=self.title,
            question=self.question(),
            consequences=self.consequences(),
            confirm_label=self.confirm_label,
            tone=self.tone,
            approval=self.approval,
            needs_second_officer=self.needs_second_officer,
            cancel_url=self.back_url(),
            **kwargs,
        )


class ConsentAnswer(ConsentStep):
    """Grant or refuse."""

    form_class = AnswerForm
    title = gettext_lazy("Answer the request for consent")
    confirm_label = gettext_lazy("Send the answer")

    def rows(self) -> ConsentRequestQuerySet:
        """Those of the own country's, with the right to share."""
        return ConsentRequest.objects.answered_with(self.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say whether the grant opens something."""
        return {
            **super().get_form_kwargs(),
            "opens_share": consents.opens_at_once(self.consent),
            "restriction": self.consent.restriction,
            "approval": self.approval,
        }

    def prepare(self) -> None:
        """A grant may make a share."""
        if consents.opens_at_once(self.consent):
            self.prepare_share()

    def question(self) -> str:
        """Question."""
        return _("%(country)s asks: %(use)s – %(reference)s.") % {
            "country": self.consent.asking.name,
            "use": self.consent.get_use_display(),
            "reference": self.consent.reference,
        }

    def consequences(self) -> list[str]:
        """What a consent opens."""
        names = {"country": self.consent.to_country.name, "request": self.consent.handover_reference}
        if self.consent.handover_uuid is not None:
            found = [_("A consent opens the dossier of request %(request)s for it, and no other.") % names]
        else:
            found = [_("A consent lets it go to %(country)s, and to no other country.") % names]
        if consents.opens_at_once(self.consent) and not self.needs_second_officer:
            found.append(_("With the consent it is open to %(country)s by name, at once.") % names)
        return [*found, _("A consent that was given is not taken back: what it opened may have been read.")]

    def call(self, form: forms.Form) -> str:
        """Answer."""
        given = form.cleaned_data
        granted = given["answer"] == "grant"
        consents.answer_consent(
            actor=self.actor,
            consent_id=self.consent.uuid,
            granted=granted,
            reason=given["reason"],
            conditions=given["conditions"],
            **terms_given(form),
        )
        messages.success(self.request, _("The answer is sent."))
        if granted and self.needs_second_officer:
            messages.info(self.request, waits_text(self.consent.to_country.name))
        return self.back_url()


class ConsentWithdraw(ConsentStep):
    """Take a request back."""

    title = gettext_lazy("Take the request back")
    confirm_label = gettext_lazy("Take back")
    tone = "danger"

    def rows(self) -> ConsentRequestQuerySet:
        """Those the own country asked."""
        return ConsentRequest.objects.withdrawn_with(self.actor)

    def question(self) -> str:
        """Question."""
        return _("Should %(country)s not answer this request any more?") % {
            "country": self.consent.originator.name
        }

    def call(self, form: forms.Form) -> str:
        """Withdraw."""
        consents.withdraw_consent_request(actor=self.actor, consent_id=self.consent.uuid)
        return self.back_url()


class ConsentPassOn(ConsentStep):
    """Make the use that was consented to."""

    form_class = UntilForm
    title = gettext_lazy("Pass it on")
    confirm_label = gettext_lazy("Pass on")

    def rows(self) -> ConsentRequestQuerySet:
        """Granted ones that the case's owner asked."""
        return (
            ConsentRequest.objects.withdrawn_with(self.actor)
            .granted()
            .filter(use=ConsentRequest.Use.PASS_ON, handover_uuid__isnull=True)
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say what has to be confirmed, and what the law asks for."""
        return {
            **super().get_form_kwargs(),
            "restriction": self.consent.restriction,
            "approval": self.approval,
        }

    def prepare(self) -> None:
        """It makes a share."""
        self.prepare_share()

    def question(self) -> str:
        """Question."""
        return _("Should %(reference)s be open to %(country)s?") % {
            "reference": self.consent.reference,
            "country": self.consent.to_country.name,
        }

    def consequences(self) -> list[str]:
        """What is opened."""
        return [_("That country sees this entry and the existence of the case, and nothing else of it.")]

    def call(self, form: forms.Form) -> str:
        """Share by name."""
        share = consents.pass_on(actor=self.actor, consent_id=self.consent.uuid, **terms_given(form))
        messages.success(
            self.request,
            _("It is open to that country now.") if share.confirmed_at else waits_text(share.recipient.name),
        )
        return self.back_url()


def terms_given(form: forms.Form) -> consents.PassOnTerms:
    """Return the terms of the share by name, as the form states them."""
    given = form.cleaned_data
    return {
        "until": given.get("until"),
        "restrictions_confirmed": given.get("restrictions_confirmed", False),
        "legal_basis": given.get("legal_basis", ""),
        "approval_number": given.get("approval_number", ""),
        "approval_missing": given.get("approval_missing", ""),
    }
