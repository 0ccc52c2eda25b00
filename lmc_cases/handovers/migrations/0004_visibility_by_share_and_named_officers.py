"""Who sees a request: the audience the case was shared with, and the owner's officers who may see the case.

The request keeps how both sides call the case and the persons, because it outlives the share.
"""

import django.db.models.deletion
from django.db import migrations, models


FILL = """
UPDATE handovers_handoverrequest h SET case_uuid = c.uuid, case_reference = c.reference, requesting_audience_id = j.audience_id
  FROM cases_case c, jurisdictions_jurisdiction j WHERE c.id = h.case_id AND j.id = h.requesting_id;
UPDATE handovers_historicalhandoverrequest h
   SET case_uuid = r.case_uuid, case_reference = r.case_reference, requesting_audience_id = r.requesting_audience_id
  FROM handovers_handoverrequest r WHERE r.id = h.id;
UPDATE handovers_handoversubject u SET suspect_uuid = s.uuid FROM suspects_suspect s WHERE s.id = u.suspect_id;
UPDATE handovers_historicalhandoversubject u SET suspect_uuid = s.uuid FROM suspects_suspect s WHERE s.id = u.suspect_id;
UPDATE handovers_handovervisibility SET until = 'infinity';
SET CONSTRAINTS ALL IMMEDIATE;
"""

FUNCTIONS = """
CREATE FUNCTION wanted_handover_visibility(ids bigint[])
RETURNS TABLE (audience_id bigint, handover_id bigint, updated_at timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (source.audience_id, h.id)
           cleared_audience(source.audience_id, classification_rank(c.classification)), h.id, h.updated_at, source.until
      FROM handovers_handoverrequest h
      JOIN cases_case c ON c.id = h.case_id
      CROSS JOIN LATERAL (
            SELECT h.requesting_audience_id AS audience_id, 'infinity'::timestamptz AS until
            UNION ALL
            SELECT j.audience_id, 'infinity' FROM jurisdictions_jurisdiction j
             WHERE j.id = h.requested_id AND h.submitted_at IS NOT NULL AND NOT c.is_restricted
            UNION ALL
            SELECT u.audience_id, coalesce(o.until, 'infinity')
              FROM cases_caseofficer o JOIN accounts_user u ON u.id = o.user_id
             WHERE o.case_id = c.id AND c.is_restricted AND h.submitted_at IS NOT NULL
               AND coalesce(o.until, 'infinity') > now()
           ) source
     WHERE ids IS NULL OR h.id = ANY (ids)
     ORDER BY source.audience_id, h.id, source.until DESC
$$;

CREATE FUNCTION refresh_handovers(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- The cases first, as everywhere: the next statement then sees what a concurrent change has just committed.
    PERFORM 1 FROM cases_case
      WHERE id IN (SELECT case_id FROM handovers_handoverrequest WHERE ids IS NULL OR id = ANY (ids))
      ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM handovers_handovervisibility v
     WHERE (ids IS NULL OR v.handover_id = ANY (ids))
       AND NOT EXISTS (SELECT 1 FROM wanted_handover_visibility(ids) w
                        WHERE w.audience_id = v.audience_id AND w.handover_id = v.handover_id);
    INSERT INTO handovers_handovervisibility AS v (audience_id, handover_id, updated_at, until)
    SELECT w.audience_id, w.handover_id, w.updated_at, w.until FROM wanted_handover_visibility(ids) w
        ON CONFLICT (audience_id, handover_id) DO UPDATE SET updated_at = excluded.updated_at, until = excluded.until
     WHERE (v.updated_at, v.until) IS DISTINCT FROM (excluded.updated_at, excluded.until);
END $$;

CREATE OR REPLACE FUNCTION refresh_handover_visibility() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT id) INTO ids FROM new_rows;
    IF ids IS NOT NULL THEN PERFORM refresh_handovers(ids); END IF;
    RETURN NULL;
END $$;

-- A case that is restricted, opened or classified anew takes its requests along.
CREATE FUNCTION handover_visibility_from_cases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(h.id) INTO ids
      FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN handovers_handoverrequest h ON h.case_id = n.id
     WHERE (n.is_restricted, n.classification) IS DISTINCT FROM (o.is_restricted, o.classification);
    IF ids IS NOT NULL THEN PERFORM refresh_handovers(ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION handover_visibility_from_officers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT h.id) INTO ids FROM new_rows n JOIN handovers_handoverrequest h ON h.case_id = n.case_id;
    ELSE
        SELECT array_agg(DISTINCT h.id) INTO ids FROM old_rows o JOIN handovers_handoverrequest h ON h.case_id = o.case_id;
    END IF;
    IF ids IS NOT NULL THEN PERFORM refresh_handovers(ids); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER visibility_of_their_handovers AFTER UPDATE ON cases_case
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION handover_visibility_from_cases();
CREATE TRIGGER handovers_of_named_officers AFTER INSERT ON cases_caseofficer
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION handover_visibility_from_officers();
CREATE TRIGGER handovers_of_unnamed_officers AFTER DELETE ON cases_caseofficer
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION handover_visibility_from_officers();

CREATE FUNCTION handover_visibility_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)
      FROM wanted_handover_visibility(NULL) w
      FULL JOIN (SELECT * FROM handovers_handovervisibility WHERE until > now()) v
        ON v.audience_id = w.audience_id AND v.handover_id = w.handover_id
     WHERE (v.updated_at, v.until) IS DISTINCT FROM (w.updated_at, w.until)
$$;

DROP TRIGGER a_request_keeps_its_parties ON handovers_handoverrequest;
CREATE TRIGGER a_request_keeps_its_parties
    BEFORE UPDATE OF requesting_id, requesting_audience_id, requested_id, case_id, case_uuid, case_reference
    ON handovers_handoverrequest FOR EACH ROW
    WHEN ((OLD.requesting_id, OLD.requesting_audience_id, OLD.requested_id, OLD.case_id, OLD.case_uuid, OLD.case_reference)
          IS DISTINCT FROM
          (NEW.requesting_id, NEW.requesting_audience_id, NEW.requested_id, NEW.case_id, NEW.case_uuid, NEW.case_reference))
    EXECUTE FUNCTION forbid_change();

ALTER FUNCTION wanted_handover_visibility(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION refresh_handovers(bigint[]) OWNER TO lmc_definer;
ALTER FUNCTION handover_visibility_from_cases() OWNER TO lmc_definer;
ALTER FUNCTION handover_visibility_from_officers() OWNER TO lmc_definer;
ALTER FUNCTION handover_visibility_drift() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION wanted_handover_visibility(bigint[]) FROM PUBLIC;
SELECT refresh_handovers(NULL);
"""

