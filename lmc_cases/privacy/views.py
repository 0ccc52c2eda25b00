"""Pages of data protection: what is due, one record's keeping, erasure by two persons, what is held on one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from lmc_cases.accounts.step_up import StepUpRequired, StepUpToRead
from lmc_cases.cases.models import Case
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.viewer import officer_of
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import Action
from lmc_cases.privacy.forms import ConfirmForm, EraseForm, ExportForm, KeepForm, ReasonForm, StandingForm
from lmc_cases.privacy.models import Erasure
from lmc_cases.privacy.services import erasing, exporting, reviewing
from lmc_cases.privacy.services.erasing import Extent
from lmc_cases.privacy.services.records import Kind, Record, kind_of
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.standing import set_standing

MAX_EXHIBITS = 200


class ReviewQueue(TemplateView):
    """Records due for review, erasures that wait, and what was erased; empty for whoever keeps no records."""

    template_name = "privacy/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One look; it is recorded."""
        queue = reviewing.review_queue(actor=officer_of(self.request))
        return super().get_context_data(
            **kwargs,
            queue=queue,
            due=[(review, url_of("record", review.suspect or review.informant)) for review in queue.due],
            waiting=[
                (erasure, reverse("privacy:confirm", kwargs={"uuid": erasure.uuid}))
                for erasure in queue.erasures
            ],
            many=reviewing.SHOWN,
        )


def url_of(name: str, held: Record | None) -> str:
    """Return an address about a record."""
    if held is None:
        return ""
    return reverse(f"privacy:{name}", kwargs={"kind": kind_of(held), "uuid": held.uuid})


class AboutRecord:
    """What the pages of one record share: the record in the address, or 404."""

    request: HttpRequest
    kwargs: dict[str, Any]
    _standing: reviewing.Standing | None = None

    @property
    def kind(self) -> Kind:
        """The kind in the address."""
        return Kind(self.kwargs.get("kind", Kind.PERSONS))

    def standing(self) -> reviewing.Standing:
        """Return the record with what is said of its keeping; foreign, missing and erased are one 404."""
        if self._standing is None:
            try:
                self._standing = reviewing.standing_of(
                    actor=officer_of(self.request), kind=self.kind, public_id=self.kwargs["uuid"]
                )
            except models.ObjectDoesNotExist:
                raise Http404 from None
        return self._standing

    def extent(self) -> Extent:
        """Return what an erasure would reach."""
        return erasing.extent_of(actor=officer_of(self.request), held=self.standing().record)

    def url(self, name: str) -> str:
        """Return an address about the record."""
        return url_of(name, self.standing().record)

    def about(self) -> dict[str, Any]:
        """Return what every page of the record shows."""
        standing = self.standing()
        held = standing.record
        is_person = isinstance(held, Suspect)
        name = "suspects:detail" if is_person else "suspects:informant"
        return {
            "standing": standing,
            "record": held,
            "is_person": is_person,
            "reference": held.audit_reference,
            "record_url": reverse(name, kwargs={"case_uuid": held.case.uuid, "uuid": held.uuid}),
            "cancel_url": self.url("record"),
        }


class RecordPage(AboutRecord, TemplateView):
    """How long the record is kept and why, and what can be done about it."""

    template_name = "privacy/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The record and the addresses of the acts."""
        about = self.about()
        names = ("keep", "export", "erase")
        urls = {name: self.url(name) for name in names}
        if about["is_person"]:
            urls["standing"] = reverse("privacy:standing", kwargs={"uuid": self.kwargs["uuid"]})
        return super().get_context_data(**kwargs, **about, urls=urls)


class RecordForm(AboutRecord, ServiceFormView):
    """A form about one record."""

    template_name = "privacy/form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The record and what the page is called."""
        return super().get_context_data(
            **{**self.about(), "page_title": self.page_title(), "submit_label": _("Save"), **kwargs}
        )

    def page_title(self) -> str:
        """Return the heading of the page."""
        raise NotImplementedError


class RecordKeep(RecordForm):
    """Keep the record until a new date."""

    form_class = KeepForm

    def page_title(self) -> str:
        """Heading."""
        return _("Keep the record")

    def get_initial(self) -> dict[str, Any]:
        """What stands, and the date that the country's rule gives where one is known."""
        standing = self.standing()
        return {
            "review_on": standing.default_on,
            "is_held": standing.review is not None and standing.review.is_held,
        }

    def call(self, form: forms.Form) -> str:
        """Keep it."""
        reviewing.keep_record(
            actor=officer_of(self.request), kind=self.kind, public_id=self.kwargs["uuid"], **form.cleaned_data
        )
        return self.url("record")


class StandingSet(RecordForm):
    """Record a dispute or limit the use."""

    form_class = StandingForm

    def page_title(self) -> str:
        """Heading."""
        return _("Dispute and limit of use")

    def get_initial(self) -> dict[str, Any]:
        """What stands."""
        held = self.standing().record
        assert isinstance(held, Suspect)  # noqa: S101 - the address names persons only
        return {"is_contested": held.is_contested, "is_limited": held.is_limited}

    def call(self, form: forms.Form) -> str:
        """Set it."""
        set_standing(actor=officer_of(self.request), suspect_id=self.kwargs["uuid"], **form.cleaned_data)
        return self.url("record")


