"""The read model by clearance and by item.

A classified case is visible to the audiences' cleared siblings alone; the owner's side has a level of its own; single
items are opened by a share that names them, or belong to the recipient that contributed them. ``seen_by`` and
``seen_until`` repeat the audiences on the case, for the policy of the second wall: one look at the row, no look-up.
"""

import django.db.models.deletion
from django.db import migrations, models

WANTED = """
CREATE FUNCTION classification_rank(classification text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE classification WHEN 'SECRET' THEN 3 WHEN 'CONFIDENTIAL' THEN 2 ELSE 1 END)::smallint
$$;

CREATE FUNCTION cleared_audience(base bigint, rank smallint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN rank = 1 THEN base
                ELSE (SELECT a.id FROM jurisdictions_audience a WHERE a.base_id = base AND a.clearance = rank) END
$$;

CREATE OR REPLACE FUNCTION wanted_case_visibility(ids bigint[])
RETURNS TABLE (audience_id bigint, case_id bigint, level smallint, until timestamptz, updated_at timestamptz,
               status varchar, typology_id bigint, owner_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (source.audience_id, c.id)
           cleared_audience(source.audience_id, classification_rank(c.classification)), c.id, source.level::smallint,
           source.until, c.updated_at, c.status, c.typology_id, c.owner_id
      FROM cases_case c
      CROSS JOIN LATERAL (
            SELECT j.audience_id, 4 AS level, 'infinity'::timestamptz AS until
              FROM jurisdictions_jurisdiction j
             WHERE j.id = c.owner_id AND NOT c.is_restricted
            UNION ALL
            SELECT u.audience_id, 4, coalesce(o.until, 'infinity')
              FROM cases_caseofficer o JOIN accounts_user u ON u.id = o.user_id
             WHERE o.case_id = c.id AND c.is_restricted AND coalesce(o.until, 'infinity') > now()
            UNION ALL
            SELECT coalesce(a.audience_id, r.audience_id), s.level, s.expires_at
              FROM cases_caseshare s
              JOIN jurisdictions_jurisdiction r ON r.id = s.recipient_id
              LEFT JOIN jurisdictions_agency a ON a.id = s.recipient_agency_id
             WHERE s.case_id = c.id AND s.confirmed_at IS NOT NULL AND s.declined_at IS NULL
               AND s.revoked_at IS NULL AND s.expires_at > now()
           ) source
     WHERE ids IS NULL OR c.id = ANY (ids)
     ORDER BY source.audience_id, c.id, source.level DESC, source.until DESC
$$;

CREATE FUNCTION wanted_item_visibility(ids bigint[])
RETURNS TABLE (audience_id bigint, object_uuid uuid, case_id bigint, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (source.audience_id, source.object_uuid)
           cleared_audience(source.audience_id, classification_rank(c.classification)), source.object_uuid, c.id,
           source.until
      FROM cases_case c
      CROSS JOIN LATERAL (
            SELECT coalesce(a.audience_id, r.audience_id) AS audience_id, i.object_uuid, s.expires_at AS until
              FROM cases_caseshare s
              JOIN cases_caseshareitem i ON i.share_id = s.id
              JOIN jurisdictions_jurisdiction r ON r.id = s.recipient_id
              LEFT JOIN jurisdictions_agency a ON a.id = s.recipient_agency_id
             WHERE s.case_id = c.id AND s.confirmed_at IS NOT NULL AND s.declined_at IS NULL
               AND s.revoked_at IS NULL AND s.expires_at > now()
            UNION ALL
            SELECT j.audience_id, n.object_uuid, 'infinity'
              FROM cases_contributeditem n JOIN jurisdictions_jurisdiction j ON j.id = n.originator_id
             WHERE n.case_id = c.id
           ) source
     WHERE ids IS NULL OR c.id = ANY (ids)
     ORDER BY source.audience_id, source.object_uuid, source.until DESC
$$;
"""

