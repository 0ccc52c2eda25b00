"""Steps of a crossing, one page each: what it means, what has to be given, one button."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.crossings.forms import CountForm, FinishForm, ReasonForm
from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.services import counting, finishing, planning, splitting
from lmc_cases.crossings.services.rows import marking_side_of, may_plan

Words = str | Promise
CANNOT_BE_UNDONE = _("This cannot be undone.")
OTHER_SIDE_SEES = _("The other country sees it at once.")


class OfCrossing(ServiceFormView):
    """A page about one crossing, loaded through the rule; for whoever may not act the page does not exist.

    Attributes:
        of_both: whoever marks for either side acts; otherwise officers of the country that sends.
    """

    of_both: ClassVar[bool] = False
    actor: User
    crossing: Crossing

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the crossing for whoever may act."""
        self.actor = officer_of(request)
        rows = Crossing.objects.visible_to(self.actor).select_related("sending", "receiving")
        crossing = rows.filter(uuid=kwargs["uuid"]).first()
        if crossing is None or not self.may_act(crossing):
            raise Http404
        self.crossing = crossing
        return super().dispatch(request, *args, **kwargs)

    def may_act(self, crossing: Crossing) -> bool:
        """Whether the officer acts for a side."""
        if not self.of_both:
            return may_plan(self.actor, crossing)
        try:
            marking_side_of(self.actor, crossing)
        except Crossing.DoesNotExist:
            return False
        return True

    @property
    def back(self) -> str:
        """The crossing's page."""
        return reverse("crossings:detail", args=[self.crossing.uuid])


class ActPage(OfCrossing):
    """A step that asks before it writes."""

    template_name = "components/confirm_page.html"
    form_class: type[forms.Form] = forms.Form
    title: ClassVar[Words]
    question: ClassVar[Words]
    confirm_label: ClassVar[Words]
    consequences: ClassVar[tuple[Words, ...]] = ()
    tone: ClassVar[str] = "primary"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page of the step says."""
        return super().get_context_data(
            title=self.title,
            question=self.question,
            consequences=self.consequences,
            confirm_label=self.confirm_label,
            tone=self.tone,
            cancel_url=self.back,
            **kwargs,
        )

    def take(self, form: forms.Form) -> None:
        """Call the service."""
        raise NotImplementedError

    def call(self, form: forms.Form) -> str:
        """Take the step and show the crossing."""
        self.take(form)
        return self.back


class Begin(ActPage):
    """Open the marking."""

    title = _("Begin the marking")
    question = _("Do the persons stand at the border?")
    consequences = (
        _("From now on both sides mark and count, and nobody is seated any more."),
        OTHER_SIDE_SEES,
    )
    confirm_label = _("Begin the marking")

    def take(self, form: forms.Form) -> None:
        """Begin."""
        planning.begin_marking(actor=self.actor, crossing_id=self.crossing.uuid)


class Cancel(ActPage):
    """Cancel the crossing."""

    form_class = ReasonForm
    title = _("Cancel the crossing")
    question = _("Why is the crossing cancelled?")
    consequences = (
        _("Its persons can be seated on another crossing. What was marked stays."),
        OTHER_SIDE_SEES,
    )
    confirm_label = _("Cancel the crossing")
    tone = "danger"

    def take(self, form: forms.Form) -> None:
        """Cancel."""
        planning.cancel_crossing(
            actor=self.actor, crossing_id=self.crossing.uuid, reason=form.cleaned_data["reason"]
        )


class TakeOffHeldBack(ActPage):
    """Take everybody off who may not be moved."""

    title = _("Take off who is held back")
    question = _("Take everybody off the crossing whose checks are not passed?")
    consequences = (_("They can be seated again."),)
    confirm_label = _("Take off")

    def take(self, form: forms.Form) -> None:
        """Take off."""
        planning.take_off_held_back(actor=self.actor, crossing_id=self.crossing.uuid)


class CountPage(ActPage):
    """Record a head count of the officer's side."""

    of_both = True
    form_class = CountForm
    title = _("Record a head count")
    question = _("How many persons did your side count?")
    consequences = (OTHER_SIDE_SEES,)
    confirm_label = _("Record")

    def get_initial(self) -> dict[str, Any]:
        """The id of the count that will be made."""
        return {"once": once.new_token(self.actor.pk)}

    def take(self, form: forms.Form) -> None:
        """Record."""
        given = form.cleaned_data
        counting.record_count(
            actor=self.actor,
            crossing_id=self.crossing.uuid,
            persons=given["persons"],
            count_id=once.id_in(given["once"], self.request),
        )


class Finish(ActPage):
    """Record that the crossing was carried out."""

    form_class = FinishForm
    title = _("Record the handover")
    question = _("Was the crossing carried out as both sides marked and counted it?")
    consequences = (
        _("Whoever is present is recorded as handed over; all others as not collected or not accepted."),
        OTHER_SIDE_SEES,
        CANNOT_BE_UNDONE,
    )
    confirm_label = _("Record the handover")

    def take(self, form: forms.Form) -> None:
        """Record."""
        finishing.finish(actor=self.actor, crossing_id=self.crossing.uuid, at=form.cleaned_data["at"] or None)


class UndoSplit(ServiceFormView):
    """Cancel the crossings that were made together."""

    template_name = "components/confirm_page.html"
    form_class = ReasonForm
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only for whoever may plan every one of them."""
        self.actor = officer_of(request)
        crossings = splitting.crossings_of_split(self.actor, kwargs["uuid"])
        if not crossings or not all(may_plan(self.actor, crossing) for crossing in crossings):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            title=_("Undo the split"),
            question=_("Cancel all crossings that were made together and have not begun?"),
            consequences=[_("Its persons can be seated on another crossing. What was marked stays.")],
            confirm_label=_("Undo the split"),
            cancel_url=reverse("crossings:list"),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Undo."""
        splitting.undo_split(
            actor=self.actor, split_id=self.kwargs["uuid"], reason=form.cleaned_data["reason"]
        )
        return reverse("crossings:list")
