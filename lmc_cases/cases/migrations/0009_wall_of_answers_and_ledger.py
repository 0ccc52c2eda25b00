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


# A contributed item must be open to its originator before its row is read back: said by a statement of its own.
ANNOUNCE = """
CREATE FUNCTION announce_contribution(item uuid, kind text, of_case bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held cases_case;
    mine jurisdictions_jurisdiction;
BEGIN
    SELECT j.* INTO mine FROM accounts_user u JOIN jurisdictions_agency a ON a.id = u.agency_id
      JOIN jurisdictions_jurisdiction j ON j.id = a.jurisdiction_id WHERE u.id = lmc_viewer() AND u.is_active;
    SELECT * INTO held FROM cases_case WHERE id = of_case FOR NO KEY UPDATE;
    IF mine.id IS NULL OR held.id IS NULL OR held.owner_id = mine.id OR NOT EXISTS (
        SELECT 1 FROM cases_caseshare s
         WHERE s.case_id = of_case AND s.recipient_id = mine.id AND s.may_contribute AND s.confirmed_at IS NOT NULL
           AND s.declined_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > now()) THEN
        RAISE EXCEPTION 'nothing can be contributed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO cases_contributeditem (object_uuid, kind, case_id, originator_id)
    VALUES (item, kind, of_case, mine.id) ON CONFLICT DO NOTHING;
    INSERT INTO cases_itemvisibility (audience_id, object_uuid, case_id, until)
    VALUES (cleared_audience(mine.audience_id, classification_rank(held.classification)), item, of_case, 'infinity')
        ON CONFLICT DO NOTHING;
END $$;
ALTER FUNCTION announce_contribution(uuid, text, bigint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION announce_contribution(uuid, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announce_contribution(uuid, text, bigint) TO lmc_app;
"""

FORWARD = ANNOUNCE + "".join(
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
            # A recipient reads what it received while the case is open to it, and always what the officer took.
            f"owner_id IN {MY_COUNTRIES} OR recipient_officer_id = {VIEWER} OR (recipient_id IN {MY_COUNTRIES}"
            f" AND (recipient_agency_id IS NULL OR recipient_agency_id IN {MY_AGENCIES})"
            f" AND {case_reaches('cases_disclosure.case_id', 1)})",
        ),
        wall(
            "cases_readingreason",
            f"officer_id = {VIEWER} OR {case_reaches('cases_readingreason.case_id', 4)}",
        ),
    ]
)
BACKWARD = "DROP FUNCTION announce_contribution(uuid, text, bigint);" + no_wall(
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