NOT_NULL = """
ALTER TABLE handovers_handoverrequest ALTER COLUMN case_uuid SET NOT NULL, ALTER COLUMN case_reference SET NOT NULL,
    ALTER COLUMN requesting_audience_id SET NOT NULL;
ALTER TABLE handovers_handoversubject ALTER COLUMN suspect_uuid SET NOT NULL;
ALTER TABLE handovers_handovervisibility ALTER COLUMN until SET NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("handovers", "0003_record_of_the_handover"),
        ("jurisdictions", "0003_viewer_of_a_transaction"),
        ("suspects", "0002_originator_and_handling"),
        ("cases", "0005_visibility_by_clearance_and_item"),
    ]

    operations = [
        migrations.AddField(
            model_name="handoverrequest",
            name="case_reference",
            field=models.CharField(editable=False, max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="handoverrequest",
            name="case_uuid",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="handoverrequest",
            name="requesting_audience",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="jurisdictions.audience",
            ),
        ),
        migrations.AddField(
            model_name="handoversubject",
            name="suspect_uuid",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="handovervisibility",
            name="until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="historicalhandoverrequest",
            name="case_reference",
            field=models.CharField(editable=False, max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="historicalhandoverrequest",
            name="case_uuid",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalhandoverrequest",
            name="requesting_audience",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="jurisdictions.audience",
            ),
        ),
        migrations.AddField(
            model_name="historicalhandoversubject",
            name="suspect_uuid",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(sql=NOT_NULL, reverse_sql=migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name="handoverrequest",
                    name="case_reference",
                    field=models.CharField(editable=False, max_length=40),
                ),
                migrations.AlterField(
                    model_name="handoverrequest", name="case_uuid", field=models.UUIDField(editable=False)
                ),
                migrations.AlterField(
                    model_name="handoverrequest",
                    name="requesting_audience",
                    field=models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.audience",
                    ),
                ),
                migrations.AlterField(
                    model_name="handoversubject", name="suspect_uuid", field=models.UUIDField(editable=False)
                ),
                migrations.AlterField(
                    model_name="handovervisibility", name="until", field=models.DateTimeField()
                ),
                migrations.AlterField(
                    model_name="historicalhandoverrequest",
                    name="case_reference",
                    field=models.CharField(editable=False, max_length=40),
                ),
                migrations.AlterField(
                    model_name="historicalhandoverrequest",
                    name="case_uuid",
                    field=models.UUIDField(editable=False),
                ),
                migrations.AlterField(
                    model_name="historicalhandoversubject",
                    name="suspect_uuid",
                    field=models.UUIDField(editable=False),
                ),
            ],
        ),
        migrations.RunSQL(sql=FUNCTIONS),
    ]
