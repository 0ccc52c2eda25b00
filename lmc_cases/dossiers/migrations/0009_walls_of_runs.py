"""Runs are their officer's own. Which row is drawn next is decided here, over all countries, and told as ids alone.

A row of a run ends as its dossier ends, whoever renders it, and the run's numbers follow its rows: by trigger, so that
no way of ending a job is forgotten. Whoever needs both locks the run before its rows.
"""

from django.db import migrations

from lmc_cases.core.row_security import VIEWER, handover_seen, job_in_hand, no_wall, row_seen, wall

RUN, ITEM, PAST = "dossiers_dossierrun", "dossiers_dossierrunitem", "dossiers_historicaldossierrun"


def own(table: str) -> str:
    """Return the condition that a run, or a past state of it, is the viewer's own."""
    return (
        f"{table}.requested_by_id = {VIEWER}"
        f" AND {table}.country_id = ANY ((SELECT lmc_countries('read_records'))::bigint[])"
    )


WALLS = (
    wall(RUN, own(RUN))
    + wall(PAST, own(PAST), written="true")
    + wall(
        ITEM,
        f"({row_seen(RUN, f'{ITEM}.run_id')} AND {handover_seen(f'{ITEM}.handover_id')})"
        f" OR {job_in_hand(ITEM, f'{ITEM}.id')}",
    )
)

FOLLOWING = """
CREATE FUNCTION rows_of_runs_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM dossiers_dossierrun r
      WHERE r.id IN (SELECT i.run_id FROM dossiers_dossierrunitem i WHERE i.dossier_id = NEW.id)
      ORDER BY r.id FOR UPDATE;
    UPDATE dossiers_dossierrunitem i
       SET state = CASE WHEN NEW.job_state = 'DONE' THEN 'DONE' ELSE 'FAILED' END,
           error_code = CASE WHEN NEW.job_state = 'DONE' THEN ''
                             ELSE coalesce(nullif(NEW.error_code, ''), lower(NEW.job_state)) END,
           finished_at = clock_timestamp(), lease_until = NULL
     WHERE i.dossier_id = NEW.id
       -- One that failed and is made after all, by whomever, has not failed.
       AND (i.state = 'OWED' OR (i.state = 'FAILED' AND NEW.job_state = 'DONE'));
    RETURN NULL;
END $$;
ALTER FUNCTION rows_of_runs_follow() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION rows_of_runs_follow() FROM PUBLIC;
CREATE TRIGGER rows_of_runs_follow AFTER UPDATE OF job_state ON dossiers_dossier FOR EACH ROW
    WHEN (OLD.job_state IS DISTINCT FROM NEW.job_state
          AND NEW.job_state IN ('DONE', 'FAILED', 'DENIED', 'CANCELLED'))
    EXECUTE FUNCTION rows_of_runs_follow();

CREATE FUNCTION numbers_of_runs_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE dossiers_dossierrun r
       SET done = r.done + c.done, failed = r.failed + c.failed,
           finished_at = CASE WHEN r.done + c.done + r.failed + c.failed = r.total
                              THEN coalesce(r.finished_at, clock_timestamp()) END
      FROM (SELECT n.run_id,
                   count(*) FILTER (WHERE n.state = 'DONE') - count(*) FILTER (WHERE o.state = 'DONE') AS done,
                   count(*) FILTER (WHERE n.state = 'FAILED') - count(*) FILTER (WHERE o.state = 'FAILED') AS failed
              FROM new_rows n JOIN old_rows o ON o.id = n.id
             WHERE n.state <> o.state GROUP BY n.run_id) c
     WHERE r.id = c.run_id AND (c.done <> 0 OR c.failed <> 0);
    RETURN NULL;
END $$;
ALTER FUNCTION numbers_of_runs_follow() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION numbers_of_runs_follow() FROM PUBLIC;
CREATE TRIGGER numbers_of_runs_follow AFTER UPDATE ON dossiers_dossierrunitem
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION numbers_of_runs_follow();
"""

