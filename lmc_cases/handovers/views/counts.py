"""The counts of one person: the list, one count with the offences of both sides, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from lmc_cases.accounts.step_up import StepUpRequired
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.count_forms import AssessForm, ConsentToCountForm, CountForm
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services import assessing, counting, reading
from lmc_cases.handovers.services.cautions import cautions_of
from lmc_cases.handovers.services.competing import may_see_competing
from lmc_cases.handovers.services.counts_read import CountShown, counts_of, history_of_assessments
from lmc_cases.handovers.services.offences import (
    CONDUCTS,
    OffenceShown,
    conduct_words,
    rows_of,
    side_by_side,
)
from lmc_cases.handovers.states import AFTER_DECISION
from lmc_cases.handovers.views.checks import OnePerson


class OneCount(OnePerson):
    """What the pages of one person's counts share; an offer has none."""

    def load_counts(self, request: HttpRequest, **kwargs: Any) -> None:
        """Load the request, the person and the counts through the rule."""
        self.load(request, kwargs["uuid"], kwargs["subject_uuid"])
        if self.handover.procedure not in ASKED:
            raise Http404
        self.held = counts_of(self.actor, self.handover, subject=self.subject).get(self.subject.pk, [])

    @property
    def count(self) -> CountShown:
        """The count of the address; 404 where this person has no such count."""
        wanted = self.kwargs["count_uuid"]
        found = next((each for each in self.held if each.row.uuid == wanted), None)
        if found is None:
            raise Http404
        return found

    @property
    def subtitle(self) -> str:
        """The request and the person."""
        shown = self.person.shown
        return f"{self.handover.reference} · S{shown['number']} {shown['name'] or shown['romanised']}"


class ReadCounts(OneCount, TemplateView):
    """A page that shows counts; the consultation is recorded as one of the request."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Load through the rule."""
        try:
            reading.consult_request(actor=officer_of(request), handover_id=kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.load_counts(request, **kwargs)
        return super().get(request, *args, **kwargs)


class Counts(ReadCounts):
    """Every count of one person, and what is to be thought of."""

    template_name = "handovers/counts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One card per count."""
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            counts=self.held,
            cautions=cautions_of(self.actor, self.handover, self.person, self.held),
            may_add=counting.may_add_counts(self.actor, self.handover),
            may_change=counting.may_change_counts(self.actor, self.handover),
            needs_consent=self.handover.status in AFTER_DECISION,
            conducts=CONDUCTS.items(),
            may_see_competing=may_see_competing(self.actor, self.handover),
            **kwargs,
        )


class DualCriminality(ReadCounts):
    """One count: the conduct, the offences of both sides next to each other, what each side holds."""

    template_name = "handovers/count.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Pair the offences chosen in the address, else those of the count."""
        count = self.count
        row = count.row
        laws = side_by_side(self.actor, self.handover, row.typology)
        asking = self._chosen("asking", laws.asking, row.asking_offence_id)
        asked = self._chosen("asked", laws.asked, row.asked_offence_id)
        laws = side_by_side(
            self.actor,
            self.handover,
            row.typology,
            asking_pk=asking.row.pk if asking else None,
            asked_pk=asked.row.pk if asked else None,
        )
        return super().get_context_data(
            handover=self.handover,
            person=self.person,
            count=count,
            laws=laws,
            # The chosen rows once more: now each knows what the pair gives.
            asking=(asking := _again(asking, laws.asking)),
            asked=(asked := _again(asked, laws.asked)),
            asking_rows=[(each, _pairing(each, asked)) for each in laws.asking],
            asked_rows=[(each, _pairing(asking, each)) for each in laws.asked],
            said=history_of_assessments(self.actor, row),
            may_weigh=assessing.may_weigh(self.actor, self.handover, row),
            may_consent=assessing.may_consent(self.actor, self.handover, row),
            may_change=counting.may_change_counts(self.actor, self.handover),
            **kwargs,
        )

    def _chosen(self, name: str, rows: Iterable[OffenceShown], held: int | None) -> OffenceShown | None:
        """The offence that the address names, else the one the count names."""
        named = self.request.GET.get(name, "")
        found = next((each for each in rows if named and each.uuid == named), None)
        return found or next((each for each in rows if each.row.pk == held), None)


