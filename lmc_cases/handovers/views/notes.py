"""Write a private note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.noting import add_note
from lmc_cases.handovers.writing_forms import NoteForm


class AddNote(ServiceFormView):
    """A note that only the own country reads."""

    form_class = NoteForm
    template_name = "handovers/small_form.html"
    actor: User
    handover: HandoverRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        handover = rows.filter(uuid=kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        try:
            side_of(self.actor, handover)
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        self.handover = handover
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """The language of the officer's papers, and a token, so that a second click writes nothing."""
        return {"language": self.actor.document_language, "once": once.new_token(self.actor.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        return super().get_context_data(
            page_title=_("Write a private note"),
            lead=_("Only your own country reads it. The other country does not learn that there is one."),
            subtitle=self.handover.reference,
            submit_label=_("Save the note"),
            cancel_url=reverse("handovers:detail", args=[self.handover.uuid]),
            draft=f"handover-note-{self.handover.uuid}",
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Write it."""
        add_note(
            actor=self.actor,
            handover_id=self.handover.uuid,
            text=form.cleaned_data["text"],
            language=form.cleaned_data["language"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return reverse("handovers:detail", args=[self.handover.uuid])