# What a country has in work: owed, or held by a worker that is about to owe it.
IN_WORK = """
    SELECT i.run_id FROM dossiers_dossierrunitem i WHERE i.state = 'OWED'
    UNION ALL
    SELECT i.run_id FROM dossiers_dossierrunitem i
     WHERE i.state = 'WAITING' AND i.lease_until IS NOT NULL AND i.lease_until > clock_timestamp()
"""
DRAWING = f"""
CREATE FUNCTION draw_dossier_work(most_in_work integer, lease interval, most_attempts integer)
RETURNS TABLE (kind text, job bigint, officer bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    busy integer;
    chosen record;
    found_row record;
BEGIN
    -- One draws at a time: two that looked at once would both serve the same country.
    PERFORM pg_advisory_xact_lock(hashtext('draw_dossier_work'));
    SELECT count(*) INTO busy FROM ({IN_WORK}) w;
    FOR chosen IN
        WITH load AS (
            SELECT r.country_id, count(*) AS rows FROM ({IN_WORK}) w
              JOIN dossiers_dossierrun r ON r.id = w.run_id GROUP BY 1)
        SELECT r.id AS run_id, r.requested_by_id, r.priority::numeric AS rank, coalesce(load.rows, 0) AS country_busy,
               (SELECT max(o.served_at) FROM dossiers_dossierrun o WHERE o.country_id = r.country_id) AS country_served
          FROM dossiers_dossierrun r LEFT JOIN load ON load.country_id = r.country_id
         WHERE r.state = 'RUNNING' AND r.finished_at IS NULL
        -- Between a crossing's runs and all others stands what officers asked for singly: somebody looks at the page.
        UNION ALL SELECT NULL, NULL, 1.5, 0, NULL
         ORDER BY rank, country_busy, country_served NULLS FIRST, run_id
    LOOP
        IF chosen.run_id IS NULL THEN
            SELECT d.id, d.requested_by_id INTO found_row FROM dossiers_dossier d
             WHERE d.job_state IN ('QUEUED', 'RUNNING')
               AND (d.job_state = 'QUEUED' OR d.lease_until < clock_timestamp())
             ORDER BY d.queued_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF FOUND THEN
                RETURN QUERY SELECT 'dossier', found_row.id, found_row.requested_by_id;
                RETURN;
            END IF;
            CONTINUE;
        END IF;
        WHILE busy < most_in_work LOOP
            SELECT i.id, i.attempts INTO found_row FROM dossiers_dossierrunitem i
             WHERE i.run_id = chosen.run_id AND i.state = 'WAITING'
               AND (i.lease_until IS NULL OR i.lease_until <= clock_timestamp())
             ORDER BY i.position LIMIT 1 FOR UPDATE SKIP LOCKED;
            EXIT WHEN NOT FOUND;
            IF found_row.attempts >= most_attempts THEN
                -- It ended whoever drew it. The others of its run shall not wait for that again.
                UPDATE dossiers_dossierrunitem i
                   SET state = 'FAILED', error_code = 'too-many-attempts', lease_until = NULL,
                       finished_at = clock_timestamp()
                 WHERE i.id = found_row.id;
                CONTINUE;
            END IF;
            UPDATE dossiers_dossierrunitem i
               SET attempts = i.attempts + 1, lease_until = clock_timestamp() + lease WHERE i.id = found_row.id;
            UPDATE dossiers_dossierrun r SET served_at = clock_timestamp() WHERE r.id = chosen.run_id;
            RETURN QUERY SELECT 'item', found_row.id, chosen.requested_by_id::bigint;
            RETURN;
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION dossier_work_waits() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_dossierrun r
                    WHERE r.state = 'RUNNING' AND r.finished_at IS NULL
                      AND EXISTS (SELECT 1 FROM dossiers_dossierrunitem i
                                   WHERE i.run_id = r.id AND i.state = 'WAITING'))
$$;

ALTER FUNCTION draw_dossier_work(integer, interval, integer) OWNER TO lmc_definer;
ALTER FUNCTION dossier_work_waits() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION draw_dossier_work(integer, interval, integer), dossier_work_waits() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION draw_dossier_work(integer, interval, integer), dossier_work_waits() TO lmc_app;
GRANT SELECT, UPDATE ON dossiers_dossierrun, dossiers_dossierrunitem TO lmc_definer;
-- To lock the row that is drawn; it is claimed by the serving role.
GRANT UPDATE (lease_until) ON dossiers_dossier TO lmc_definer;
"""

BACKWARD = """
DROP FUNCTION draw_dossier_work(integer, interval, integer);
DROP FUNCTION dossier_work_waits();
DROP TRIGGER numbers_of_runs_follow ON dossiers_dossierrunitem;
DROP FUNCTION numbers_of_runs_follow();
DROP TRIGGER rows_of_runs_follow ON dossiers_dossier;
DROP FUNCTION rows_of_runs_follow();
REVOKE UPDATE (lease_until) ON dossiers_dossier FROM lmc_definer;
"""


class Migration(migrations.Migration):
    """Policies, two triggers, and what workers ask."""

    dependencies = [("dossiers", "0008_runs")]

    operations = [
        migrations.RunSQL(sql=WALLS + FOLLOWING + DRAWING, reverse_sql=BACKWARD + no_wall(ITEM, PAST, RUN))
    ]
