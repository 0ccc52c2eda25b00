"""Entries whose items are opened one by one are refreshed row by row.

The joins of 0007 named a table twice. On a table that was emptied, and so counts as empty until it is analysed again,
they were planned to compare every entry with every other; and they ran even where no item had changed.
"""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION refresh_search_audiences(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE uuids uuid[];
BEGIN
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
    SELECT array_agg(DISTINCT object_uuid) INTO uuids FROM cases_itemvisibility WHERE case_id = ANY (ids);
    PERFORM refresh_search_of_items(uuids);
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
    PERFORM refresh_search_of_items(uuids);
    RETURN NULL;
END $$;
"""

ITEMS = """
CREATE FUNCTION refresh_search_of_items(uuids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened record;
BEGIN
    IF uuids IS NULL THEN RETURN; END IF;
    FOR opened IN
        SELECT k.id, r.audience_ids, r.seen_until FROM cases_searchentry k
         CROSS JOIN LATERAL search_reach(k.case_id, k.object_uuid, k.level) r
         WHERE k.object_uuid = ANY (uuids)
           AND (k.audience_ids, k.seen_until) IS DISTINCT FROM (r.audience_ids, r.seen_until)
    LOOP
        UPDATE cases_searchentry SET audience_ids = opened.audience_ids, seen_until = opened.seen_until
         WHERE id = opened.id;
    END LOOP;
END $$;
ALTER FUNCTION refresh_search_of_items(uuid[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION refresh_search_of_items(uuid[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Functions only; one way, as 0007."""

    dependencies = [("cases", "0010_texts_behind_one_look")]

    operations = [migrations.RunSQL(sql=ITEMS + FUNCTIONS)]
