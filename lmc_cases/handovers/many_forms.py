"""Forms about many persons at once: requests of a whole list, one check for many, a decision by numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.core.display import format_moment
from lmc_cases.core.text import ascii_digits
from lmc_cases.handovers.checks import Check
from lmc_cases.handovers.forms import MAX_REASON, ApproveForm, RequestForm, Restricted
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.handovers.person_forms import CheckForm
from lmc_cases.handovers.procedures import OFFERED, Procedure
from lmc_cases.handovers.services.checking_many import outcomes_together
from lmc_cases.handovers.services.deciding import DECISIONS
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.services.whole_lists import MOST_IN_REQUEST, ImportOfCase, Whom
from lmc_cases.suspects.countries import country_name

# From here on a page with a row for each person is no help to who decides.
MOST_DECIDED_ONE_BY_ONE = 100


class WholeListForm(RequestForm):
    """What the requests of a list share; ``mark`` is of the list that was looked at."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    import_run = forms.ChoiceField(label=gettext_lazy("Persons of"), required=False)
    nationality = forms.ChoiceField(label=gettext_lazy("Nationality"), required=False)
    size = forms.IntegerField(
        label=gettext_lazy("Persons of a request at most"), min_value=1, max_value=MOST_IN_REQUEST
    )
    field_order = ("draft_id", "mark", "import_run", "nationality", "size", "procedure")

    def __init__(
        self, *args: Any, imports: Iterable[ImportOfCase], nationalities: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, people=(), **kwargs)
        del self.fields["suspect_ids"]
        del self.fields["version"]
        runs, countries = self.fields["import_run"], self.fields["nationality"]
        assert isinstance(runs, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(countries, forms.ChoiceField)  # noqa: S101 - declared above
        runs.choices = [
            ("", _("All persons of the case")),
            *((str(each.run), f"{format_moment(each.at)} · {each.persons}") for each in imports),
        ]
        countries.choices = [("", _("All")), *((code, country_name(code)) for code in nationalities)]

    @property
    def whom(self) -> Whom:
        """Whose requests are made."""
        run = self.cleaned_data["import_run"]
        return Whom(uuid.UUID(run) if run else None, self.cleaned_data.get("nationality", ""))

    @property
    def said(self) -> dict[str, Any]:
        """The further arguments of the service."""
        data = self.cleaned_data
        return {
            "procedure": data["procedure"],
            "size": data["size"],
            "instrument_id": uuid.UUID(data["instrument_id"]) if data["instrument_id"] else None,
            "legal_basis": data["legal_basis"],
            "facts": data["facts"],
            "facts_language": data["facts_language"],
        }


class WholeOfferForm(WholeListForm):
    """The same for offers: each goes to the country of its persons."""

    procedures: ClassVar[frozenset[Procedure]] = OFFERED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].initial = Procedure.REMOVAL
        del self.fields["nationality"]


class CheckManyForm(CheckForm):
    """One check for the persons whose boxes are ticked; the page draws the boxes, and an outcome of one's own."""

    def __init__(self, *args: Any, check: Check, offered: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, check=check, **kwargs)
        outcomes = self.fields["outcome"]
        assert isinstance(outcomes, forms.ChoiceField)  # noqa: S101 - declared above
        outcomes.label = _("Outcome for all who have none of their own")
        outcomes.choices = outcomes_together(check)
        self.fields["ids"] = forms.MultipleChoiceField(
            label=_("Persons"),
            choices=[(each, each) for each in offered],
            error_messages={"required": _("Choose at least one person.")},
        )

    def outcomes(self) -> dict[uuid.UUID, str]:
        """The outcome of each person who is ticked."""
        default = self.cleaned_data["outcome"]
        return {
            uuid.UUID(each): self.data.get(f"outcome_{each}") or default for each in self.cleaned_data["ids"]
        }


class ApproveManyForm(ApproveForm):
    """The decision on a long list: granted, but for those named by their numbers, with the ground."""

    def __init__(
        self, *args: Any, people: Iterable[RequestedPerson], restrictions: list[str], **kwargs: Any
    ) -> None:
        # Not ApproveForm's own: it draws two fields for each person.
        Restricted.__init__(self, *args, restrictions=restrictions, **kwargs)
        self.numbers = {int(person.shown["number"]): person.subject.uuid for person in people}
        labels = dict(HandoverSubject.Outcome.choices)
        for code in DECISIONS[1:]:
            self.fields[f"numbers_{code}"] = forms.CharField(
                label=labels[code],
                help_text=_("Numbers of persons, such as 4, 7-9. All others are granted."),
                max_length=MAX_REASON,
                required=False,
            )
            self.fields[f"ground_{code}"] = forms.CharField(
                label=f"{_('Ground')}: {labels[code]}",
                max_length=MAX_REASON,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.order_fields([name for name in self.fields if name not in {"reason", "restrictions_confirmed"}])

    def clean(self) -> dict[str, Any]:
        """Read the numbers: each names a person who waits, and one decision only."""
        data = super().clean() or self.cleaned_data
        self._outcomes: dict[uuid.UUID, str] = {}
        self._grounds: dict[uuid.UUID, str] = {}
        for code in DECISIONS[1:]:
            field = f"numbers_{code}"
            ground = data.get(f"ground_{code}", "")
            for number in self._numbers(field, data.get(field, "")):
                person = self.numbers[number]
                if person in self._outcomes:
                    self.add_error(field, _("S%(number)s is named twice.") % {"number": number})
                self._outcomes[person], self._grounds[person] = code, ground
            if data.get(field) and not ground:
                self.add_error(f"ground_{code}", _("Give the ground of this decision."))
        return data

    @property
    def outcomes(self) -> dict[uuid.UUID, str]:
        """The decision of those who are not granted."""
        return self._outcomes

    @property
    def grounds(self) -> dict[uuid.UUID, str]:
        """Their grounds."""
        return self._grounds

    def _numbers(self, field: str, text: str) -> list[int]:
        found: list[int] = []
        for part in ascii_digits(text).replace("，", ",").upper().replace("S", "").split(","):
            first, _dash, last = part.partition("-")
            ends = [end.strip() for end in (first, last or first)]
            if not part.strip():
                continue
            if not all(end.isdecimal() and len(end) < 8 for end in ends):
                self.add_error(field, _("Enter numbers separated by commas, such as 4, 7-9."))
                return []
            span = range(int(ends[0]), int(ends[1]) + 1)
            named = [number for number in self.numbers if number in span]
            if not named:
                self.add_error(
                    field, _("S%(number)s does not wait for a decision.") % {"number": part.strip()}
                )
                return []
            found += named
        return found


__all__ = ["ApproveManyForm", "CheckManyForm", "WholeListForm", "WholeOfferForm"]
