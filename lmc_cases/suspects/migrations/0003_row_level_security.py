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


# Whoever names a person of an import keeps it from being undone, also where the viewer cannot see that row.
HELD = """
CREATE FUNCTION held_persons(ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE holder record;
BEGIN
    FOR holder IN SELECT c.conrelid::regclass AS place, a.attname AS name
                    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                   WHERE c.contype = 'f' AND c.confrelid = 'suspects_suspect'::regclass
                     AND c.conrelid <> 'suspects_identitydocument'::regclass LOOP
        RETURN QUERY EXECUTE format('SELECT %I::bigint FROM %s WHERE %I = ANY ($1)', holder.name, holder.place, holder.name)
            USING ids;
    END LOOP;
END $$;
ALTER FUNCTION held_persons(bigint[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION held_persons(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_persons(bigint[]) TO lmc_app;
"""

FORWARD = HELD + "".join(
    [
        wall("suspects_suspect", person("suspects_suspect")),
        only_written("suspects_suspect", f"originator_id IN {MY_COUNTRIES}"),
        # By what the person is now: a past state from before it was withheld shows no more than the present one.
        # The case's own side sees the past of what is gone, too.
        wall(
            "suspects_historicalsuspect",
            f"({row_seen('suspects_suspect', 'suspects_historicalsuspect.id')}) OR {case_reaches('suspects_historicalsuspect.case_id', 4)}",
            written="true",
        ),
        wall(
            "suspects_identitydocument", row_seen("suspects_suspect", "suspects_identitydocument.suspect_id")
        ),
        wall(
            "suspects_historicalidentitydocument",
            # As the past of its person.
            row_seen("suspects_historicalsuspect", "suspects_historicalidentitydocument.suspect_id"),
            written="true",
        ),
        wall("suspects_suspectcounter", case_reaches("suspects_suspectcounter.case_id", 1)),
    ]
)
BACKWARD = "DROP FUNCTION held_persons(bigint[]);" + no_wall(
    "suspects_suspect",
    "suspects_historicalsuspect",
    "suspects_identitydocument",
    "suspects_historicalidentitydocument",
    "suspects_suspectcounter",
)


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("suspects", "0003_contributed_to"),
        ("suspects", "0004_informants"),
        ("suspects", "0002_leftover_photographs"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