def _again(chosen: OffenceShown | None, rows: Iterable[OffenceShown]) -> OffenceShown | None:
    """The same row among others."""
    return next((each for each in rows if chosen is not None and each.row.pk == chosen.row.pk), None)


def _pairing(asking: OffenceShown | None, asked: OffenceShown | None) -> str:
    """The address of this page with a pair chosen."""
    pair = {"asking": asking, "asked": asked}
    named = {side: shown.uuid for side, shown in pair.items() if shown is not None}
    return f"?{urlencode(named)}#held"


class CountPage(OneCount, ServiceFormView):
    """A form about counts of one person."""

    template_name = "handovers/small_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load through the rule; for whoever may not send the form there is no such page."""
        self.load_counts(request, **kwargs)
        if not self.is_allowed():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Whether the officer may send this form."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says around the form."""
        return super().get_context_data(
            **{"subtitle": self.subtitle, "cancel_url": self.url("counts"), **kwargs}
        )

    def laws_of(self, typology: str) -> dict[str, Any]:
        """What a form offers of the law of both sides."""
        return {
            "handover": self.handover,
            "asking": rows_of(self.actor, self.handover, self.handover.requesting_id, typology),
            "asked": rows_of(self.actor, self.handover, self.handover.requested_id, typology),
        }


