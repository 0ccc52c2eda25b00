"""Forms about who sees what: about whom it is asked, and access in an emergency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.forms.casework import long_text
from lmc_cases.cases.services.explaining import (
    Asked,
    agencies_to_ask,
    countries_to_ask,
    officers_to_ask,
)
from lmc_cases.jurisdictions.models import Clearance

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models import Case


def as_uuid(text: str) -> UUID | None:
    """Read a public id; anything else is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class AudienceForm(forms.Form):
    """A country, perhaps one agency of it, at a clearance."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    agency = forms.ChoiceField(label=gettext_lazy("Agency"), required=False)
    clearance = forms.TypedChoiceField(
        label=gettext_lazy("Clearance"),
        required=False,
        coerce=int,
        choices=Clearance.choices,
        empty_value="1",
    )

    def __init__(self, *args: Any, actor: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = countries_to_ask(actor, case)
        self._offer("country", [(country.code, country.name) for country in countries])
        agencies = agencies_to_ask(actor, case)
        self._offer(
            "agency",
            [(str(agency.uuid), f"{agency.jurisdiction.name}: {agency.name}") for agency in agencies],
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", _("Not chosen")), *choices]

    @property
    def asked(self) -> Asked:
        """Return what was chosen and is valid."""
        self.is_valid()
        chosen = self.cleaned_data
        return Asked(
            country_code=chosen.get("country", ""),
            agency_id=as_uuid(chosen.get("agency", "")),
            officer_id=as_uuid(chosen.get("officer", "")),
            clearance=int(chosen.get("clearance") or 1),
        )


class WhyForm(AudienceForm):
    """As above, or one officer."""

    officer = forms.ChoiceField(label=gettext_lazy("Officer"), required=False)

    def __init__(self, *args: Any, actor: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, case=case, **kwargs)
        self._offer(
            "officer",
            [
                (str(one.uuid), f"{one.full_name}, {one.agency.name if one.agency else ''}")
                for one in officers_to_ask(actor, case)
            ],
        )


class EmergencyForm(forms.Form):
    """Which case, and why it cannot wait."""

    reference = forms.CharField(label=gettext_lazy("Case reference"), max_length=40)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=long_text(3))
