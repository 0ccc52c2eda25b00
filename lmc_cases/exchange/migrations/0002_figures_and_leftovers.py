"""Numbers of imports for whoever runs the server, and which of the files named to it no import holds."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION exchange_importrun_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM exchange_importrun job GROUP BY job.job_state
$$;
ALTER FUNCTION exchange_importrun_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION exchange_importrun_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange_importrun_figures() TO lmc_app;
GRANT SELECT ON exchange_importrun TO lmc_definer;

CREATE FUNCTION files_without_import(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE NOT EXISTS (SELECT FROM exchange_importrun run WHERE run.file = name AND run.job_state <> 'CANCELLED')
$$;
ALTER FUNCTION files_without_import(text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION files_without_import(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_without_import(text[]) TO lmc_app;
"""

BACKWARD = """
DROP FUNCTION files_without_import(text[]);
DROP FUNCTION exchange_importrun_figures();
"""


class Migration(migrations.Migration):
    """Figures of jobs, and files without an import."""

    dependencies = [("exchange", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
