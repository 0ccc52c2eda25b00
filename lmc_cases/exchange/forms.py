"""Upload a file; choose what its columns hold and whom to take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.core.jobs import JobState
from lmc_cases.core.once import OnceField
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.lists import FIELD_LABELS
from lmc_cases.exchange.wording import alike_text
from lmc_cases.suspects.models import Suspect


class ImportFilter(forms.Form):
    """Which imports are listed."""

    text = forms.CharField(
        label=gettext_lazy("Part of the name of the file, or of the case"),
        max_length=200,
        required=False,
        widget=forms.SearchInput,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All")), *ImportRun.Kind.choices],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (JobState.NEW.value, gettext_lazy("To be confirmed")),
            *((state.value, state.label) for state in JobState if state != JobState.NEW),
            ("UNDONE", gettext_lazy("Undone")),
        ],
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and can be read; nothing of it where something cannot."""
        return dict(self.cleaned_data) if self.is_valid() else dict.fromkeys(self.fields, "")


class UploadForm(forms.Form):
    """One file and what it is; sent twice it makes one import."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the file is"), choices=ImportRun.Kind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    once = OnceField()


class UndoForm(forms.Form):
    """Why an import is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ConfirmForm(forms.Form):
    """What the officer decides before an import. ``columns`` and the other fields are drawn by the page."""

    category = forms.ChoiceField(
        label=gettext_lazy("Category of persons of whom the file does not say it"),
        choices=Suspect.Category.choices,
    )
    duplicates_confirmed = forms.BooleanField(
        label=gettext_lazy("Import all of them as new persons"), required=False
    )
    rows = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Import these as new persons"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    mapping = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        look = run.report.get("look", {})
        self.headers: list[str] = look.get("headers", [])
        fields = [("", _("Not imported as a field; kept in the remarks"))]
        fields += [(name, capfirst(str(label))) for name, label in FIELD_LABELS.items()]
        for column, header in enumerate(self.headers):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=header or _("Column %(number)s") % {"number": column + 1},
                choices=fields,
                required=False,
                initial=run.mapping.get(str(column), ""),
            )
        self.fields["category"].initial = run.report.get("choices", {}).get(
            "category", Suspect.Category.SUSPECT
        )
        alike = look.get("alike", [])
        rows: Any = self.fields["rows"]
        rows.choices = [(str(entry["row"]), row_label(entry)) for entry in alike]
        if not look.get("alike_total"):
            del self.fields["rows"], self.fields["duplicates_confirmed"]

    def chosen_mapping(self) -> dict[int, str]:
        """Return column index to field name."""
        return {column: self.cleaned_data[f"column_{column}"] for column in range(len(self.headers))}

    def columns(self) -> list[forms.BoundField]:
        """Return the fields of the columns, in order."""
        return [self[f"column_{column}"] for column in range(len(self.headers))]


def row_label(entry: dict[str, Any]) -> str:
    """Return how a row that looks like somebody is offered: where it stands, and whom it looks like."""
    if entry.get("name"):
        return f"{entry['name']}: {alike_text(entry)}"
    return _("Row %(row)s: %(problem)s") % {"row": entry["row"], "problem": alike_text(entry)}
