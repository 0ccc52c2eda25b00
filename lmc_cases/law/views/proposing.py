"""Change of law by two officers of a country: propose, read what waits, confirm or reject."""

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
from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.services.law import today_in
from lmc_cases.jurisdictions.access import Action, may
from lmc_cases.jurisdictions.models import LegalInstrument
from lmc_cases.jurisdictions.services import all_countries
from lmc_cases.law.forms import EndForm, RejectForm, RowForm
from lmc_cases.law.kinds import BY_CODE, Kind, owners_of, shown
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services import proposing, reading


class Proposals(TemplateView):
    """Those that wait for a second officer, and those decided. For legal officers."""

    template_name = "law/proposals.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whoever keeps no law does not learn that there is such a page."""
        user = officer_of(self.request)
        if not may(user, Action.EDIT_LAW):
            raise Http404
        rows = reading.proposals_of(user)
        return super().get_context_data(
            waiting=[each for each in rows if each.is_waiting],
            decided=[each for each in rows if not each.is_waiting],
            kinds=BY_CODE,
            **kwargs,
        )


class ProposalPage(TemplateView):
    """One proposal: what would change, from when, who proposed it and why."""

    template_name = "law/proposal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Through the proposals' rule."""
        user = officer_of(self.request)
        proposal = _proposal(user, self.kwargs["uuid"])
        keeps = proposal.is_waiting and proposing.keeps_law_of(user, proposal.country)
        is_own = proposal.proposed_by_id == user.pk
        treaty = reading.treaty_of(proposal.instrument_line) if proposal.instrument_line else None
        return super().get_context_data(
            proposal=proposal,
            kind=BY_CODE[proposal.kind],
            cells=reading.proposed_cells(proposal),
            parties=proposal.cells.get("parties", []),
            source=proposal.cells.get("source", ""),
            treaty=treaty,
            may_decide=keeps and not is_own,
            may_withdraw=keeps and is_own,
            legal_notice=True,
            **kwargs,
        )


