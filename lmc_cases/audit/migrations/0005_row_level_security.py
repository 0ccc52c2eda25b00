"""The audit record stands behind the second wall.

Everybody writes; read are the acts of one's own, those on the records of a country whose record one reads, and those on
cases one sees as their owner. Whoever writes a row reads it back in the same transaction. What is sealed (leaves,
nodes, seals, checkpoints) is hashes and numbers only and has no wall.
"""

from django.db import migrations

from lmc_cases.core.row_security import VIEWER, case_reaches, job_in_hand, no_wall, row_seen, wall

# The case is looked up by its key first: only then is the read model asked.
OF_OWN_CASE = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.uuid = audit_auditevent.case_uuid AND {case_reaches('c.id', 4)})"
SEEN_EVENT = (
    f"actor_id = {VIEWER}"
    " OR owner_country_id = ANY ((SELECT lmc_countries('read_audit'))::bigint[])"
    " OR actor_country_id = ANY ((SELECT lmc_countries('read_audit'))::bigint[])"
    " OR xid = (SELECT pg_current_xact_id_if_assigned())"
    f" OR {OF_OWN_CASE}"
)
FORWARD = "".join(
    [
        wall("audit_auditevent", SEEN_EVENT, written="true"),
        wall("audit_auditreason", row_seen("audit_auditevent", "audit_auditreason.event_id"), written="true"),
        wall(
            "audit_auditexport",
            f"requested_by_id = {VIEWER} OR {job_in_hand('audit_auditexport', 'audit_auditexport.id')}",
        ),
    ]
)


FIGURES = """
CREATE FUNCTION audit_auditexport_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM audit_auditexport job GROUP BY job.job_state
$$;
ALTER FUNCTION audit_auditexport_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION audit_auditexport_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_auditexport_figures() TO lmc_app;
GRANT SELECT ON audit_auditexport TO lmc_definer;
"""


class Migration(migrations.Migration):
    """Policies of the tables that hold who did what."""

    dependencies = [
        ("audit", "0005_lean_writes"),
        ("cases", "0006_row_level_security"),
        ("jurisdictions", "0003_viewer_of_a_transaction"),
    ]

    operations = [
        migrations.RunSQL(
            sql=FORWARD + FIGURES,
            reverse_sql="DROP FUNCTION audit_auditexport_figures();"
            + no_wall("audit_auditevent", "audit_auditreason", "audit_auditexport"),
        )
    ]
