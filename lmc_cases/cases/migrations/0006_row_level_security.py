"""The tables of cases stand behind the second wall: what the access rule says, said again by PostgreSQL."""

from django.db import migrations

from lmc_cases.core.row_security import (
    MINE,
    MY_AGENCIES,
    MY_COUNTRIES,
    case_reaches,
    item_opened,
    no_wall,
    only_written,
    row_seen,
    wall,
)

# One look at the row while no share of the case has ended; after that, and until the sweeper came, the read model.
SEEN_CASE = f"seen_by && {MINE} AND (seen_until > now() OR {case_reaches('cases_case.id', 1)})"
# A recipient learns of its own shares only, and of none before it is confirmed.
SEEN_SHARE = (
    "{table}.confirmed_at IS NOT NULL AND CASE WHEN {table}.recipient_agency_id IS NULL"
    f" THEN {{table}}.recipient_id IN {MY_COUNTRIES} ELSE {{table}}.recipient_agency_id IN {MY_AGENCIES} END"
)

FUNCTIONS = f"""
-- Operations the viewer owns or was invited to; read past the policies, which would ask each other in a circle.
CREATE FUNCTION lmc_operations() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(o.id), '{{}}') FROM cases_operation o
     WHERE o.owner_id IN {MY_COUNTRIES}
        OR EXISTS (SELECT 1 FROM cases_operationmember m
                    WHERE m.operation_id = o.id AND m.jurisdiction_id IN {MY_COUNTRIES})
$$;
ALTER FUNCTION lmc_operations() OWNER TO lmc_definer;
"""


def child(table: str, level: int | None = None) -> str:
    """Return the wall of a table whose rows hang on a case, and of its history; without a level each row has its own.

    The row's column is named with its table: a bare "level" would be the read model's, and every row would pass.
    """
    past = table.replace("cases_", "cases_historical", 1)
    return wall(table, case_reaches(f"{table}.case_id", level or f"{table}.level")) + wall(
        past, case_reaches(f"{past}.case_id", level or f"{past}.level"), written="true"
    )


def share(table: str) -> str:
    """Return the condition under which a share, or a past state of one, is seen."""
    return f"({case_reaches(f'{table}.case_id', 4)}) OR ({SEEN_SHARE.format(table=table)})"


WALLS = "".join(
    [
        wall("cases_case", SEEN_CASE),
        wall("cases_historicalcase", case_reaches("cases_historicalcase.id", 1), written="true"),
        wall("cases_casevisibility", f"audience_id = ANY {MINE} AND until > now()"),
        wall("cases_itemvisibility", f"audience_id = ANY {MINE} AND until > now()"),
        wall("cases_contributeditem", case_reaches("cases_contributeditem.case_id", 4)),
        child("cases_casedetail", 2),
        child("cases_casetext"),
        child("cases_timelineentry", 3),
        child("cases_casenote", 4),
        child("cases_caseofficer", 4),
        only_written("cases_casedetail", case_reaches("cases_casedetail.case_id", 4)),
        only_written("cases_casetext", case_reaches("cases_casetext.case_id", 4)),
        only_written("cases_timelineentry", case_reaches("cases_timelineentry.case_id", 4)),
        wall("cases_caseshare", share("cases_caseshare")),
        wall("cases_historicalcaseshare", share("cases_historicalcaseshare"), written="true"),
        wall("cases_caseshareitem", row_seen("cases_caseshare", "cases_caseshareitem.share_id")),
        wall(
            "cases_historicalcaseshareitem",
            row_seen("cases_caseshare", "cases_historicalcaseshareitem.share_id"),
            written="true",
        ),
        wall(
            "cases_searchentry",
            f"audience_ids && {MINE} AND (({case_reaches('cases_searchentry.case_id', 'cases_searchentry.level')})"
            f" OR {item_opened('cases_searchentry.object_uuid')})",
            # A new entry's audiences are filled by its trigger; an entry may be written for a case one sees.
            written=case_reaches("cases_searchentry.case_id", 1)
            + f" OR {item_opened('cases_searchentry.object_uuid')}",
        ),
        wall("cases_referencecounter", f"owner_id IN {MY_COUNTRIES}"),
        wall(
            "cases_operation",
            f"owner_id IN {MY_COUNTRIES} OR EXISTS (SELECT 1 FROM cases_operationmember m"
            f" WHERE m.operation_id = cases_operation.id AND m.jurisdiction_id IN {MY_COUNTRIES})",
        ),
        wall(
            "cases_historicaloperation",
            "id = ANY ((SELECT lmc_operations())::bigint[])",
            written="true",
        ),
        wall(
            "cases_operationmember",
            f"jurisdiction_id IN {MY_COUNTRIES} OR operation_id = ANY ((SELECT lmc_operations())::bigint[])",
        ),
        wall(
            "cases_historicaloperationmember",
            f"jurisdiction_id IN {MY_COUNTRIES} OR operation_id = ANY ((SELECT lmc_operations())::bigint[])",
            written="true",
        ),
    ]
)
TABLES = (
    "case",
    "historicalcase",
    "casevisibility",
    "itemvisibility",
    "contributeditem",
    *(
        name
        for each in (
            "casedetail",
            "casetext",
            "timelineentry",
            "casenote",
            "caseofficer",
            "caseshare",
            "caseshareitem",
        )
        for name in (each, f"historical{each}")
    ),
    "searchentry",
    "referencecounter",
    *(name for each in ("operation", "operationmember") for name in (each, f"historical{each}")),
)
BACKWARD = no_wall(*(f"cases_{name}" for name in TABLES)) + "DROP FUNCTION lmc_operations();"


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("cases", "0007_answers_and_escalation"),
        ("cases", "0006_consent_and_assessments"),
        ("cases", "0007_ledger_is_append_only"),
        ("jurisdictions", "0003_viewer_of_a_transaction"),
    ]

    operations = [migrations.RunSQL(sql=FUNCTIONS + WALLS, reverse_sql=BACKWARD)]
