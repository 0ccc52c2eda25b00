"""Forms of duty desks and absences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import agencies_managed_by

if TYPE_CHECKING:
    from collections.abc import Iterable


class MomentInput(forms.DateTimeInput):
    """Day and time as a date picker sends them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def moment(label: Any, *, required: bool = True) -> forms.DateTimeField:
    """Return a field for a day and a time in the officer's zone."""
    return forms.DateTimeField(
        label=label, required=required, widget=MomentInput(), help_text=_("In your time zone.")
    )


def _named(officers: Iterable[User]) -> list[tuple[str, str]]:
    return [
        (str(row.uuid), f"{row.full_name} – {row.agency.name}" if row.agency else row.full_name)
        for row in officers
    ]


class DeskForm(forms.Form):
    """Which desk is opened."""

    agency_id = forms.TypedChoiceField(label=_("Agency"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agency_id"]
        field.choices = [
            ("", _("The whole country")),
            *((str(agency.uuid), agency.name) for agency in agencies_managed_by(actor)),
        ]


class DutyForm(forms.Form):
    """Who is on duty, from when until when."""

    officer_id = forms.TypedChoiceField(label=_("Officer"), coerce=UUID)
    starts_at = moment(_("From"), required=False)
    ends_at = moment(_("Until"), required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = User.objects.visible_to(actor).managed_by(actor).filter(is_active=True)
        field: Any = self.fields["officer_id"]
        field.choices = [
            ("", _("Choose an officer")),
            *_named(there.select_related("agency").order_by("full_name", "pk")),
        ]


class AbsenceForm(forms.Form):
    """From when until when, and who stands in."""

    substitute_id = forms.TypedChoiceField(label=_("Who stands in for you"), coerce=UUID)
    starts_at = moment(_("From"))
    ends_at = moment(_("Until"))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = User.objects.colleagues_of(actor).exclude(pk=actor.pk)
        field: Any = self.fields["substitute_id"]
        field.choices = [
            ("", _("Choose a colleague")),
            *_named(there.select_related("agency").order_by("full_name", "pk")),
        ]
