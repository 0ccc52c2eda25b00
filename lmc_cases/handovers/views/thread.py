"""The messages between the two sides of a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from lmc_cases.accounts.models import User
from lmc_cases.core import once
from lmc_cases.core.errors import DomainError
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.uploads import LimitedUpload
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.list_forms import ThreadFilter
from lmc_cases.handovers.models import HandoverMessage, HandoverRequest
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.exporting import export_thread
from lmc_cases.handovers.services.mentions import mentionable
from lmc_cases.handovers.services.telling import other_side
from lmc_cases.handovers.services.thread import (
    MessageShown,
    ThreadFilters,
    one_message,
    open_paper,
    open_questions_of,
    read_thread,
)
from lmc_cases.handovers.services.writing import Enclosed, exhibits_to_attach, write_message
from lmc_cases.handovers.sheets import MESSAGE_COLUMNS
from lmc_cases.handovers.views.reading import may_note
from lmc_cases.handovers.writing_forms import MessageForm


class Thread(ExportedList, TemplateView):
    """Everything both sides wrote, the newest first. Opening it is reading it."""

    template_name = "handovers/thread.html"
    list_title = gettext_lazy("Messages")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; before the submission there is no thread, for either side."""
        user = officer_of(self.request)
        try:
            handover = reading.consult_request(actor=user, handover_id=self.kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        if handover.submitted_at is None:
            raise Http404
        before = Cursor.decode(self.request.GET.get("before"))
        form = ThreadFilter(self.request.GET)
        page = read_thread(actor=user, handover=handover, before=before, filters=form.chosen)
        return super().get_context_data(
            handover=handover,
            messages_shown=page.rows,
            questions=open_questions_of(user, handover),
            may_write=may_note(user, handover),
            form=form,
            is_filtered=form.chosen != ThreadFilters(),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All messages under the filter; the officer's side has read them then."""
        user = officer_of(self.request)
        handover = (
            HandoverRequest.objects.visible_to(user)
            .select_related("requesting", "requested", "instrument")
            .get(uuid=self.kwargs["uuid"], submitted_at__isnull=False)
        )
        rows = export_thread(actor=user, handover=handover, filters=ThreadFilter(self.request.GET).chosen)
        return Sheet.of(f"{handover.reference.lower()}-messages", MESSAGE_COLUMNS, rows)


class WriteMessage(LimitedUpload, ServiceFormView):
    """Write a message, or ask a question."""

    form_class = MessageForm
    template_name = "handovers/write.html"
    max_bytes_setting = "EVIDENCE_MAX_BYTES"
    actor: User
    handover: HandoverRequest
    about: MessageShown | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the request through the rule, for an officer who writes for a side."""
        self.actor = officer_of(request)
        rows = HandoverRequest.objects.visible_to(self.actor).select_related("requesting", "requested")
        handover = rows.filter(uuid=kwargs["uuid"], submitted_at__isnull=False).first()
        if handover is None:
            raise Http404
        try:
            self.side = side_of(self.actor, handover)
            if "message_uuid" in kwargs:
                self.about = one_message(self.actor, handover, kwargs["message_uuid"])
        except (HandoverRequest.DoesNotExist, HandoverMessage.DoesNotExist):
            raise Http404 from None
        self.handover = handover
        if self.about is not None and not self.suits(self.about):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def suits(self, about: MessageShown) -> bool:
        """Whether the message in the address can be written about; the service asks again."""
        raise NotImplementedError

    def get_initial(self) -> dict[str, Any]:
        """The language of the officer's papers, and a token, so that a second click writes nothing."""
        return {"language": self.actor.document_language, "once": once.new_token(self.actor.pk)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Exhibits both sides see, and whom the officer may mention."""
        return {
            **super().get_form_kwargs(),
            "exhibits": exhibits_to_attach(self.actor, self.handover),
            "people": mentionable(self.actor, self.handover),
            "asks": self.about is None,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says."""
        other = other_side(self.handover, self.side.pk)
        return super().get_context_data(
            page_title=self.page_title(),
            lead=_(
                "%(country)s reads it at once. It cannot be changed later, only corrected by another message."
            )
            % {"country": other.name},
            subtitle=self.handover.reference,
            submit_label=_("Send the message"),
            cancel_url=self.thread_url(),
            draft=f"handover-message-{self.request.path}",
            about=self.about,
            **kwargs,
        )

    def page_title(self) -> str:
        """Heading."""
        return _("Write a message")

    def thread_url(self) -> str:
        """Where the messages stand."""
        return reverse("handovers:thread", args=[self.handover.uuid])

    def what_about(self) -> dict[str, UUID]:
        """Which message it answers or corrects."""
        return {}

    def call(self, form: forms.Form) -> str:
        """Send it."""
        given = form.cleaned_data
        paper = given.get("paper")
        write_message(
            actor=self.actor,
            handover_id=self.handover.uuid,
            text=given["text"],
            language=given["language"],
            due_on=given.get("due_on"),
            enclosed=Enclosed(
                exhibit_id=UUID(given["exhibit_id"]) if given.get("exhibit_id") else None,
                paper=paper,
                paper_name=paper.name if paper else "",
            ),
            mentions=given.get("mentions") or (),
            new_id=once.id_in(given["once"], self.request),
            **self.what_about(),
        )
        return self.thread_url()


class AnswerQuestion(WriteMessage):
    """Answer an open question of the other side."""

    def suits(self, about: MessageShown) -> bool:
        """Only what is open, and of the other side."""
        return about.is_open_question and about.row.country_id != self.side.pk

    def page_title(self) -> str:
        """Heading."""
        return _("Answer a question")

    def what_about(self) -> dict[str, UUID]:
        """The question."""
        return {"answers_id": self.kwargs["message_uuid"]}


class CorrectMessage(WriteMessage):
    """Correct a message of the own side by a new one."""

    def suits(self, about: MessageShown) -> bool:
        """Only what the own side wrote."""
        return about.row.country_id == self.side.pk

    def page_title(self) -> str:
        """Heading."""
        return _("Correct a message")

    def what_about(self) -> dict[str, UUID]:
        """The message that was wrong."""
        return {"corrects_id": self.kwargs["message_uuid"]}


class Paper(View):
    """Send the paper of a message, always as an attachment of unknown type; a download is an act and takes POST."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase | HttpResponse:
        """Record the disclosure, then stream."""
        try:
            download = open_paper(
                actor=officer_of(request), handover_id=kwargs["uuid"], message_id=kwargs["message_uuid"]
            )
        except HandoverMessage.DoesNotExist:
            raise Http404 from None
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("handovers:thread", uuid=kwargs["uuid"])
        return send_file(download.file, name=download.name)
