"""Remarks at parts and pages, replies, and the end of a thread."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import View

from lmc_cases.core import once
from lmc_cases.core.viewer import officer_of
from lmc_cases.desk.forms import CommentForm, ReplyForm
from lmc_cases.desk.models import DossierComment
from lmc_cases.desk.services.commenting import add_comment, reply_to, settle_thread
from lmc_cases.desk.views.base import DeskForm


class Comment(DeskForm):
    """Begin a thread."""

    form_class = CommentForm
    title = gettext_lazy("Comment")
    lead = gettext_lazy("Only your own country reads it. The other country does not learn that there is one.")
    submit_label = gettext_lazy("Save the comment")
    reviews = False

    def get_initial(self) -> dict[str, Any]:
        """The part and the page that the officer was at."""
        asked = self.request.GET
        page = asked.get("page", "")
        return {
            **super().get_initial(),
            "part": asked.get("part", ""),
            "page": page if page.isascii() and page.isdecimal() and len(page) < 6 else None,
            "once": once.new_token(self.actor.pk),
        }

    def call(self, form: forms.Form) -> str:
        """Write it."""
        given = form.cleaned_data
        comment = add_comment(
            actor=self.actor,
            dossier_id=self.dossier.uuid,
            part=given["part"],
            page=given["page"],
            text=given["text"],
            language=given["language"],
            new_id=once.id_in(given["once"], self.request),
        )
        return f"{self.page}#c-{comment.uuid}"


def _thread_of(request: HttpRequest, comment_id: Any) -> DossierComment:
    rows = DossierComment.objects.visible_to(officer_of(request)).select_related("dossier")
    found: DossierComment | None = rows.filter(uuid=comment_id, thread=None).first()
    if found is None:
        raise Http404
    return found


class Reply(DeskForm):
    """Reply in a thread."""

    form_class = ReplyForm
    title = gettext_lazy("Reply")
    lead = gettext_lazy("Only your own country reads it. The other country does not learn that there is one.")
    submit_label = gettext_lazy("Save the comment")
    reviews = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the thread, and its version as ``DeskForm`` does."""
        self.thread = _thread_of(request, kwargs["uuid"])
        return super().dispatch(request, *args, **{**kwargs, "uuid": self.thread.dossier.uuid})

    def get_initial(self) -> dict[str, Any]:
        """A token, so that a second click writes nothing."""
        return {**super().get_initial(), "once": once.new_token(self.actor.pk)}

    def call(self, form: forms.Form) -> str:
        """Write it."""
        reply_to(
            actor=self.actor,
            comment_id=self.thread.uuid,
            text=form.cleaned_data["text"],
            language=form.cleaned_data["language"],
            new_id=once.id_in(form.cleaned_data["once"], self.request),
        )
        return f"{self.page}#c-{self.thread.uuid}"


class Settle(View):
    """Say that a thread is settled."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Settle it and show the version."""
        thread = _thread_of(request, kwargs["uuid"])
        try:
            settle_thread(actor=officer_of(request), comment_id=thread.uuid)
        except DossierComment.DoesNotExist:
            raise Http404 from None
        return redirect(f"{reverse('desk:dossier', args=[thread.dossier.uuid])}#c-{thread.uuid}")