class _ProposePage(ServiceFormView):
    """A form that proposes something; for whoever does not keep that law the page does not exist."""

    template_name = "law/form.html"
    actor: User
    kind: Kind

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask who keeps it."""
        self.actor = officer_of(request)
        if kwargs["kind"] not in BY_CODE or self.actor.agency is None:
            raise Http404
        self.kind = BY_CODE[kwargs["kind"]]
        self.load()
        return super().dispatch(request, *args, **kwargs)

    def load(self) -> None:
        """Load what it is about, or answer 404."""
        raise NotImplementedError

    def sent(self, proposal: LawProposal) -> str:
        """Say that it waits, and show it."""
        messages.success(self.request, _("Your proposal waits for a second legal officer of your country."))
        return reverse("law:proposal", args=[proposal.uuid])


class ProposeRow(_ProposePage):
    """Propose a new row."""

    form_class = RowForm
    treaty: LegalInstrument | None = None

    def load(self) -> None:
        """A row of a treaty is proposed by its parties alone."""
        line = self.kwargs.get("line")
        keeps = proposing.keeps_law_of(self.actor, self.actor.country)
        if line is not None:
            self.treaty = reading.treaty_of(line)
            is_party = self.treaty is not None and self.actor.country in owners_of(self.treaty)
            keeps = keeps and is_party and self.kind.of_treaty
        if not keeps:
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        """The cells of the kind."""
        return {**super().get_form_kwargs(), "kind": self.kind, "is_new": True, "countries": all_countries()}

    def get_initial(self) -> dict[str, Any]:
        """A row of a treaty is of that law."""
        country = self.actor.country
        given = {
            "valid_from": today_in(country),
            "parties": [country.code],
            "once": once.new_token(self.actor.pk),
        }
        return {**given, "law": self.treaty.title} if self.treaty else given

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of which country or treaty."""
        back = (
            reverse("law:row", args=["instrument", self.treaty.line])
            if self.treaty
            else reverse("law:country", args=[self.actor.country.code])
        )
        return super().get_context_data(
            page_title=_("Propose a new row"),
            subtitle=f"{self.kind.label} · {self.treaty.title if self.treaty else self.actor.country.name}",
            cancel_url=back,
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Propose it."""
        assert isinstance(form, RowForm)  # noqa: S101 - the form of this view
        return self.sent(
            proposing.propose_row(
                actor=self.actor,
                kind=self.kind.code,
                cells=form.cells,
                valid_from=form.first_day,
                reason=form.cleaned_data["reason"],
                instrument_line=self.treaty.line if self.treaty else None,
                parties=form.cleaned_data.get("parties"),
                new_id=once.id_in(form.cleaned_data["once"], self.request),
            )
        )


class _OfRow(_ProposePage):
    """A proposal about a row there is."""

    row: Any

    def load(self) -> None:
        """The newest version, for the officers who keep it."""
        try:
            self.row = reading.versions_of(self.kind.code, self.kwargs["line"])[0]
        except LawProposal.DoesNotExist:
            raise Http404 from None
        if not any(proposing.keeps_law_of(self.actor, owner) for owner in owners_of(self.row)):
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which row."""
        back = reverse("law:row", args=[self.kind.code, self.row.line])
        return super().get_context_data(subtitle=shown(self.row).title, cancel_url=back, **kwargs)


class ProposeVersion(_OfRow):
    """Propose a new version."""

    form_class = RowForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The cells of the kind."""
        return {**super().get_form_kwargs(), "kind": self.kind, "is_new": False, "countries": []}

    def get_initial(self) -> dict[str, Any]:
        """What it says now, from today."""
        cells = {name: getattr(self.row, name) for name in self.kind.all_fields}
        return {**cells, "valid_from": today_in(self.actor.country)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it is."""
        return super().get_context_data(page_title=_("Propose a new version"), **kwargs)

    def call(self, form: forms.Form) -> str:
        """Propose it."""
        assert isinstance(form, RowForm)  # noqa: S101 - the form of this view
        return self.sent(
            proposing.propose_version(
                actor=self.actor,
                kind=self.kind.code,
                line=self.row.line,
                cells=form.cells,
                valid_from=form.first_day,
                reason=form.cleaned_data["reason"],
            )
        )


class ProposeEnd(_OfRow):
    """Propose that a row ends."""

    form_class = EndForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it is."""
        return super().get_context_data(page_title=_("Propose the end of this row"), **kwargs)

    def call(self, form: forms.Form) -> str:
        """Propose it."""
        return self.sent(
            proposing.propose_end(
                actor=self.actor, kind=self.kind.code, line=self.row.line, **form.cleaned_data
            )
        )


class _DecidePage(ServiceFormView):
    """A decision on a proposal of the own country."""

    template_name = "components/confirm_page.html"
    form_class: type[forms.Form] = forms.Form
    actor: User
    proposal: LawProposal

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A proposal of another country is read, and not decided."""
        self.actor = officer_of(request)
        self.proposal = _proposal(self.actor, kwargs["uuid"])
        if not proposing.keeps_law_of(self.actor, self.proposal.country):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The way back."""
        return super().get_context_data(cancel_url=self.address(), **kwargs)

    def address(self) -> str:
        """Of the proposal."""
        return reverse("law:proposal", args=[self.proposal.uuid])


class ConfirmProposal(StepUpRequired, _DecidePage):
    """Confirm as the second officer."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What follows."""
        return super().get_context_data(
            title=_("Confirm the proposal"),
            question=_("Have you compared the proposal with its source?"),
            consequences=[
                _("All countries read the row as verified by yours."),
                _("Requests sent before keep the rule they have."),
            ],
            confirm_label=_("Confirm"),
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Confirm it."""
        proposing.confirm_proposal(actor=self.actor, proposal_id=self.proposal.uuid)
        messages.success(self.request, _("The law says so from now on."))
        return self.address()


class RejectProposal(_DecidePage):
    """Reject as the second officer."""

    form_class = RejectForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What follows."""
        return super().get_context_data(
            title=_("Reject the proposal"),
            question=_("Why should this change not be made?"),
            confirm_label=_("Reject"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Reject it."""
        proposing.reject_proposal(
            actor=self.actor, proposal_id=self.proposal.uuid, reason=form.cleaned_data["reason"]
        )
        return self.address()


class WithdrawProposal(_DecidePage):
    """Take an own proposal back."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What follows."""
        return super().get_context_data(
            title=_("Take the proposal back"),
            question=_("Should this proposal be taken back? Nothing changes in the law."),
            confirm_label=_("Take back"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Take it back."""
        proposing.withdraw_proposal(actor=self.actor, proposal_id=self.proposal.uuid)
        return self.address()


def _proposal(user: User, uuid: Any) -> LawProposal:
    rows = LawProposal.objects.visible_to(user).select_related("country", "proposed_by", "decided_by")
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found