class CountAdd(CountPage):
    """Raise a count of one conduct."""

    form_class = CountForm

    def is_allowed(self) -> bool:
        """Officers of the country that asks, for a conduct of the list."""
        return self.kwargs["typology"] in CONDUCTS and counting.may_add_counts(self.actor, self.handover)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The offences of the conduct."""
        typology = self.kwargs["typology"]
        return {**super().get_form_kwargs(), "typology": typology, **self.laws_of(typology)}

    def get_initial(self) -> dict[str, Any]:
        """The language of the facts, and a token, so that a second click adds nothing."""
        return {"language": self.handover.facts_language, "once": once.new_token(self.actor.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What a count is, and what follows from adding one now."""
        lead = _("While the request is a draft, counts can be changed. Once sent they stay.")
        if self.handover.submitted_at:
            lead = _("The other country sees it at once, and it cannot be changed any more.")
        if self.handover.status in AFTER_DECISION:
            lead = _(
                "The request is decided: nobody is prosecuted for a new count before the other country consents."
            )
        return super().get_context_data(
            page_title=_("Add a count: %(conduct)s") % {"conduct": conduct_words(self.kwargs["typology"])},
            lead=lead,
            submit_label=_("Add the count"),
            draft=f"count-{self.subject.uuid}-{self.kwargs['typology']}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Add it."""
        assert isinstance(form, CountForm)  # noqa: S101 - the form of this view
        count = counting.add_count(
            actor=self.actor,
            handover_id=self.handover.uuid,
            subject_id=self.subject.uuid,
            accusation=form.accusation,
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return self.url("count", str(count.uuid))


class CountChange(CountPage):
    """Change a count of a draft."""

    form_class = CountForm

    def is_allowed(self) -> bool:
        """Officers of the country that asks, in a draft."""
        return counting.may_change_counts(self.actor, self.handover) and self.count is not None

    def get_form_kwargs(self) -> dict[str, Any]:
        """The offences of the conduct."""
        typology = self.count.row.typology
        return {**super().get_form_kwargs(), "typology": typology, **self.laws_of(typology)}

    def get_initial(self) -> dict[str, Any]:
        """What it says now."""
        row = self.count.row
        return {
            "conduct": self.count.conduct,
            "language": row.language,
            "place": row.place,
            "on": row.on,
            "asking_offence_id": str(row.asking_offence.uuid) if row.asking_offence else "",
            "asked_offence_id": str(row.asked_offence.uuid) if row.asked_offence else "",
            "is_sentenced": row.is_sentenced,
            "months_left": row.months_left,
            "limitation_ends_on": row.limitation_ends_on,
            "limitation_rule": row.limitation_rule,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it is about."""
        return super().get_context_data(
            page_title=_("Change the count"),
            lead=self.count.conduct_label,
            submit_label=_("Save"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Change it."""
        assert isinstance(form, CountForm)  # noqa: S101 - the form of this view
        row = counting.change_count(
            actor=self.actor,
            handover_id=self.handover.uuid,
            count_id=self.kwargs["count_uuid"],
            accusation=form.accusation,
        )
        return self.url("count", str(row.uuid))


class CountRemove(CountPage):
    """Take a count out of a draft."""

    form_class = forms.Form
    template_name = "components/confirm_page.html"

    def is_allowed(self) -> bool:
        """Officers of the country that asks, in a draft."""
        return counting.may_change_counts(self.actor, self.handover) and self.count is not None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is asked."""
        return super().get_context_data(
            title=_("Take out the count"),
            question=_("Should this count be taken out of the request?"),
            confirm_label=_("Take out"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Take it out."""
        counting.remove_count(
            actor=self.actor, handover_id=self.handover.uuid, count_id=self.kwargs["count_uuid"]
        )
        return self.url("counts")


class CountAssess(CountPage):
    """Say what the own side holds of a count."""

    form_class = AssessForm

    def is_allowed(self) -> bool:
        """Officers of either side, each for the own."""
        return assessing.may_weigh(self.actor, self.handover, self.count.row)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The offences of the conduct."""
        return {**super().get_form_kwargs(), **self.laws_of(self.count.row.typology)}

    def get_initial(self) -> dict[str, Any]:
        """The pair looked at on the page that leads here, else the one proposed."""
        row, looked_at = self.count.row, self.request.GET
        return {
            "asking_offence_id": looked_at.get("asking")
            or (str(row.asking_offence.uuid) if row.asking_offence else ""),
            "asked_offence_id": looked_at.get("asked")
            or (str(row.asked_offence.uuid) if row.asked_offence else ""),
            "language": self.actor.document_language,
            "once": once.new_token(self.actor.pk),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it does."""
        return super().get_context_data(
            page_title=_("Assess the count"),
            lead=_("Your assessment stands beside that of the other country and changes nothing in it."),
            submit_label=_("Record"),
            **{**kwargs, "cancel_url": self.url("count", str(self.kwargs["count_uuid"]))},
        )

    def call(self, form: forms.Form) -> str:
        """Record it."""
        assert isinstance(form, AssessForm)  # noqa: S101 - the form of this view
        assessing.assess_count(
            actor=self.actor,
            handover_id=self.handover.uuid,
            count_id=self.kwargs["count_uuid"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
            **form.chosen,
        )
        return self.url("count", str(self.kwargs["count_uuid"]))


class CountConsent(StepUpRequired, CountPage):
    """Consent to a new count, or refuse it."""

    form_class = ConsentToCountForm
    template_name = "components/confirm_page.html"

    def is_allowed(self) -> bool:
        """Officers with the right to decide, of the country that decided."""
        return assessing.may_consent(self.actor, self.handover, self.count.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is asked."""
        return super().get_context_data(
            title=_("Decide on the new count"),
            question=_("May the person be prosecuted for this count too?"),
            consequences=[
                self.count.conduct,
                _("What is granted is kept with the person. This cannot be undone."),
            ],
            confirm_label=_("Decide"),
            tone="primary",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Decide."""
        assessing.decide_new_count(
            actor=self.actor,
            handover_id=self.handover.uuid,
            count_id=self.kwargs["count_uuid"],
            outcome=form.cleaned_data["outcome"],
            ground=form.cleaned_data["ground"],
        )
        return self.url("count", str(self.kwargs["count_uuid"]))