REFRESH = """
ALTER TABLE cases_case ADD COLUMN seen_by bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE cases_case ADD COLUMN seen_until timestamptz NOT NULL DEFAULT 'infinity';

CREATE OR REPLACE FUNCTION refresh_case_visibility(ids bigint[]) RETURNS void
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
    UPDATE cases_case c SET seen_by = w.seen_by, seen_until = w.seen_until
      FROM (SELECT k.id,
                   ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                          WHERE v.case_id = k.id ORDER BY v.audience_id) AS seen_by,
                   coalesce((SELECT min(v.until) FROM cases_casevisibility v WHERE v.case_id = k.id),
                            'infinity') AS seen_until
              FROM cases_case k WHERE ids IS NULL OR k.id = ANY (ids)) w
     WHERE w.id = c.id AND (c.seen_by, c.seen_until) IS DISTINCT FROM (w.seen_by, w.seen_until);
    DELETE FROM cases_itemvisibility v
     WHERE (ids IS NULL OR v.case_id = ANY (ids))
       AND NOT EXISTS (SELECT 1 FROM wanted_item_visibility(ids) w
                        WHERE w.audience_id = v.audience_id AND w.object_uuid = v.object_uuid);
    INSERT INTO cases_itemvisibility AS v (audience_id, object_uuid, case_id, until)
    SELECT w.audience_id, w.object_uuid, w.case_id, w.until FROM wanted_item_visibility(ids) w
        ON CONFLICT (audience_id, object_uuid) DO UPDATE SET until = excluded.until
     WHERE v.until IS DISTINCT FROM excluded.until;
END $$;

CREATE OR REPLACE FUNCTION remove_ended_case_visibility() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ended bigint; ids bigint[];
BEGIN
    SELECT count(*), array_agg(DISTINCT case_id) INTO ended, ids
      FROM (SELECT case_id FROM cases_casevisibility WHERE until <= now()
            UNION ALL SELECT case_id FROM cases_itemvisibility WHERE until <= now()) gone;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN ended;
END $$;

DROP FUNCTION case_visibility_drift();
CREATE FUNCTION case_visibility_drift() RETURNS TABLE (missing bigint, surplus bigint, different bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH cases AS (
        SELECT count(*) FILTER (WHERE v.case_id IS NULL) AS missing,
               count(*) FILTER (WHERE w.case_id IS NULL) AS surplus,
               count(*) FILTER (WHERE v.case_id IS NOT NULL AND w.case_id IS NOT NULL
                                  AND ((v.level, v.until, v.updated_at, v.status, v.owner_id)
                                       IS DISTINCT FROM (w.level, w.until, w.updated_at, w.status, w.owner_id)
                                       OR v.typology_id IS DISTINCT FROM w.typology_id)) AS different
          FROM wanted_case_visibility(NULL) w
          FULL JOIN (SELECT * FROM cases_casevisibility WHERE until > now()) v
            ON v.audience_id = w.audience_id AND v.case_id = w.case_id
    ), items AS (
        SELECT count(*) FILTER (WHERE v.object_uuid IS NULL) AS missing,
               count(*) FILTER (WHERE w.object_uuid IS NULL) AS surplus,
               count(*) FILTER (WHERE v.until <> w.until) AS different
          FROM wanted_item_visibility(NULL) w
          FULL JOIN (SELECT * FROM cases_itemvisibility WHERE until > now()) v
            ON v.audience_id = w.audience_id AND v.object_uuid = w.object_uuid
    ), arrays AS (
        SELECT count(*) AS different FROM cases_case c
         WHERE c.seen_by IS DISTINCT FROM ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                                                 WHERE v.case_id = c.id ORDER BY v.audience_id)
            OR c.seen_until > coalesce((SELECT min(v.until) FROM cases_casevisibility v WHERE v.case_id = c.id),
                                       'infinity')
    )
    SELECT c.missing + i.missing, c.surplus + i.surplus, c.different + i.different + a.different
      FROM cases c, items i, arrays a
$$;
"""

TRIGGERS = """
CREATE OR REPLACE FUNCTION case_visibility_from_case_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT n.id) INTO ids
      FROM new_rows n JOIN old_rows o ON o.id = n.id
     WHERE (n.owner_id, n.is_restricted, n.classification, n.status, n.updated_at)
           IS DISTINCT FROM (o.owner_id, o.is_restricted, o.classification, o.status, o.updated_at)
        OR n.typology_id IS DISTINCT FROM o.typology_id;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION case_visibility_from_share_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT s.case_id) INTO ids FROM new_rows n JOIN cases_caseshare s ON s.id = n.share_id;
    ELSE
        SELECT array_agg(DISTINCT s.case_id) INTO ids FROM old_rows o JOIN cases_caseshare s ON s.id = o.share_id;
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_case_visibility(ids); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER visibility_of_shared_items AFTER INSERT ON cases_caseshareitem
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_share_items();
CREATE TRIGGER visibility_of_items_left_out AFTER DELETE ON cases_caseshareitem
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION case_visibility_from_share_items();
CREATE TRIGGER an_item_of_a_share_is_not_changed BEFORE UPDATE ON cases_caseshareitem
    FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- Before the row is read back for the first time: its creator's own audience, then what the read model says.
CREATE FUNCTION a_new_case_is_seen_by_its_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.seen_by := ARRAY(SELECT cleared_audience(j.audience_id, classification_rank(NEW.classification))
                           FROM jurisdictions_jurisdiction j WHERE j.id = NEW.owner_id);
    NEW.seen_until := 'infinity';
    RETURN NEW;
END $$;
CREATE TRIGGER a_new_case_is_seen_by_its_owner BEFORE INSERT ON cases_case
    FOR EACH ROW EXECUTE FUNCTION a_new_case_is_seen_by_its_owner();

-- Fired by the tables of persons and exhibits, which stand above this app; the argument is the kind of item.
CREATE FUNCTION note_contributed_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE held cases_case;
BEGIN
    SELECT * INTO held FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    IF held.owner_id IS DISTINCT FROM NEW.originator_id THEN
        INSERT INTO cases_contributeditem (object_uuid, kind, case_id, originator_id)
        VALUES (NEW.uuid, TG_ARGV[0], NEW.case_id, NEW.originator_id) ON CONFLICT DO NOTHING;
        INSERT INTO cases_itemvisibility (audience_id, object_uuid, case_id, until)
        SELECT cleared_audience(j.audience_id, classification_rank(held.classification)), NEW.uuid, held.id, 'infinity'
          FROM jurisdictions_jurisdiction j WHERE j.id = NEW.originator_id
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;
"""

