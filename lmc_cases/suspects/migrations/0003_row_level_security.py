"""The people of cases stand behind the second wall; who did not bring a person changes nothing of it."""

from django.db import migrations

from lmc_cases.core.row_security import (
    MY_COUNTRIES,
    case_reaches,
    item_opened,
    no_wall,
    only_written,
    row_seen,
    wall,
)


def person(table: str) -> str:
    """Return the condition of a person, or of a past state: by its own level, or opened by name."""
    return f"({case_reaches(f'{table}.case_id', f'{table}.level')}) OR {item_opened(f'{table}.uuid')}"


FORWARD = "".join(
    [
        wall("suspects_suspect", person("suspects_suspect")),
        only_written("suspects_suspect", f"originator_id IN {MY_COUNTRIES}"),
        wall("suspects_historicalsuspect", person("suspects_historicalsuspect"), written="true"),
        wall(
            "suspects_identitydocument", row_seen("suspects_suspect", "suspects_identitydocument.suspect_id")
        ),
        wall(
            "suspects_historicalidentitydocument",
            row_seen("suspects_suspect", "suspects_historicalidentitydocument.suspect_id"),
            written="true",
        ),
        wall("suspects_suspectcounter", case_reaches("suspects_suspectcounter.case_id", 1)),
    ]
)
BACKWARD = no_wall(
    "suspects_suspect",
    "suspects_historicalsuspect",
    "suspects_identitydocument",
    "suspects_historicalidentitydocument",
    "suspects_suspectcounter",
)


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("suspects", "0002_originator_and_handling"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
