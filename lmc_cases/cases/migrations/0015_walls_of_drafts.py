"""Drafts of the machine are their country's own; a translation asked for is the asker's and the owner's, no third's."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, case_reaches, job_in_hand, no_wall, row_seen, wall

DRAFT, PAST_DRAFT = "cases_machinedraft", "cases_historicalmachinedraft"
ASKED, PAST_ASKED = "cases_translationrequest", "cases_historicaltranslationrequest"


def asked(table: str) -> str:
    """Return the condition that the viewer asks, or owns the case, and reads the text."""
    return (
        f"{row_seen('cases_casetext', f'{table}.text_id')}"
        f" AND ({table}.country_id IN {MY_COUNTRIES} OR ({case_reaches(f'{table}.case_id', 4)}))"
    )


WALLS = (
    wall(
        DRAFT,
        f"({case_reaches(f'{DRAFT}.case_id', 4)}) OR {job_in_hand(DRAFT, f'{DRAFT}.id')}",
    )
    # Also for the worker of an officer who lost the case meanwhile: it writes down that nothing was made.
    + wall(
        PAST_DRAFT,
        f"({case_reaches(f'{PAST_DRAFT}.case_id', 4)}) OR {job_in_hand(DRAFT, f'{PAST_DRAFT}.id')}",
        written="true",
    )
    + wall(ASKED, asked(ASKED))
    + wall(PAST_ASKED, asked(PAST_ASKED), written="true")
)

FIGURES = f"""
CREATE FUNCTION {DRAFT}_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM {DRAFT} job GROUP BY job.job_state
$$;
ALTER FUNCTION {DRAFT}_figures() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION {DRAFT}_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {DRAFT}_figures() TO lmc_app;
GRANT SELECT ON {DRAFT} TO lmc_definer;
"""


class Migration(migrations.Migration):
    """Policies, and figures of jobs."""

    dependencies = [("cases", "0014_machine_drafts")]

    operations = [
        migrations.RunSQL(
            sql=WALLS + FIGURES,
            reverse_sql=f"DROP FUNCTION {DRAFT}_figures();" + no_wall(PAST_ASKED, ASKED, PAST_DRAFT, DRAFT),
        )
    ]
