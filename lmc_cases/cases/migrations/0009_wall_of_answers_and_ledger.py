"""What was said about shares, consents, the ledger and emergencies stands behind the second wall too."""

from django.db import migrations

from lmc_cases.core.row_security import (
    MINE,
    MY_AGENCIES,
    MY_COUNTRIES,
    VIEWER,
    case_reaches,
    no_wall,
    row_seen,
    wall,
)


def both(table: str, seen: str) -> str:
    """Return the wall of a table and of its history; ``{t}`` stands for the table."""
    past = table.replace("cases_", "cases_historical", 1)
    return wall(table, seen.format(t=table)) + wall(past, seen.format(t=past), written="true")


FORWARD = "".join(
    [
        both("cases_shareresponse", row_seen("cases_caseshare", "{t}.share_id")),
        both("cases_sharefollowup", f"{{t}}.audience_id = ANY {MINE} OR {case_reaches('{t}.case_id', 4)}"),
        both(
            "cases_consentrequest",
            f"{{t}}.asking_id IN {MY_COUNTRIES} OR {{t}}.originator_id IN {MY_COUNTRIES}",
        ),
        both("cases_emergencyaccess", f"{{t}}.country_id IN {MY_COUNTRIES}"),
        wall(
            "cases_disclosure",
            f"owner_id IN {MY_COUNTRIES} OR (recipient_id IN {MY_COUNTRIES}"
            f" AND (recipient_agency_id IS NULL OR recipient_agency_id IN {MY_AGENCIES}))",
        ),
        wall(
            "cases_readingreason",
            f"officer_id = {VIEWER} OR {case_reaches('cases_readingreason.case_id', 4)}",
        ),
    ]
)
BACKWARD = no_wall(
    *(
        f"cases_{past}{name}"
        for name in ("shareresponse", "sharefollowup", "consentrequest", "emergencyaccess")
        for past in ("", "historical")
    ),
    "cases_disclosure",
    "cases_readingreason",
)


class Migration(migrations.Migration):
    """Policies of the tables that came with sharing and its ledger."""

    dependencies = [("cases", "0008_facets_by_audience")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
