"""Search behind the second wall.

An entry repeats until when its audiences may find it, so that its policy is one look at the row; LIKE and ``@>`` are
not leakproof, so PostgreSQL takes no text index for them under a policy: one narrow function reads the indexes past
it, for the viewer of the transaction, and hands out ids and levels only.
"""

from django.db import migrations

from lmc_cases.core.row_security import MINE, case_reaches, item_opened, wall

COLUMN = "ALTER TABLE cases_searchentry ADD COLUMN seen_until timestamptz NOT NULL DEFAULT 'infinity';"

KEPT = """
DROP FUNCTION search_audiences(bigint, uuid, smallint) CASCADE;
CREATE FUNCTION search_reach(of_case bigint, of_object uuid, lowest smallint,
                             OUT audience_ids bigint[], OUT seen_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT r.audience_id ORDER BY r.audience_id), '{}'), coalesce(min(r.until), 'infinity')
      FROM (SELECT v.audience_id, v.until FROM cases_casevisibility v WHERE v.case_id = of_case AND v.level >= lowest
             UNION ALL
            SELECT i.audience_id, i.until FROM cases_itemvisibility i WHERE i.object_uuid = of_object) r
$$;

CREATE OR REPLACE FUNCTION refresh_search_audiences(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_searchentry e SET audience_ids = w.reached, seen_until = w.until
      FROM (SELECT c.case_id, l.level, r.reached, r.until
              FROM unnest(ids) c (case_id) CROSS JOIN (VALUES (1), (2), (3), (4)) l (level)
             CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(v.audience_id ORDER BY v.audience_id), '{}') AS reached,
                          coalesce(min(v.until), 'infinity') AS until
                     FROM cases_casevisibility v WHERE v.case_id = c.case_id AND v.level >= l.level) r) w
     WHERE e.case_id = w.case_id AND e.level = w.level
       AND (e.audience_ids, e.seen_until) IS DISTINCT FROM (w.reached, w.until)
       AND NOT EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid);
    UPDATE cases_searchentry e SET audience_ids = r.audience_ids, seen_until = r.seen_until
      FROM cases_searchentry k
     CROSS JOIN LATERAL search_reach(k.case_id, k.object_uuid, k.level) r
     WHERE k.id = e.id AND k.case_id = ANY (ids)
       AND EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = k.object_uuid)
       AND (e.audience_ids, e.seen_until) IS DISTINCT FROM (r.audience_ids, r.seen_until)
$$;

CREATE OR REPLACE FUNCTION search_audience_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_searchentry e
     CROSS JOIN LATERAL search_reach(e.case_id, e.object_uuid, e.level) r
     WHERE e.audience_ids IS DISTINCT FROM r.audience_ids OR e.seen_until > r.seen_until
$$;

CREATE OR REPLACE FUNCTION search_audiences_from_visibility() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT case_id) INTO ids FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT case_id) INTO ids FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT n.case_id) INTO ids
          FROM new_rows n JOIN old_rows o ON o.audience_id = n.audience_id AND o.case_id = n.case_id
         WHERE (n.level, n.until) IS DISTINCT FROM (o.level, o.until);
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_search_audiences(ids); END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION search_audiences_from_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE uuids uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT object_uuid) INTO uuids FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT object_uuid) INTO uuids FROM new_rows;
    END IF;
    UPDATE cases_searchentry e SET audience_ids = r.audience_ids, seen_until = r.seen_until
      FROM cases_searchentry k
     CROSS JOIN LATERAL search_reach(k.case_id, k.object_uuid, k.level) r
     WHERE k.id = e.id AND k.object_uuid = ANY (uuids)
       AND (e.audience_ids, e.seen_until) IS DISTINCT FROM (r.audience_ids, r.seen_until);
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_changed_item_visibility AFTER UPDATE ON cases_itemvisibility
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_items();

CREATE OR REPLACE FUNCTION search_audiences_of_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A statement of its own: the next one then sees what a concurrent share has just committed.
    PERFORM 1 FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    SELECT r.audience_ids, r.seen_until INTO NEW.audience_ids, NEW.seen_until
      FROM search_reach(NEW.case_id, NEW.object_uuid, NEW.level) r;
    RETURN NEW;
END $$;

ALTER FUNCTION search_reach(bigint, uuid, smallint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION search_reach(bigint, uuid, smallint) FROM PUBLIC;
SELECT repair_search_audiences();
"""

FOUND = r"""
CREATE FUNCTION found_entries(patterns text[], pairs text, asked text[], most integer)
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
        ' CASE WHEN EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid'
        '                      AND i.audience_id = ANY ($1) AND i.until > now()) THEN 1 ELSE e.level END::smallint,'
        ' (SELECT coalesce(bool_and(strpos(e.body, word) > 0), true) FROM unnest($2) word)'
        ' FROM cases_searchentry e WHERE e.audience_ids && $1' || served || ' LIMIT $3'
        USING viewers, asked, most;
END $$;
ALTER FUNCTION found_entries(text[], text, text[], integer) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION found_entries(text[], text, text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION found_entries(text[], text, text[], integer) TO lmc_app;
"""

# IS TRUE keeps the text index out of the policy: PostgreSQL would read all that the viewer may find, once for each
# case the search walks through (5 seconds instead of 10 milliseconds among 4,000 cases).
POLICY = f"""
DROP POLICY seen ON cases_searchentry;
CREATE POLICY seen ON cases_searchentry
    USING ((audience_ids && {MINE}) IS TRUE AND (seen_until > now()
           OR ({case_reaches("cases_searchentry.case_id", "cases_searchentry.level")})
           OR {item_opened("cases_searchentry.object_uuid")}))
    WITH CHECK (({case_reaches("cases_searchentry.case_id", 1)}) OR {item_opened("cases_searchentry.object_uuid")});
"""

# A mark is seen with the person it belongs to; it may be written before the person's search text is.
MARKS = wall(
    "cases_numbermark",
    f"({case_reaches('cases_numbermark.case_id', 4)}) OR EXISTS (SELECT 1 FROM cases_searchentry e"
    " WHERE e.kind = 'SUSPECT' AND e.object_uuid = cases_numbermark.object_uuid)",
    written=f"({case_reaches('cases_numbermark.case_id', 1)}) OR {item_opened('cases_numbermark.object_uuid')}",
)


class Migration(migrations.Migration):
    """Column, functions, policy; one way only, as 0005."""

    dependencies = [("cases", "0006_row_level_security")]

    operations = [migrations.RunSQL(sql="".join([COLUMN, KEPT, FOUND, POLICY, MARKS]))]
