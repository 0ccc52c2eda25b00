"""Search entries carry the audiences that may find them, so that one index intersects permission and text.

Kept by triggers like the visibility they follow: on the read model (a share, its end, a named officer) and on
the entries themselves. Whether a share is still in force is asked of the read model at every search.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION refresh_search_audiences(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_searchentry e SET audience_ids = w.reached
      FROM (SELECT c.case_id, l.level,
                   ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                          WHERE v.case_id = c.case_id AND v.level >= l.level ORDER BY v.audience_id) AS reached
              FROM unnest(ids) c (case_id) CROSS JOIN (VALUES (1), (2), (3)) l (level)) w
     WHERE e.case_id = w.case_id AND e.level = w.level AND e.audience_ids IS DISTINCT FROM w.reached
$$;

CREATE FUNCTION search_audience_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_searchentry e
     WHERE e.audience_ids IS DISTINCT FROM
           ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                  WHERE v.case_id = e.case_id AND v.level >= e.level ORDER BY v.audience_id)
$$;

CREATE FUNCTION repair_search_audiences() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT refresh_search_audiences(ARRAY(SELECT DISTINCT case_id FROM cases_searchentry))
$$;
"""

TRIGGERS = """
CREATE FUNCTION search_audiences_from_visibility() RETURNS trigger
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
         WHERE n.level IS DISTINCT FROM o.level;
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_search_audiences(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION search_audiences_of_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A statement of its own: the next one then sees what a concurrent share has just committed.
    PERFORM 1 FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    NEW.audience_ids := ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                               WHERE v.case_id = NEW.case_id AND v.level >= NEW.level ORDER BY v.audience_id);
    RETURN NEW;
END $$;

CREATE TRIGGER search_of_new_visibility AFTER INSERT ON cases_casevisibility
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_visibility();
CREATE TRIGGER search_of_changed_visibility AFTER UPDATE ON cases_casevisibility
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_visibility();
CREATE TRIGGER search_of_ended_visibility AFTER DELETE ON cases_casevisibility
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_visibility();
CREATE TRIGGER search_of_new_entry BEFORE INSERT ON cases_searchentry
    FOR EACH ROW EXECUTE FUNCTION search_audiences_of_entry();
-- Not for the refresh above, which runs inside a trigger and has just worked them out.
CREATE TRIGGER search_of_changed_entry BEFORE UPDATE OF case_id, level, audience_ids ON cases_searchentry
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION search_audiences_of_entry();

DROP INDEX search_entry_bigrams;
CREATE INDEX search_entry_bigrams ON cases_searchentry USING gin (audience_ids, bigrams(body));

ALTER FUNCTION refresh_search_audiences(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION search_audience_drift() OWNER TO lmc_definer;
ALTER FUNCTION repair_search_audiences() OWNER TO lmc_definer;
ALTER FUNCTION search_audiences_from_visibility() OWNER TO lmc_definer;
ALTER FUNCTION search_audiences_of_entry() OWNER TO lmc_definer;
GRANT SELECT, UPDATE ON cases_searchentry TO lmc_definer;
REVOKE ALL ON FUNCTION refresh_search_audiences(bigint[]) FROM PUBLIC;
"""

UNDO = """
DROP INDEX search_entry_bigrams;
CREATE INDEX search_entry_bigrams ON cases_searchentry USING gin (bigrams(body));
DROP TRIGGER search_of_changed_entry ON cases_searchentry;
DROP TRIGGER search_of_new_entry ON cases_searchentry;
DROP TRIGGER search_of_new_visibility ON cases_casevisibility;
DROP TRIGGER search_of_changed_visibility ON cases_casevisibility;
DROP TRIGGER search_of_ended_visibility ON cases_casevisibility;
DROP FUNCTION search_audiences_of_entry();
DROP FUNCTION search_audiences_from_visibility();
DROP FUNCTION repair_search_audiences();
DROP FUNCTION search_audience_drift();
DROP FUNCTION refresh_search_audiences(bigint[]);
"""


class Migration(migrations.Migration):
    """The column, its index and triggers; and the index of the newest shares a country received."""

    dependencies = [
        ("cases", "0002_visibility_triggers"),
        ("jurisdictions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="searchentry", name="search_entry_trigrams"),
        migrations.AddField(
            model_name="searchentry",
            name="audience_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="caseshare",
            index=models.Index(
                models.F("recipient"),
                models.OrderBy(models.F("shared_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("revoked_at__isnull", True)),
                name="newest_shares_received",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["audience_ids", "body"],
                name="search_entry_trigrams",
                opclasses=["array_ops", "gin_trgm_ops"],
            ),
        ),
        migrations.RunSQL(sql=FUNCTIONS + TRIGGERS, reverse_sql=UNDO),
    ]
