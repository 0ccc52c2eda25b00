"""What the originator says of a person: handling codes, grading, withholding; and asking it for consent."""

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
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services import handling
from lmc_cases.suspects.views.people import PersonForms


class PersonMarks(PersonForms):
    """Set handling codes and grading."""

    form_class = MarksForm
    draft = "person-marks"

    def get_initial(self) -> dict[str, Any]:
        """What stands now."""
        suspect = self.person()
        return {**{name: getattr(suspect, name) for name in MARK_FIELDS}, "version": suspect.version}

    def page_title(self) -> str:
        """Heading."""
        return _("Handling and grading")

    def call(self, form: forms.Form) -> str:
        """Save."""
        assert isinstance(form, MarksForm)  # noqa: S101 - narrows the type
        suspect = handling.mark_suspect(
            actor=self.officer,
            suspect_id=self.person().uuid,
            version=form.cleaned_data["version"],
            marks=form.marks(),
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", suspect)


class PersonWithhold(PersonForms):
    """Keep a person from every recipient."""

    form_class = WithholdForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what follows."""
        context = super().get_context_data(**kwargs)
        if context["suspect"].is_contributed:
            raise Http404
        return {
            **context,
            "title": self.page_title(),
            "question": _("Should only your own country see this person?"),
            "consequences": [
                _(
                    "No recipient sees the person any more: on no page, in no list, count, search or API answer."
                ),
                _("Requests already made and dossiers already issued stay as they are."),
            ],
            "confirm_label": _("Withhold"),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Withhold the person")

    def call(self, form: forms.Form) -> str:
        """Withhold."""
        suspect = handling.withhold_suspect(
            actor=self.officer,
            suspect_id=self.person().uuid,
            code=form.cleaned_data["withheld"],
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", suspect)


class PersonRelease(PersonForms):
    """Open a withheld person again."""

    form_class = ReleaseForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask, and say what follows."""
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.page_title(),
            "question": _("Should recipients of the case see this person?"),
            "consequences": [_("Every recipient that sees the case in full sees the person at once.")],
            "confirm_label": _("Release"),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Release the person")

    def call(self, form: forms.Form) -> str:
        """Release."""
        suspect = handling.release_suspect(
            actor=self.officer, suspect_id=self.person().uuid, reason=form.cleaned_data["reason"]
        )
        return self.url("detail", suspect)


class PersonConsentAsk(PersonForms):
    """Ask the originator whether the person may be passed on."""

    form_class = PassOnForm
    draft = "person-consent"

    def frame_of(self, suspect: Suspect | None) -> dict[str, Any]:
        """Asking is for those who may not edit."""
        self.subject()
        assert suspect is not None  # noqa: S101 - a form about one person
        return self.person_frame(suspect)

    def subject(self) -> consent.Subject:
        """Return the person as something consent is asked for, or 404."""
        subject = handling.consent_subject(actor=self.officer, suspect_id=self.person().uuid)
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
