"""Extensions stand behind the wall and are only appended; the watch counts with them and is told no word.

A limit that was extended warns anew of its new end.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, wall

TABLE = "handovers_clockextension"
SEEN = handover_seen(f"{TABLE}.handover_id")
WALL = wall(TABLE, SEEN, written=f"{SEEN} AND {TABLE}.country_id IN {MY_COUNTRIES}")
KEPT = f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM lmc_app;
"""
FUNCTIONS = """
CREATE FUNCTION extensions_of_watched(stands text[])
RETURNS TABLE (handover_id bigint, limit_id bigint, begun_at timestamptz, days bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.handover_id, e.limit_id, e.begun_at, sum(e.days)
      FROM handovers_clockextension e JOIN handovers_handoverrequest h ON h.id = e.handover_id
     WHERE h.status = ANY (stands)
     GROUP BY e.handover_id, e.limit_id, e.begun_at
$$;
CREATE OR REPLACE FUNCTION note_clock_warnings(passed jsonb)
RETURNS TABLE (uuid uuid, handover_id bigint, stage smallint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO handovers_clockwarning AS w (uuid, handover_id, limit_id, begun_at, ends_at, stage)
    SELECT gen_random_uuid(), p.handover, p.limit_id, p.begun, p.ends, p.stage
      FROM jsonb_to_recordset(passed) AS p (handover bigint, limit_id bigint, begun timestamptz, ends timestamptz,
                                            stage smallint)
     ORDER BY p.handover, p.limit_id, p.begun
        ON CONFLICT (handover_id, limit_id, begun_at, ends_at, stage) DO NOTHING
    RETURNING w.uuid, w.handover_id, w.stage
$$;
ALTER FUNCTION extensions_of_watched(text[]) OWNER TO lmc_definer;
GRANT SELECT ON handovers_clockextension TO lmc_definer;
REVOKE ALL ON FUNCTION extensions_of_watched(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION extensions_of_watched(text[]) TO lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("handovers", "0023_extensions_of_limits")]

    operations = [migrations.RunSQL(sql=WALL + KEPT + FUNCTIONS)]
