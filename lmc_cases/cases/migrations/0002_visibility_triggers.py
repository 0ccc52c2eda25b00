"""The visibility read model is kept by statement-level triggers, owned by lmc_definer.

The first statement of each refresh locks the cases: the next one then has a fresh snapshot, so that two
concurrent grants, or a grant and a revocation, cannot leave a stale row behind.
"""

from django.db import migrations

WANTED = """
CREATE FUNCTION wanted_case_visibility(ids bigint[])
RETURNS TABLE (audience_id bigint, case_id bigint, level smallint, until timestamptz, updated_at timestamptz,
               status varchar, typology_id bigint, owner_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (source.audience_id, c.id)
           source.audience_id, c.id, source.level::smallint, source.until, c.updated_at, c.status, c.typology_id,
           c.owner_id
      FROM cases_case c
      CROSS JOIN LATERAL (
            SELECT j.audience_id, 3 AS level, 'infinity'::timestamptz AS until
              FROM jurisdictions_jurisdiction j
             WHERE j.id = c.owner_id AND NOT c.is_restricted
            UNION ALL
            SELECT u.audience_id, 3, 'infinity'::timestamptz
              FROM cases_caseofficer o JOIN accounts_user u ON u.id = o.user_id
             WHERE o.case_id = c.id AND c.is_restricted
            UNION ALL
            SELECT coalesce(a.audience_id, r.audience_id), s.level, s.expires_at
              FROM cases_caseshare s
              JOIN jurisdictions_jurisdiction r ON r.id = s.recipient_id
              LEFT JOIN jurisdictions_agency a ON a.id = s.recipient_agency_id
             WHERE s.case_id = c.id AND s.revoked_at IS NULL AND s.expires_at > now()
           ) source
     WHERE ids IS NULL OR c.id = ANY (ids)
     ORDER BY source.audience_id, c.id, source.level DESC, source.until DESC
$$;
"""

REFRESH = """
CREATE FUNCTION refresh_case_visibility(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM cases_case WHERE ids IS NULL OR id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM cases_casevisibility v
     WHERE (ids IS NULL OR v.case_id = ANY (ids))
       AND NOT EXISTS (SELECT 1 FROM wanted_case_visibility(ids) w
                        WHERE w.audience_id = v.audience_id AND w.case_id = v.case_id);
    INSERT INTO cases_casevisibility AS v
           (audience_id, case_id, level, until, updated_at, status, typology_id, owner_id)
    SELECT w.audience_id, w.case_id, w.level, w.until, w.updated_at, w.status, w.typology_id, w.owner_id
      FROM wanted_case_visibility(ids) w
        ON CONFLICT (audience_id, case_id) DO UPDATE
       SET level = excluded.level, until = excluded.until, updated_at = excluded.updated_at,
           status = excluded.status, typology_id = excluded.typology_id, owner_id = excluded.owner_id
     WHERE (v.level, v.until, v.updated_at, v.status, v.owner_id)
           IS DISTINCT FROM (excluded.level, excluded.until, excluded.updated_at, excluded.status, excluded.owner_id)
        OR v.typology_id IS DISTINCT FROM excluded.typology_id;
END $$;

CREATE FUNCTION remove_ended_case_visibility() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM cases_casevisibility WHERE until <= now() RETURNING 1) SELECT count(*) FROM gone
$$;

CREATE FUNCTION case_visibility_drift() RETURNS TABLE (missing bigint, surplus bigint, different bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE v.case_id IS NULL),
           count(*) FILTER (WHERE w.case_id IS NULL),
           count(*) FILTER (WHERE v.case_id IS NOT NULL AND w.case_id IS NOT NULL
                              AND ((v.level, v.until, v.updated_at, v.status, v.owner_id)
                                   IS DISTINCT FROM (w.level, w.until, w.updated_at, w.status, w.owner_id)
                                   OR v.typology_id IS DISTINCT FROM w.typology_id))
      FROM wanted_case_visibility(NULL) w
      FULL JOIN (SELECT * FROM cases_casevisibility WHERE until > now()) v
        ON v.audience_id = w.audience_id AND v.case_id = w.case_id
$$;
"""