class RecordExport(StepUpToRead, RecordForm):
    """Send all that the own country holds on the person as a ZIP file."""

    form_class = ExportForm

    def page_title(self) -> str:
        """Heading."""
        return _("Export all that is held on the person")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is in it."""
        hint = _("Your country's own records only: fields, documents, past states, requests, photograph.")
        return super().get_context_data(**{"hint": hint, "submit_label": _("Download"), **kwargs})

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Make the file; it is kept nowhere."""
        answer = super().form_valid(form)
        if answer.status_code != 302:
            return answer
        name = self.standing().record.audit_reference.replace("/", "-")
        return send_file(self._packed, name=f"{name}.zip", media_type="application/zip")

    def call(self, form: forms.Form) -> str:
        """Collect it."""
        self._packed = exporting.export_record(
            actor=officer_of(self.request),
            kind=self.kind,
            public_id=self.kwargs["uuid"],
            purpose=form.cleaned_data["purpose"],
        )
        return self.url("record")


class ErasureAsk(StepUpRequired, RecordForm):
    """Ask for the erasure, with everything that it would destroy on the page."""

    template_name = "privacy/erase.html"
    form_class = EraseForm

    def page_title(self) -> str:
        """Heading."""
        return _("Ask for erasure")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The exhibits of the case, and whether an imported file is there."""
        exhibits: list[tuple[str, str]] = []
        if self.kind == Kind.PERSONS:
            items = EvidenceItem.objects.visible_to(officer_of(self.request)).filter(
                case=self.standing().record.case
            )
            with_file = items.exclude(file="").exclude(file=None).order_by("exhibit_number")[:MAX_EXHIBITS]
            exhibits = [(str(item.uuid), f"{item.exhibit_number} · {item.file_name}") for item in with_file]
        return {
            **super().get_form_kwargs(),
            "exhibits": exhibits,
            "has_file": bool(self.extent().import_file),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What would go."""
        return super().get_context_data(
            **{"extent": self.extent(), "submit_label": self.page_title(), **kwargs}
        )

    def call(self, form: forms.Form) -> str:
        """Ask."""
        assert isinstance(form, EraseForm)  # noqa: S101 - narrows the type
        given = form.cleaned_data
        erasing.ask_erasure(
            actor=officer_of(self.request),
            kind=self.kind,
            public_id=self.kwargs["uuid"],
            legal_ground=given["legal_ground"],
            reason=given["reason"],
            exhibits=form.exhibit_ids(),
            with_import_file=given.get("with_import_file", False),
        )
        messages.success(self.request, _("A second person has to confirm the erasure."))
        return reverse("privacy:queue")


class AboutErasure(ServiceFormView):
    """What the pages of one erasure that waits share; for whoever may not confirm one it does not exist."""

    form_class: type[forms.Form] = ConfirmForm
    _erasure: Erasure | None = None

    def erasure(self) -> Erasure:
        """Return the erasure in the address."""
        if self._erasure is None:
            user = officer_of(self.request)
            confirmed = Case.objects.owned_with(user, Action.CONFIRM_ERASURE)
            self._erasure = (
                Erasure.objects.visible_to(user)
                .filter(uuid=self.kwargs["uuid"], case__in=confirmed, state=Erasure.State.ASKED)
                .select_related("case__owner", "suspect__case__owner", "informant__case__owner", "asked_by")
                .first()
            )
        if self._erasure is None:
            raise Http404
        return self._erasure

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The erasure and its reach."""
        erasure = self.erasure()
        return super().get_context_data(
            **{
                "erasure": erasure,
                "record": erasure.subject,
                "reference": erasure.audit_reference,
                "extent": erasing.extent_of(actor=officer_of(self.request), held=erasure.subject),
                "exhibits_text": ngettext(
                    "%(count)s exhibit loses its file",
                    "%(count)s exhibits lose their files",
                    len(erasure.exhibits),
                )
                % {"count": len(erasure.exhibits)},
                "cancel_url": reverse("privacy:queue"),
                **kwargs,
            }
        )


class ErasureConfirm(StepUpRequired, AboutErasure):
    """The second person's page: what will be destroyed, and what will not."""

    template_name = "privacy/confirm.html"

    def call(self, form: forms.Form) -> str:
        """Erase."""
        erasing.confirm_erasure(actor=officer_of(self.request), erasure_id=self.erasure().uuid)
        messages.success(self.request, _("The data of this person were erased."))
        return reverse("privacy:queue")


class ErasureDecline(AboutErasure):
    """Decline, with a reason."""

    template_name = "components/confirm_page.html"
    form_class = ReasonForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The question."""
        return super().get_context_data(
            **{
                "title": _("Decline the erasure"),
                "question": _("Decline the erasure of %(reference)s? The record stays as it is.")
                % {"reference": self.erasure().audit_reference},
                "confirm_label": _("Decline"),
                "tone": "primary",
                **kwargs,
            }
        )

    def call(self, form: forms.Form) -> str:
        """Decline."""
        erasing.decline_erasure(
            actor=officer_of(self.request),
            erasure_id=self.erasure().uuid,
            reason=form.cleaned_data["reason"],
        )
        return reverse("privacy:queue")
