"""What the answers about cases, people and exhibits have in common."""

from __future__ import annotations

from rest_framework import serializers

from lmc_cases.cases.models import CaseItem, InformationGrade, SourceGrade, StatementKind
from lmc_cases.core.api_views import KnownText, Out

CODES_HELP = (
    "Handling codes in force: `H1` not in court, `H2` not passed on without consent, `H3` other; else `H0`."
)
RESTRICTION_HELP = "What `H3` says; it must stand wherever the object is shown."


class MarksOut(Out):
    """What the originator says of use and worth of an item."""

    originator = serializers.CharField(source="originator.code", help_text="Country code of the originator.")
    handling = serializers.ListField(
        child=serializers.CharField(), source="handling_codes", help_text=CODES_HELP
    )
    restriction = KnownText(source="handling_h3", help_text=RESTRICTION_HELP)
    source_grade = serializers.ChoiceField(choices=SourceGrade.choices)
    information_grade = serializers.ChoiceField(choices=InformationGrade.choices)
    grading = serializers.CharField(help_text="Both grades, e.g. `X4`.")
    statement = serializers.ChoiceField(source="statement_kind", choices=StatementKind.choices)
    withheld = serializers.ChoiceField(
        choices=CaseItem.Withheld.choices,
        allow_blank=True,
        help_text="Why it is withheld from every recipient; empty for what is not.",
    )
