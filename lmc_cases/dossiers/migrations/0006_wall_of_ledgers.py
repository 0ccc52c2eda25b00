"""Printed ledgers are the owning side's alone; a worker sees the one it has in hand, and its case."""

from django.db import migrations

from lmc_cases.core.row_security import case_reaches, job_in_hand, no_wall, wall


def document(table: str) -> str:
    """Return the condition of a printed ledger, or of a past state."""
    return (
        f"({case_reaches(f'{table}.case_id', 4)}) OR {job_in_hand('dossiers_ledgerdocument', f'{table}.id')}"
    )


FIGURES = """
CREATE POLICY of_ledger ON cases_case FOR SELECT USING (
    id = (SELECT d.case_id FROM dossiers_ledgerdocument d WHERE d.id = lmc_job('dossiers_ledgerdocument')));

CREATE FUNCTION dossiers_ledgerdocument_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM dossiers_ledgerdocument job GROUP BY job.job_state
$$;
ALTER FUNCTION dossiers_ledgerdocument_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION dossiers_ledgerdocument_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_ledgerdocument_figures() TO lmc_app;
GRANT SELECT ON dossiers_ledgerdocument TO lmc_definer;
"""
FORWARD = (
    wall("dossiers_ledgerdocument", document("dossiers_ledgerdocument"))
    + wall("dossiers_historicalledgerdocument", document("dossiers_historicalledgerdocument"), written="true")
    + FIGURES
)
BACKWARD = "DROP POLICY of_ledger ON cases_case; DROP FUNCTION dossiers_ledgerdocument_figures();" + no_wall(
    "dossiers_ledgerdocument", "dossiers_historicalledgerdocument"
)


class Migration(migrations.Migration):
    """Policies, and figures for the operator."""

    dependencies = [("dossiers", "0004_row_level_security")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
