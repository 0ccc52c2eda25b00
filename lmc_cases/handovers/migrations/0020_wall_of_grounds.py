"""Marks of grounds stand behind the wall, for the side that made them; the watch learns when a request was sent."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, wall

TABLE = "handovers_groundmark"
WALL = wall(TABLE, f"({handover_seen(f'{TABLE}.handover_id')}) AND {TABLE}.country_id IN {MY_COUNTRIES}")
KEPT = f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM lmc_app;
"""
WATCHED = """
DROP FUNCTION watched_requests(text[], text[]);
CREATE FUNCTION watched_requests(held text[], stands text[])
RETURNS TABLE (id bigint, status text, requesting_id bigint, requested_id bigint, instrument_id bigint,
               arrested_at timestamptz, planned_at timestamptz, asked_at timestamptz, submitted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.id, h.status, h.requesting_id, h.requested_id, h.instrument_id, h.arrested_at, h.planned_at,
           h.information_asked_at, h.submitted_at
      FROM handovers_handoverrequest h
     WHERE h.procedure = ANY (held) AND h.status = ANY (stands)
     ORDER BY h.id
$$;
ALTER FUNCTION watched_requests(text[], text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION watched_requests(text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION watched_requests(text[], text[]) TO lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("handovers", "0019_grounds_of_refusal")]

    operations = [migrations.RunSQL(sql=WALL + KEPT + WATCHED)]
