"""How many dossiers are owed, over all countries: numbers for whoever runs the server, no record."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION dossiers_dossier_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM dossiers_dossier job GROUP BY job.job_state
$$;
ALTER FUNCTION dossiers_dossier_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION dossiers_dossier_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_dossier_figures() TO lmc_app;
GRANT SELECT ON dossiers_dossier TO lmc_definer;
"""

BACKWARD = """
DROP FUNCTION dossiers_dossier_figures();
"""


class Migration(migrations.Migration):
    """Figures of jobs."""

    dependencies = [("dossiers", "0003_versions_are_never_overwritten")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
