"""The watch over time limits looks across countries: it is told ids, dates and states, and nothing of a case.

Warnings are written by ``note_clock_warnings()`` alone. Whoever sees a request sees what was warned of.
"""

from django.db import migrations

from lmc_cases.core.row_security import handover_seen, wall

WATCHED = """
CREATE FUNCTION watched_requests(held text[], stands text[])
RETURNS TABLE (id bigint, status text, requesting_id bigint, requested_id bigint, instrument_id bigint,
               arrested_at timestamptz, planned_at timestamptz, asked_at timestamptz, officers bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.id, h.status, h.requesting_id, h.requested_id, h.instrument_id, h.arrested_at, h.planned_at,
           (SELECT max(p.history_date) FROM handovers_historicalhandoverrequest p
             WHERE p.id = h.id AND p.status = 'INFO_ASKED' AND h.status = 'INFO_ASKED'),
           ARRAY(SELECT o.id FROM (
                 SELECT DISTINCT ON (a.jurisdiction_id) u.id
                   FROM handovers_historicalhandoverrequest p
                   JOIN accounts_user u ON u.id = p.history_user_id
                   JOIN jurisdictions_agency a ON a.id = u.agency_id
                  WHERE p.id = h.id AND u.is_active AND a.jurisdiction_id IN (h.requesting_id, h.requested_id)
                  ORDER BY a.jurisdiction_id, p.history_date DESC, p.history_id DESC) o ORDER BY 1)
      FROM handovers_handoverrequest h
     WHERE h.procedure = ANY (held) AND h.status = ANY (stands)
     ORDER BY h.id
$$;

CREATE FUNCTION note_clock_warnings(passed jsonb)
RETURNS TABLE (uuid uuid, handover_id bigint, stage smallint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO handovers_clockwarning AS w (uuid, handover_id, limit_id, begun_at, ends_at, stage)
    SELECT gen_random_uuid(), p.handover, p.limit_id, p.begun, p.ends, p.stage
      FROM jsonb_to_recordset(passed) AS p (handover bigint, limit_id bigint, begun timestamptz, ends timestamptz,
                                            stage smallint)
     ORDER BY p.handover, p.limit_id, p.begun
        ON CONFLICT (handover_id, limit_id, begun_at, stage) DO NOTHING
    RETURNING w.uuid, w.handover_id, w.stage
$$;

ALTER FUNCTION watched_requests(text[], text[]) OWNER TO lmc_definer;
ALTER FUNCTION note_clock_warnings(jsonb) OWNER TO lmc_definer;
GRANT SELECT ON handovers_historicalhandoverrequest, accounts_user, jurisdictions_agency TO lmc_definer;
GRANT SELECT, INSERT ON handovers_clockwarning TO lmc_definer;
REVOKE ALL ON FUNCTION watched_requests(text[], text[]), note_clock_warnings(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION watched_requests(text[], text[]), note_clock_warnings(jsonb) TO lmc_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON handovers_clockwarning FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the functions before it."""

    dependencies = [("handovers", "0008_clock_warnings"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=wall("handovers_clockwarning", handover_seen("handovers_clockwarning.handover_id")) + WATCHED
        )
    ]