TRIGGERS = """
CREATE FUNCTION case_visibility_from_new() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF TG_TABLE_NAME = 'cases_case' THEN
        SELECT array_agg(DISTINCT id) INTO ids FROM new_rows;
    ELSE
        SELECT array_agg(DISTINCT case_id) INTO ids FROM new_rows;
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION case_visibility_from_old() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT case_id) INTO ids FROM old_rows;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION case_visibility_from_case_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT n.id) INTO ids
      FROM new_rows n JOIN old_rows o ON o.id = n.id
     WHERE (n.owner_id, n.is_restricted, n.status, n.updated_at)
           IS DISTINCT FROM (o.owner_id, o.is_restricted, o.status, o.updated_at)
        OR n.typology_id IS DISTINCT FROM o.typology_id;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER visibility_of_new_cases AFTER INSERT ON cases_case
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_new();
CREATE TRIGGER visibility_of_changed_cases AFTER UPDATE ON cases_case
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_case_update();
CREATE TRIGGER visibility_of_new_shares AFTER INSERT ON cases_caseshare
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_new();
CREATE TRIGGER visibility_of_changed_shares AFTER UPDATE ON cases_caseshare
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_new();
CREATE TRIGGER visibility_of_deleted_shares AFTER DELETE ON cases_caseshare
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_old();
CREATE TRIGGER visibility_of_named_officers AFTER INSERT ON cases_caseofficer
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_new();
CREATE TRIGGER visibility_of_unnamed_officers AFTER DELETE ON cases_caseofficer
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_old();
"""

# A share or a named officer is never moved to another case or person: end it and make a new one.
FORBID_MOVES = """
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not allowed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER a_share_stays_with_its_case BEFORE UPDATE OF case_id ON cases_caseshare
    FOR EACH ROW WHEN (OLD.case_id IS DISTINCT FROM NEW.case_id) EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_named_officer_is_not_changed BEFORE UPDATE ON cases_caseofficer
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""

BIGRAMS = r"""
CREATE FUNCTION bigrams(body text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT substr(run.word, place, 2)), '{}')
      FROM (SELECT (regexp_matches(body, '[^\x01-\x7f]{2,}', 'g'))[1] AS word) run,
           LATERAL generate_series(1, length(run.word) - 1) place
$$;
CREATE INDEX search_entry_bigrams ON cases_searchentry USING gin (bigrams(body));
"""

OWNERS = """
ALTER FUNCTION wanted_case_visibility(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION refresh_case_visibility(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION remove_ended_case_visibility() OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_drift() OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_from_new() OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_from_old() OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_from_case_update() OWNER TO lmc_definer;
GRANT SELECT ON cases_case, cases_caseshare, cases_caseofficer, accounts_user, jurisdictions_jurisdiction,
    jurisdictions_agency TO lmc_definer;
GRANT UPDATE ON cases_case TO lmc_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_casevisibility TO lmc_definer;
REVOKE ALL ON FUNCTION wanted_case_visibility(bigint[]) FROM PUBLIC;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON cases_casevisibility FROM lmc_app;
ALTER TABLE cases_casevisibility SET (autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_insert_scale_factor = 0.01);
"""

UNDO = """
DROP TRIGGER visibility_of_new_cases ON cases_case;
DROP TRIGGER visibility_of_changed_cases ON cases_case;
DROP TRIGGER visibility_of_new_shares ON cases_caseshare;
DROP TRIGGER visibility_of_changed_shares ON cases_caseshare;
DROP TRIGGER visibility_of_deleted_shares ON cases_caseshare;
DROP TRIGGER visibility_of_named_officers ON cases_caseofficer;
DROP TRIGGER visibility_of_unnamed_officers ON cases_caseofficer;
DROP TRIGGER a_share_stays_with_its_case ON cases_caseshare;
DROP TRIGGER a_named_officer_is_not_changed ON cases_caseofficer;
DROP FUNCTION forbid_change();
DROP INDEX search_entry_bigrams;
DROP FUNCTION bigrams(text);
DROP FUNCTION case_visibility_from_case_update();
DROP FUNCTION case_visibility_from_old();
DROP FUNCTION case_visibility_from_new();
DROP FUNCTION case_visibility_drift();
DROP FUNCTION remove_ended_case_visibility();
DROP FUNCTION refresh_case_visibility(bigint[]);
DROP FUNCTION wanted_case_visibility(bigint[]);
"""


class Migration(migrations.Migration):
    """Triggers and functions."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="".join([WANTED, REFRESH, TRIGGERS, FORBID_MOVES, BIGRAMS, OWNERS]), reverse_sql=UNDO
        )
    ]