SEARCH = """
CREATE FUNCTION search_audiences(of_case bigint, of_object uuid, lowest smallint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT v.audience_id FROM cases_casevisibility v WHERE v.case_id = of_case AND v.level >= lowest
                  UNION
                 SELECT i.audience_id FROM cases_itemvisibility i WHERE i.object_uuid = of_object
                  ORDER BY 1)
$$;

CREATE OR REPLACE FUNCTION refresh_search_audiences(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_searchentry e SET audience_ids = w.reached
      FROM (SELECT c.case_id, l.level,
                   ARRAY(SELECT v.audience_id FROM cases_casevisibility v
                          WHERE v.case_id = c.case_id AND v.level >= l.level ORDER BY v.audience_id) AS reached
              FROM unnest(ids) c (case_id) CROSS JOIN (VALUES (1), (2), (3), (4)) l (level)) w
     WHERE e.case_id = w.case_id AND e.level = w.level AND e.audience_ids IS DISTINCT FROM w.reached
       AND NOT EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid);
    UPDATE cases_searchentry e SET audience_ids = search_audiences(e.case_id, e.object_uuid, e.level)
     WHERE e.case_id = ANY (ids)
       AND EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid)
       AND e.audience_ids IS DISTINCT FROM search_audiences(e.case_id, e.object_uuid, e.level)
$$;

CREATE OR REPLACE FUNCTION search_audience_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_searchentry e
     WHERE e.audience_ids IS DISTINCT FROM search_audiences(e.case_id, e.object_uuid, e.level)
$$;

CREATE OR REPLACE FUNCTION search_audiences_of_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A statement of its own: the next one then sees what a concurrent share has just committed.
    PERFORM 1 FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    NEW.audience_ids := search_audiences(NEW.case_id, NEW.object_uuid, NEW.level);
    RETURN NEW;
END $$;

CREATE FUNCTION search_audiences_from_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE uuids uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT object_uuid) INTO uuids FROM new_rows;
    ELSE
        SELECT array_agg(DISTINCT object_uuid) INTO uuids FROM old_rows;
    END IF;
    UPDATE cases_searchentry e SET audience_ids = search_audiences(e.case_id, e.object_uuid, e.level)
     WHERE e.object_uuid = ANY (uuids)
       AND e.audience_ids IS DISTINCT FROM search_audiences(e.case_id, e.object_uuid, e.level);
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_new_item_visibility AFTER INSERT ON cases_itemvisibility
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_items();
CREATE TRIGGER search_of_ended_item_visibility AFTER DELETE ON cases_itemvisibility
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search_audiences_from_items();

DROP TRIGGER search_of_changed_entry ON cases_searchentry;
CREATE TRIGGER search_of_changed_entry BEFORE UPDATE OF case_id, level, audience_ids, object_uuid ON cases_searchentry
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION search_audiences_of_entry();
"""

OWNERS = """
ALTER FUNCTION wanted_item_visibility(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_drift() OWNER TO lmc_definer;
ALTER FUNCTION case_visibility_from_share_items() OWNER TO lmc_definer;
ALTER FUNCTION a_new_case_is_seen_by_its_owner() OWNER TO lmc_definer;
ALTER FUNCTION note_contributed_item() OWNER TO lmc_definer;
ALTER FUNCTION search_audiences(bigint, uuid, smallint) OWNER TO lmc_definer;
ALTER FUNCTION search_audiences_from_items() OWNER TO lmc_definer;
GRANT SELECT ON jurisdictions_audience, cases_caseshareitem TO lmc_definer;
GRANT SELECT, INSERT ON cases_contributeditem TO lmc_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_itemvisibility TO lmc_definer;
REVOKE ALL ON FUNCTION wanted_item_visibility(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION search_audiences(bigint, uuid, smallint) FROM PUBLIC;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON cases_itemvisibility, cases_contributeditem FROM lmc_app;
SELECT refresh_case_visibility(NULL);
"""


class Migration(migrations.Migration):
    """Read models, functions and triggers; one way only: the functions of 0002 and 0003 are replaced."""

    dependencies = [
        ("cases", "0004_sharing_terms_and_handling"),
        ("jurisdictions", "0002_audience_siblings"),
        ("accounts", "0002_clearance"),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemVisibility",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "audience_id",
                        "object_uuid",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "audience",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="jurisdictions.audience",
                    ),
                ),
                ("object_uuid", models.UUIDField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="cases.case"
                    ),
                ),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_uuid", "audience"], name="item_visibility_by_object")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContributedItem",
            fields=[
                ("object_uuid", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=8)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "originator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(sql="".join([WANTED, REFRESH, TRIGGERS, SEARCH, OWNERS])),
    ]
