"""What the originator says of an exhibit: handling codes, grading, withholding; and asking it for consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.cases.forms.handling import MarksForm, PassOnForm, ReleaseForm, WithholdForm
from lmc_cases.cases.services import consent
from lmc_cases.cases.services.choices import countries
from lmc_cases.cases.services.handling import MARK_FIELDS
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import handling
from lmc_cases.evidence.views.exhibits import ExhibitForms


class ExhibitMarks(ExhibitForms):
    """Set handling codes and grading."""

    form_class = MarksForm

    def get_initial(self) -> dict[str, Any]:
        """What stands now."""
        item = self.item()
        return {**{name: getattr(item, name) for name in MARK_FIELDS}, "version": item.version}

    def page_title(self) -> str:
        """Heading."""
        return _("Handling and grading")

    def call(self, form: forms.Form) -> str:
        """Save."""
        assert isinstance(form, MarksForm)  # noqa: S101 - narrows the type
        item = handling.mark_item(
            actor=self.officer,
            item_id=self.item().uuid,
            version=form.cleaned_data["version"],
            marks=form.marks(),
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", item)


class ExhibitWithhold(ExhibitForms):
    """Keep an exhibit from every recipient."""

    form_class = WithholdForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what follows."""
        context = super().get_context_data(**kwargs)
        if context["item"].is_contributed:
            raise Http404
        return {
            **context,
            "title": self.page_title(),
            "question": _("Should only your own country see this exhibit?"),
            "consequences": [
                _(
                    "No recipient sees the exhibit any more: on no page, in no list, count, search or API answer."
                ),
                _("Requests already made and dossiers already issued stay as they are."),
            ],
            "confirm_label": _("Withhold"),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Withhold the exhibit")

    def call(self, form: forms.Form) -> str:
        """Withhold."""
        item = handling.withhold_item(
            actor=self.officer,
            item_id=self.item().uuid,
            code=form.cleaned_data["withheld"],
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", item)


class ExhibitRelease(ExhibitForms):
    """Open a withheld exhibit again."""

    form_class = ReleaseForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what follows."""
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.page_title(),
            "question": _("Should recipients of the case see this exhibit?"),
            "consequences": [_("Every recipient that sees the case in full sees the exhibit at once.")],
            "confirm_label": _("Release"),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Release the exhibit")

    def call(self, form: forms.Form) -> str:
        """Release."""
        item = handling.release_item(
            actor=self.officer, item_id=self.item().uuid, reason=form.cleaned_data["reason"]
        )
        return self.url("detail", item)


class ExhibitConsentAsk(ExhibitForms):
    """Ask the originator whether the exhibit may be passed on."""

    form_class = PassOnForm

    def frame_of(self, item: EvidenceItem | None) -> dict[str, Any]:
        """Asking is for those who may not edit."""
        self.subject()
        assert item is not None  # noqa: S101 - a form about one exhibit
        return self.item_frame(item)

    def subject(self) -> consent.Subject:
        """Return the exhibit as something consent is asked for, or 404."""
        subject = handling.consent_subject(actor=self.officer, item_id=self.item().uuid)
        if not consent.may_ask_to_pass_on(self.officer, subject):
            raise Http404
        return subject

    def get_form_kwargs(self) -> dict[str, Any]:
        """Which countries there are, and whether the originator's days are known."""
        subject = self.subject()
        return {
            **super().get_form_kwargs(),
            "subject": subject,
            "countries": countries(besides=self.officer.country),
            "deadline": consent.deadline_of(subject.originator),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Ask for consent to pass it on")

    def submit_label(self) -> str:
        """Button."""
        return _("Ask for consent")

    def call(self, form: forms.Form) -> str:
        """Ask."""
        assert isinstance(form, PassOnForm)  # noqa: S101 - narrows the type
        asked = consent.ask_to_pass_on(
            actor=self.officer,
            subject=self.subject(),
            to_country=form.cleaned_data["to_country"],
            purpose=form.cleaned_data["purpose"],
            **form.asked(),
        )
        messages.success(self.request, _("The request for consent is sent."))
        return reverse("cases:consent", args=[asked.uuid])
