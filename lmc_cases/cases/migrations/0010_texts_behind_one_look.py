"""Fewer look-ups behind the wall.

A text repeats who may read it, as its case does: its policy is one look at the row, not a look-up per title. The index
that checks one case holds what a search sorts by, so that a thousand matches read no table.
"""

from django.db import migrations, models

from lmc_cases.core.row_security import MINE, MY_AGENCIES, MY_COUNTRIES, case_reaches

COLUMNS = """
ALTER TABLE cases_casetext ADD COLUMN seen_by bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE cases_casetext ADD COLUMN seen_until timestamptz NOT NULL DEFAULT 'infinity';
"""

KEPT = """
CREATE FUNCTION text_reach(of_case bigint, lowest smallint, OUT seen_by bigint[], OUT seen_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(v.audience_id ORDER BY v.audience_id), '{}'), coalesce(min(v.until), 'infinity')
      FROM cases_casevisibility v WHERE v.case_id = of_case AND v.level >= lowest
$$;

CREATE FUNCTION refresh_text_audiences(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_casetext t SET seen_by = r.seen_by, seen_until = r.seen_until
      FROM cases_casetext k
     CROSS JOIN LATERAL text_reach(k.case_id, k.level) r
     WHERE k.id = t.id AND (ids IS NULL OR k.case_id = ANY (ids))
       AND (t.seen_by, t.seen_until) IS DISTINCT FROM (r.seen_by, r.seen_until)
$$;

CREATE FUNCTION text_audience_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_casetext t
     CROSS JOIN LATERAL text_reach(t.case_id, t.level) r
     WHERE t.seen_by IS DISTINCT FROM r.seen_by OR t.seen_until > r.seen_until
$$;

CREATE FUNCTION text_audiences_from_visibility() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT case_id) INTO ids FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT case_id) INTO ids FROM old_rows;
    ELSE
        -- Every touch of a case changes its rows; its readers change with level and end alone.
        SELECT array_agg(DISTINCT n.case_id) INTO ids
          FROM new_rows n JOIN old_rows o ON o.audience_id = n.audience_id AND o.case_id = n.case_id
         WHERE (n.level, n.until) IS DISTINCT FROM (o.level, o.until);
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_text_audiences(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION audiences_of_text() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A statement of its own: the next one then sees what a concurrent share has just committed.
    PERFORM 1 FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    SELECT r.seen_by, r.seen_until INTO NEW.seen_by, NEW.seen_until FROM text_reach(NEW.case_id, NEW.level) r;
    RETURN NEW;
END $$;

CREATE TRIGGER text_of_new_visibility AFTER INSERT ON cases_casevisibility
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION text_audiences_from_visibility();
CREATE TRIGGER text_of_changed_visibility AFTER UPDATE ON cases_casevisibility
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION text_audiences_from_visibility();
CREATE TRIGGER text_of_ended_visibility AFTER DELETE ON cases_casevisibility
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION text_audiences_from_visibility();
CREATE TRIGGER audiences_of_new_text BEFORE INSERT ON cases_casetext
    FOR EACH ROW EXECUTE FUNCTION audiences_of_text();
-- Not for the refresh above, which runs inside a trigger and has just worked them out.
CREATE TRIGGER audiences_of_changed_text BEFORE UPDATE OF case_id, level, seen_by, seen_until ON cases_casetext
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audiences_of_text();
"""

OWNED = """
ALTER FUNCTION text_reach(bigint, smallint) OWNER TO lmc_definer;
ALTER FUNCTION refresh_text_audiences(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION text_audience_drift() OWNER TO lmc_definer;
ALTER FUNCTION text_audiences_from_visibility() OWNER TO lmc_definer;
ALTER FUNCTION audiences_of_text() OWNER TO lmc_definer;
GRANT SELECT, UPDATE ON cases_casetext TO lmc_definer;
REVOKE ALL ON FUNCTION text_reach(bigint, smallint), refresh_text_audiences(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_text_audiences(bigint[]), text_audience_drift() TO lmc_app;
SELECT refresh_text_audiences(NULL);
"""

POLICY = f"""
DROP POLICY seen ON cases_casetext;
CREATE POLICY seen ON cases_casetext
    USING (seen_by && {MINE} AND (seen_until > now()
           OR ({case_reaches("cases_casetext.case_id", "cases_casetext.level")})));
"""

# As in 0006, with the look at the row before the look-up: a list of foreign cases reads the own shares alone.
SHARES = f"""
DROP POLICY seen ON cases_caseshare;
CREATE POLICY seen ON cases_caseshare
    USING ((confirmed_at IS NOT NULL AND CASE WHEN recipient_agency_id IS NULL
                THEN recipient_id IN {MY_COUNTRIES} ELSE recipient_agency_id IN {MY_AGENCIES} END)
           OR ({case_reaches("cases_caseshare.case_id", 4)}));
"""

# An entry's audiences already say who may find it; only once a share has ended is it asked by what the viewer holds it.
FOUND = r"""
CREATE OR REPLACE FUNCTION found_entries(patterns text[], pairs text, asked text[], most integer)
RETURNS TABLE (case_id bigint, level smallint, is_hit boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    viewers bigint[] := lmc_audiences();
    served text := '';
    pattern text;
BEGIN
    -- The audiences come from the transaction, never from the caller; without a viewer nothing is found.
    IF viewers = '{}' OR (cardinality(patterns) = 0 AND pairs = '') THEN RETURN; END IF;
    FOREACH pattern IN ARRAY patterns LOOP
        served := served || format(' AND e.body LIKE %L', pattern);
    END LOOP;
    IF pairs <> '' THEN
        served := served || format(' AND bigrams(e.body) @> bigrams(%L)', pairs);
    END IF;
    RETURN QUERY EXECUTE
        'SELECT e.case_id,'
        ' CASE WHEN e.seen_until > now() THEN 1'
        '      WHEN EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid'
        '                      AND i.audience_id = ANY ($1) AND i.until > now()) THEN 1 ELSE e.level END::smallint,'
        ' (SELECT coalesce(bool_and(strpos(e.body, word) > 0), true) FROM unnest($2) word)'
        ' FROM cases_searchentry e WHERE e.audience_ids && $1' || served || ' LIMIT $3'
        USING viewers, asked, most;
END $$;
"""


class Migration(migrations.Migration):
    """Columns, functions, triggers, policy; one way only, as 0005."""

    dependencies = [("cases", "0009_wall_of_answers_and_ledger"), ("cases", "0008_facets_by_audience")]

    operations = [
        migrations.RemoveIndex(model_name="casevisibility", name="case_visibility_check"),
        migrations.AddIndex(
            model_name="casevisibility",
            index=models.Index(
                fields=["case"],
                include=("audience", "level", "until", "updated_at"),
                name="case_visibility_check",
            ),
        ),
        migrations.RunSQL(sql="".join([COLUMNS, KEPT, OWNED, POLICY, SHARES, FOUND])),
    ]
