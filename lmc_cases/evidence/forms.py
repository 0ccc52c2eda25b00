"""The forms of exhibits, their files and their custody; what may stand in them is checked by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.forms.fields import MomentField
from lmc_cases.core.once import OnceField
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services.custody import RECORDED_BY_HAND
from lmc_cases.evidence.services.items import (
    MAX_DESCRIPTION,
    MAX_HOLDER,
    MAX_NUMBER,
    MAX_PLACE,
    ExhibitDetails,
)


def _label(model: type[EvidenceItem] | type[CustodyEvent], name: str) -> Any:
    return capfirst(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class ExhibitFilterForm(forms.Form):
    """Which exhibits of the case to list."""

    q = forms.CharField(
        label=_("Number, description or name of the file"),
        max_length=200,
        required=False,
        widget=forms.SearchInput,
    )
    kind = forms.ChoiceField(
        label=_label(EvidenceItem, "kind"),
        choices=lazy(lambda: [("", _("All")), *EvidenceItem.Kind.choices], list)(),
        required=False,
    )


class ExhibitForm(forms.Form):
    """An exhibit as an officer states it."""

    exhibit_number = forms.CharField(
        label=_label(EvidenceItem, "exhibit_number"),
        max_length=MAX_NUMBER,
        help_text=_("As the collecting country numbers it. A number is never reused."),
    )
    kind = forms.ChoiceField(label=_label(EvidenceItem, "kind"), choices=EvidenceItem.Kind.choices)
    description = forms.CharField(
        label=_label(EvidenceItem, "description"),
        max_length=MAX_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Language of the description"), choices=settings.LANGUAGES)
    collected_at = MomentField(label=_("Collected at"), required=False)
    collected_where = forms.CharField(
        label=_label(EvidenceItem, "collected_where"), max_length=MAX_PLACE, required=False
    )
    collected_by = forms.CharField(
        label=_label(EvidenceItem, "collected_by"), max_length=MAX_HOLDER, required=False
    )
    parent_number = forms.CharField(
        label=_("Part of exhibit number"),
        max_length=MAX_NUMBER,
        required=False,
        help_text=_("For a SIM card of a phone, or a file of a computer."),
    )

    def details(self) -> ExhibitDetails:
        """Return what was entered, for a service."""
        return ExhibitDetails(
            **{name: self.cleaned_data[name] for name in ExhibitDetails.__dataclass_fields__}
        )


class AddExhibitForm(ExhibitForm):
    """A new exhibit; sent twice it adds one."""

    once = OnceField()


class EditExhibitForm(ExhibitForm):
    """An exhibit as stored, with the version that was read."""

    reason = forms.CharField(label=_("Reason of the change"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CustodyForm(forms.Form):
    """A hand the exhibit passed through, or an examination."""

    kind = forms.ChoiceField(
        label=_label(CustodyEvent, "kind"),
        choices=[(kind.value, kind.label) for kind in RECORDED_BY_HAND],
        initial=CustodyEvent.Kind.TRANSFERRED,
    )
    happened_at = MomentField(label=_label(CustodyEvent, "happened_at"))
    from_holder = forms.CharField(
        label=_("Handed over by"),
        max_length=MAX_HOLDER,
        required=False,
        help_text=_("Name, rank and agency."),
    )
    to_holder = forms.CharField(
        label=_("Taken by"), max_length=MAX_HOLDER, required=False, help_text=_("Name, rank and agency.")
    )
    place = forms.CharField(label=_label(CustodyEvent, "place"), max_length=MAX_PLACE, required=False)
    purpose = forms.CharField(label=_label(CustodyEvent, "purpose"), max_length=MAX_PLACE, required=False)
    condition = forms.CharField(
        label=_label(CustodyEvent, "condition"),
        max_length=MAX_PLACE,
        required=False,
        help_text=_("With the seal number, where there is a seal."),
    )
    tool = forms.CharField(
        label=_("Tool and version"),
        max_length=MAX_PLACE,
        required=False,
        help_text=_("Only for an examination."),
    )
    once = OnceField()


class UploadForm(forms.Form):
    """The file of an exhibit. Nothing here opens it."""

    file = forms.FileField(label=_("File"), max_length=1000)
