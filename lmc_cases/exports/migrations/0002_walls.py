"""A list made for an officer is the officer's own: nobody else reads its row, and numbers alone leave the wall."""

from django.db import migrations

from lmc_cases.core.row_security import VIEWER, job_in_hand, no_wall, wall

TABLE = "exports_listexport"
WALL = wall(TABLE, f"requested_by_id = {VIEWER} OR {job_in_hand(TABLE, f'{TABLE}.id')}")
FUNCTIONS = """
CREATE FUNCTION exports_listexport_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM exports_listexport job GROUP BY job.job_state
$$;
ALTER FUNCTION exports_listexport_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION exports_listexport_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exports_listexport_figures() TO lmc_app;
GRANT SELECT ON exports_listexport TO lmc_definer;

CREATE FUNCTION files_without_list_export(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE NOT EXISTS (SELECT FROM exports_listexport job WHERE job.file = name)
$$;
ALTER FUNCTION files_without_list_export(text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION files_without_list_export(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_without_list_export(text[]) TO lmc_app;

-- Jobs that ended before a time and still hold a file, or what was looked for: ids only, for the sweeper.
CREATE FUNCTION list_exports_to_clear(before timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM exports_listexport WHERE finished_at < before AND (file <> '' OR query <> '') ORDER BY id
$$;
ALTER FUNCTION list_exports_to_clear(timestamptz) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION list_exports_to_clear(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_exports_to_clear(timestamptz) TO lmc_app;
"""
BACKWARD = """
DROP FUNCTION list_exports_to_clear(timestamptz);
DROP FUNCTION files_without_list_export(text[]);
DROP FUNCTION exports_listexport_figures();
"""


class Migration(migrations.Migration):
    """The wall, figures of jobs, files without a row, and what is due to go."""

    dependencies = [("exports", "0001_initial"), ("jurisdictions", "0003_viewer_of_a_transaction")]

    operations = [migrations.RunSQL(sql=WALL + FUNCTIONS, reverse_sql=BACKWARD + no_wall(TABLE))]
